import { GetQueueAttributesCommand, ListDeadLetterSourceQueuesCommand, ListQueuesCommand } from '@aws-sdk/client-sqs';
import type { Session } from '../session.ts';

/** A dead-letter queue and how many messages it holds. */
export interface DeadLetters {
  readonly queue: string;
  readonly messages: number;
}

/** A dead-letter queue of a stage, with the messages that others hold just now besides. */
export interface DeadLetterQueue extends DeadLetters {
  readonly url: string;
  readonly inFlight: number;
}

/** The stage's dead-letter queues that hold messages. */
export const readDeadLetters = async (session: Session): Promise<DeadLetters[]> =>
  (await listDeadLetterQueues(session)).filter(({ messages }) => messages > 0);

/** All dead-letter queues of the stage, by name. */
export async function listDeadLetterQueues({ sqs, place }: Session): Promise<DeadLetterQueue[]> {
  const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({ QueueNamePrefix: `regulabel-${place.stage}-` }));
  const found = await Promise.all(
    QueueUrls.filter((url) => url.endsWith('-dlq')).map(async (url) => {
      const { Attributes } = await sqs.send(
        new GetQueueAttributesCommand({
          QueueUrl: url,
          AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
        }),
      );
      return {
        queue: queueName(url),
        url,
        messages: Number(Attributes?.['ApproximateNumberOfMessages'] ?? 0),
        inFlight: Number(Attributes?.['ApproximateNumberOfMessagesNotVisible'] ?? 0),
      };
    }),
  );
  return found.sort((one, other) => one.queue.localeCompare(other.queue));
}

/** The queues whose messages end here after too many receives. */
export async function queuesServed({ sqs }: Session, { url }: DeadLetterQueue): Promise<string[]> {
  const { queueUrls = [] } = await sqs.send(new ListDeadLetterSourceQueuesCommand({ QueueUrl: url }));
  return queueUrls.map(queueName).sort();
}

const queueName = (url: string): string => url.split('/').at(-1) ?? url;
