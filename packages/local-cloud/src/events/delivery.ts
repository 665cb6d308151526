import { createHash } from 'node:crypto';
import { AwsError, roleSession, servicePrincipal, type Cloud } from '../aws.ts';
import type { EventEnvelope, Target } from './model.ts';
import { invokeTarget, queueUrl, targetKind } from './invokeTarget.ts';
import { targetInput } from './targetInput.ts';

/** One event on its way to one target; it stays in the outbox until it is delivered, dead-lettered or dropped. */
interface Delivery {
  readonly event: EventEnvelope;
  readonly ruleArn: string;
  readonly target: Target;
  /** Epoch milliseconds. */
  readonly accepted: number;
  readonly attempts: number;
  readonly due: number;
}

const SELF = servicePrincipal('events');
const RETRIES = 185;
const AGE_SECONDS = 86_400;
const FIRST_BACKOFF_MS = 1_000;
const LONGEST_BACKOFF_MS = 300_000;

/** The outbox of EventBridge: whatever `put` has returned for is delivered, if need be after a restart. */
export class Deliveries {
  readonly #cloud: Cloud;
  readonly #outbox;
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #underWay = new Set<Promise<void>>();
  #closed = false;

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
    this.#outbox = cloud.store.collection<Delivery>('events.outbox');
  }

  /** Durable at once; the delivery itself follows on its own. */
  put(event: EventEnvelope, ruleArn: string, target: Target): void {
    const accepted = Date.now();
    const key = `${event.id}/${ruleArn}/${target.Id}`;
    this.#outbox.put(key, { event, ruleArn, target, accepted, attempts: 0, due: accepted });
    this.#schedule(key, accepted);
  }

  resume(): void {
    for (const { key, value } of this.#outbox.list()) this.#schedule(key, value.due);
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    await Promise.all(this.#underWay);
  }

  #schedule(key: string, due: number): void {
    if (this.#closed || this.#timers.has(key)) return;
    const run = (): void => {
      this.#timers.delete(key);
      const work = this.#attempt(key).finally(() => this.#underWay.delete(work));
      this.#underWay.add(work);
    };
    this.#timers.set(key, setTimeout(run, Math.max(0, due - Date.now())));
  }

  async #attempt(key: string): Promise<void> {
    const delivery = this.#outbox.get(key);
    if (delivery === undefined) return;
    try {
      await invoke(this.#cloud, delivery);
      this.#outbox.remove(key);
    } catch (error) {
      await this.#failed(key, delivery, error);
    }
  }

  async #failed(key: string, delivery: Delivery, error: unknown): Promise<void> {
    if (this.#closed) return;
    const retries = delivery.target.RetryPolicy?.MaximumRetryAttempts ?? RETRIES;
    const age = (delivery.target.RetryPolicy?.MaximumEventAgeInSeconds ?? AGE_SECONDS) * 1000;
    const due = Date.now() + backoff(delivery.attempts);
    const exhausted =
      delivery.attempts >= retries
        ? 'MaximumRetryAttempts'
        : due > delivery.accepted + age
          ? 'MaximumEventAgeInSeconds'
          : undefined;
    if (isRetriable(error) && exhausted === undefined) {
      this.#outbox.put(key, { ...delivery, attempts: delivery.attempts + 1, due });
      this.#schedule(key, due);
      return;
    }
    await this.#deadLetter(delivery, error, isRetriable(error) ? exhausted : undefined);
    this.#outbox.remove(key);
  }

  async #deadLetter({ event, ruleArn, target, attempts }: Delivery, error: unknown, exhausted?: string): Promise<void> {
    const failure = `${target.Arn} did not take event ${event.id} of ${ruleArn}: ${message(error)}`;
    const queue = target.DeadLetterConfig?.Arn;
    if (queue === undefined) {
      this.#cloud.log(`events: dropped, no dead-letter queue. ${failure}`);
      return;
    }
    // https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
    const attributes = {
      RULE_ARN: ruleArn,
      TARGET_ARN: target.Arn,
      ERROR_CODE: errorCode(error),
      ERROR_MESSAGE: message(error),
      ...(exhausted === undefined ? {} : { EXHAUSTED_RETRY_CONDITION: exhausted, RETRY_ATTEMPTS: String(attempts) }),
    };
    const MessageAttributes = Object.fromEntries(
      Object.entries(attributes).map(([name, StringValue]) => [name, { DataType: 'String', StringValue }]),
    );
    const input = { QueueUrl: queueUrl(this.#cloud, queue), MessageBody: JSON.stringify(event), MessageAttributes };
    try {
      await this.#cloud.call('sqs', 'SendMessage', input, SELF);
    } catch (refusal) {
      // As on AWS, an event that its dead-letter queue refuses is lost: say so.
      this.#cloud.log(`events: dropped, ${queue} refused it (${message(refusal)}). ${failure}`);
    }
  }
}

async function invoke(cloud: Cloud, { event, ruleArn, target, accepted }: Delivery): Promise<void> {
  const payload = targetInput(target, event, { ruleArn, ingestionTime: new Date(accepted).toISOString() });
  const caller = target.RoleArn === undefined ? SELF : roleSession(target.RoleArn, event.id.replaceAll('-', ''));
  if (targetKind(target.Arn).service === 'events') {
    // Only services may put `aws.*` events, and EventBridge itself carries them on.
    await putOn(cloud, target.Arn, event, event.source.startsWith('aws.') ? SELF : caller);
    return;
  }
  const executionName = `${event.id}_${createHash('sha256').update(`${ruleArn}/${target.Id}`).digest('hex').slice(0, 36)}`;
  await invokeTarget(cloud, { targetArn: target.Arn, payload, executionName, caller });
}

async function putOn(cloud: Cloud, bus: string, event: EventEnvelope, caller: typeof SELF): Promise<void> {
  const entry = {
    EventBusName: bus,
    Source: event.source,
    DetailType: event['detail-type'],
    Detail: JSON.stringify(event.detail),
    Resources: event.resources,
    Time: Date.parse(event.time) / 1000,
  };
  const { Entries } = await cloud.call('events', 'PutEvents', { Entries: [entry] }, caller);
  const [failed] = (Entries as { ErrorCode?: string; ErrorMessage?: string }[]).filter(({ ErrorCode }) => ErrorCode);
  if (failed !== undefined) throw new AwsError(failed.ErrorCode ?? '', failed.ErrorMessage ?? '');
}

const backoff = (attempts: number): number =>
  Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** attempts) * (0.5 + Math.random() / 2);

const message = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** A missing permission, a missing target and a refused input stay as they are: AWS does not try those again. */
function isRetriable(error: unknown): boolean {
  if (!(error instanceof AwsError)) return true;
  return (
    error.status === 429 || error.status === 500 || error.status === 503 || /throttl|TooManyRequests/i.test(error.code)
  );
}

/** The codes that EventBridge names in a dead letter. */
function errorCode(error: unknown): string {
  if (!(error instanceof AwsError)) return 'INTERNAL_ERROR';
  if (/AccessDenied|NotAuthorized|AuthorizationError/.test(error.code)) return 'NO_PERMISSIONS';
  if (/NotFound|DoesNotExist|NonExistent/.test(error.code)) return 'NO_RESOURCE';
  if (/throttl|TooManyRequests/i.test(error.code)) return 'THROTTLING';
  if (/Validation|Invalid/.test(error.code)) return 'INVALID_PARAMETER';
  return 'ERROR_FROM_TARGET';
}
