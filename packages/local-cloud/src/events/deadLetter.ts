import { AwsError, type Caller, type Cloud } from '../aws.ts';
import { queueUrl } from './invokeTarget.ts';
import type { Failure } from './outbox.ts';

export interface DeadLetter {
  /** What did not arrive where: one clause for the log. */
  readonly what: string;
  /** ARN of the queue, where there is one. */
  readonly queue: string | undefined;
  readonly body: string;
  /** Message attributes beside those that tell of the failure. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly caller: Caller;
}

/**
 * Sends what could not be delivered to its dead-letter queue. Without one, or where that refuses it too, it is lost, as
 * on AWS; the log says so. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
 */
export async function sendDeadLetter(cloud: Cloud, letter: DeadLetter, failure: Failure): Promise<void> {
  const { what, queue, body, caller } = letter;
  if (queue === undefined) {
    cloud.log(`${what}: dropped without a dead-letter queue: ${message(failure.error)}`);
    return;
  }
  const { exhausted, retries } = failure;
  const attributes = {
    ...letter.attributes,
    ERROR_CODE: errorCode(failure.error),
    ERROR_MESSAGE: message(failure.error),
    ...(exhausted === undefined ? {} : { EXHAUSTED_RETRY_CONDITION: exhausted, RETRY_ATTEMPTS: String(retries) }),
  };
  const MessageAttributes = Object.fromEntries(
    Object.entries(attributes).map(([name, StringValue]) => [name, { DataType: 'String', StringValue }]),
  );
  try {
    await cloud.call(
      'sqs',
      'SendMessage',
      { QueueUrl: queueUrl(cloud, queue), MessageBody: body, MessageAttributes },
      caller,
    );
  } catch (refusal) {
    cloud.log(`${what}: dropped, ${queue} refused it (${message(refusal)}) after: ${message(failure.error)}`);
  }
}

const message = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The codes that EventBridge gives in a dead letter. */
function errorCode(error: unknown): string {
  if (!(error instanceof AwsError)) return 'INTERNAL_ERROR';
  if (/AccessDenied|NotAuthorized|AuthorizationError/.test(error.code)) return 'NO_PERMISSIONS';
  if (/NotFound|DoesNotExist|NonExistent/.test(error.code)) return 'NO_RESOURCE';
  if (/throttl|TooManyRequests/i.test(error.code)) return 'THROTTLING';
  return /Validation|Invalid/.test(error.code) ? 'INVALID_PARAMETER' : 'ERROR_FROM_TARGET';
}
