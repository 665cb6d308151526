import type { SNSClient } from '@aws-sdk/client-sns';
import { SubscribeCommand } from '@aws-sdk/client-sns';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { CreateQueueCommand, GetQueueAttributesCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { parseJson } from '@regulabel/contracts/parse';
import { until } from '@regulabel/testing/until';
import * as z from 'zod';

const notification = z.object({ Subject: z.string().optional(), Message: z.string() });
type Notification = z.infer<typeof notification>;

/** A queue of the test's own at a topic. Its messages stay. */
export interface Inbox {
  readonly QueueUrl: string;
  hears(wanted: (message: Notification) => boolean): Promise<Notification>;
}

/** Subscribes to a topic; the queue is called as the topic is, and `-inbox`. */
export async function subscribe(
  TopicArn: string,
  { sns, sqs }: { readonly sns: SNSClient; readonly sqs: SQSClient },
): Promise<Inbox> {
  const topic = TopicArn.split(':').at(-1) ?? '';
  const { QueueUrl = '' } = await sqs.send(
    new CreateQueueCommand({
      QueueName: `${topic}-inbox`,
      Attributes: {
        Policy: JSON.stringify({
          Version: '2012-10-17',
          Statement: {
            Effect: 'Allow',
            Principal: { Service: 'sns.amazonaws.com' },
            Action: 'sqs:SendMessage',
            Resource: `${TopicArn.replace(':sns:', ':sqs:')}-inbox`,
            Condition: { ArnEquals: { 'aws:SourceArn': TopicArn } },
          },
        }),
      },
    }),
  );
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
  await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: Attributes?.['QueueArn'] }));
  return {
    QueueUrl,
    hears: (wanted) =>
      until(`a notification of ${topic}`, async () => {
        const { Messages = [] } = await sqs.send(
          new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
        );
        return Messages.map(({ Body = '' }) => parseJson(notification, Body, 'a notification')).find(wanted);
      }),
  };
}
