import { AwsError, type Caller, type Cloud, type Input } from '../aws.ts';
import { notSupported } from '../operation.ts';
import { Outbox, type Failure } from './outbox.ts';

/** What a rule or a schedule hands to a target. */
export interface Delivery {
  /** Unique: a second try after a lost answer starts no second execution. */
  readonly id: string;
  /** ARN of a queue, a function or a state machine. */
  readonly target: string;
  readonly payload: string;
  readonly caller: Caller;
  /** ARN of the queue for what cannot be delivered. */
  readonly deadLetters?: string | undefined;
  /** What a dead letter tells beside the failure. */
  readonly origin: Readonly<Record<string, string>>;
}

/** The deliveries that are promised and not yet made, kept in the collection of that name. */
export const createDeliveries = (cloud: Cloud, name: string): Outbox<Delivery> =>
  new Outbox(cloud, name, {
    deliver: (delivery) => deliver(cloud, delivery),
    giveUp: (delivery, failure) => sendDeadLetter(cloud, delivery, failure),
  });

/** The request that brings a delivery to its target. Throws 501 for a kind of target that is not supported. */
export function requestOf(cloud: Cloud, { id, target, payload }: Pick<Delivery, 'id' | 'target' | 'payload'>) {
  const [, , service = ''] = target.split(':');
  const request = (operation: string, input: Input) => ({ service, operation, input });
  switch (service) {
    case 'sqs':
      return request('SendMessage', { QueueUrl: queueUrl(cloud, target), MessageBody: payload });
    case 'lambda':
      return request('Invoke', { FunctionName: target, InvocationType: 'Event', Payload: Buffer.from(payload) });
    case 'states':
      return request('StartExecution', { stateMachineArn: target, name: id, input: payload });
    default:
      throw notSupported(`The target ${target}`);
  }
}

export function queueUrl(cloud: Cloud, queueArn: string): string {
  const [account = '', name = ''] = queueArn.split(':').slice(4);
  return `${cloud.endpoint}/${account}/${name}`;
}

async function deliver(cloud: Cloud, delivery: Delivery): Promise<void> {
  const { service, operation, input } = requestOf(cloud, delivery);
  try {
    await cloud.call(service, operation, input, delivery.caller);
  } catch (error) {
    // The try before this one started it.
    if (!(error instanceof AwsError && error.code === 'ExecutionAlreadyExists')) throw error;
  }
}

/**
 * Sends what could not be delivered to its dead-letter queue. Without one, or where that refuses it too, it is lost, as
 * on AWS; the log says so. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
 */
async function sendDeadLetter(cloud: Cloud, delivery: Delivery, { error, exhausted, retries }: Failure): Promise<void> {
  const { target, payload, caller, deadLetters, origin } = delivery;
  const reason = error instanceof Error ? error.message : String(error);
  const attributes = {
    ...origin,
    TARGET_ARN: target,
    ERROR_CODE: errorCode(error),
    ERROR_MESSAGE: reason,
    ...(exhausted !== undefined && { EXHAUSTED_RETRY_CONDITION: exhausted, RETRY_ATTEMPTS: String(retries) }),
  };
  try {
    if (deadLetters === undefined) throw new Error('there is no dead-letter queue');
    const MessageAttributes = Object.fromEntries(
      Object.entries(attributes).map(([name, StringValue]) => [name, { DataType: 'String', StringValue }]),
    );
    const input = { QueueUrl: queueUrl(cloud, deadLetters), MessageBody: payload, MessageAttributes };
    await cloud.call('sqs', 'SendMessage', input, caller);
  } catch (refusal) {
    cloud.log(`lost: ${JSON.stringify(attributes)}: ${String(refusal)}`);
  }
}

/** The codes that EventBridge gives in a dead letter. */
function errorCode(error: unknown): string {
  if (!(error instanceof AwsError)) return 'INTERNAL_ERROR';
  if (/AccessDenied|NotAuthorized|AuthorizationError/.test(error.code)) return 'NO_PERMISSIONS';
  if (/NotFound|DoesNotExist|NonExistent/.test(error.code)) return 'NO_RESOURCE';
  if (/throttl|TooManyRequests/i.test(error.code)) return 'THROTTLING';
  return /Validation|Invalid/.test(error.code) ? 'INVALID_PARAMETER' : 'ERROR_FROM_TARGET';
}
