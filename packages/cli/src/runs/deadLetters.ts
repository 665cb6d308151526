import { GetQueueAttributesCommand, ListQueuesCommand } from '@aws-sdk/client-sqs';
import type { Session } from '../session.ts';

/** A dead-letter queue and how many messages it holds. */
export interface DeadLetters {
  readonly queue: string;
  readonly messages: number;
}

/** The stage's dead-letter queues that hold messages. */
export async function readDeadLetters({ sqs, place }: Session): Promise<DeadLetters[]> {
  const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({ QueueNamePrefix: `regulabel-${place.stage}-` }));
  const found = await Promise.all(
    QueueUrls.filter((url) => url.endsWith('-dlq')).map(async (url) => {
      const { Attributes } = await sqs.send(
        new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['ApproximateNumberOfMessages'] }),
      );
      return {
        queue: url.split('/').at(-1) ?? url,
        messages: Number(Attributes?.['ApproximateNumberOfMessages'] ?? 0),
      };
    }),
  );
  return found.filter(({ messages }) => messages > 0);
}
