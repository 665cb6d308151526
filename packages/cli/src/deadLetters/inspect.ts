import { ReceiveMessageCommand, type Message } from '@aws-sdk/client-sqs';
import type { Session } from '../session.ts';
import { aboutOf, type About } from './about.ts';
import { queuesServed, type DeadLetterQueue } from './queues.ts';

/** A message that lies in a dead-letter queue. */
export interface DeadLetter extends About {
  /** ISO 8601: when it was first sent; from then on its retention runs. */
  readonly sentAt: string;
  /** Why EventBridge could not deliver it; absent when a function has refused it, which its log tells. */
  readonly error?: string;
}

/** What `dlq list --json` prints of a queue. */
export interface QueueReport {
  readonly queue: string;
  /** The queues whose messages end here; none when EventBridge Scheduler alone sends here. */
  readonly serves: readonly string[];
  readonly messages: number;
  readonly inFlight: number;
  /** Of the messages looked at, the oldest first: at most ten. Where there are more, older ones may be among those. */
  readonly first: readonly DeadLetter[];
}

/** SQS gives no more at once. */
const LOOKED_AT = 10;

/** Looks at a queue and at its first messages, which stay where they are. */
export async function inspectQueue(session: Session, found: DeadLetterQueue): Promise<QueueReport> {
  const { queue, messages, inFlight } = found;
  const [serves, first] = await Promise.all([
    queuesServed(session, found),
    messages === 0 ? [] : firstMessages(session, found.url),
  ]);
  return { queue, serves, messages, inFlight, first };
}

async function firstMessages({ sqs }: Session, QueueUrl: string): Promise<DeadLetter[]> {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl,
      MaxNumberOfMessages: LOOKED_AT,
      // Nobody else misses them meanwhile, not even the move back.
      VisibilityTimeout: 0,
      // Short polling asks some of the queue's servers only, and may come back with nothing.
      WaitTimeSeconds: 1,
      MessageSystemAttributeNames: ['SentTimestamp'],
      MessageAttributeNames: ['ERROR_CODE', 'SCHEDULE_ARN'],
    }),
  );
  return Messages.map(deadLetterOf).sort((one, other) => one.sentAt.localeCompare(other.sentAt));
}

// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html; Scheduler's dead letters have the same codes.
const ERROR_CODE = /^[A-Z_]{1,64}$/;
const NAME_IN_ARN = /[\w.-]{1,64}$/;

function deadLetterOf({ Body = '', Attributes, MessageAttributes = {} }: Message): DeadLetter {
  const attribute = (name: string, pattern: RegExp): string | undefined =>
    pattern.exec(MessageAttributes[name]?.StringValue ?? '')?.[0];
  const error = attribute('ERROR_CODE', ERROR_CODE);
  return {
    sentAt: new Date(Number(Attributes?.SentTimestamp ?? 0)).toISOString(),
    ...aboutOf(Body, attribute('SCHEDULE_ARN', NAME_IN_ARN)),
    ...(error === undefined ? {} : { error }),
  };
}
