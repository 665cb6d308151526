import { z } from 'zod';
import { AwsError, type Cloud, type Service } from './aws.ts';
import { operation } from './operation.ts';
import { messageAttributes, sizeOf } from './queues/messageAttributes.ts';
import { changeVisibility, inBatch, incoming, remove, send } from './queues/messages.ts';
import type { Queue } from './queues/queue.ts';
import { Queues } from './queues/queues.ts';

const MOST_BATCH_BYTES = 1_048_576;

const queueUrl = z.string();
const attributes = z.record(z.string(), z.string()).default({});
const outgoing = {
  MessageBody: z.string(),
  DelaySeconds: z.int().min(0).max(900).optional(),
  MessageAttributes: messageAttributes,
};
const visibility = { ReceiptHandle: z.string(), VisibilityTimeout: z.int().min(0).max(43_200) };
const entries = <S extends z.ZodRawShape>(shape: S) => z.array(z.strictObject({ Id: z.string(), ...shape }));

/** SQS: standard queues, dead-letter queues and their redrive. */
export function createSqs(cloud: Cloud): Service {
  const sqs = new Queues(cloud);
  return {
    name: 'sqs',
    operations: {
      CreateQueue: operation(
        { QueueName: z.string(), Attributes: attributes, tags: z.record(z.string(), z.string()).optional() },
        ({ QueueName, Attributes }) => sqs.create(QueueName, Attributes),
      ),
      GetQueueUrl: operation(
        { QueueName: z.string(), QueueOwnerAWSAccountId: z.string().optional() },
        ({ QueueName }) => ({
          QueueUrl: sqs.url(sqs.queue(QueueName)),
        }),
      ),
      ListQueues: operation({ QueueNamePrefix: z.string().default('') }, ({ QueueNamePrefix }) => ({
        QueueUrls: sqs
          .all()
          .filter(({ name }) => name.startsWith(QueueNamePrefix))
          .map((queue) => sqs.url(queue)),
      })),
      GetQueueAttributes: operation(
        { QueueUrl: queueUrl, AttributeNames: z.array(z.string()).default([]) },
        ({ QueueUrl, AttributeNames }) => ({ Attributes: describe(sqs.queue(QueueUrl), AttributeNames) }),
      ),
      SetQueueAttributes: operation({ QueueUrl: queueUrl, Attributes: attributes }, ({ QueueUrl, Attributes }) => {
        sqs.setAttributes(sqs.queue(QueueUrl), Attributes);
        return undefined;
      }),
      SendMessage: operation({ QueueUrl: queueUrl, ...outgoing }, ({ QueueUrl, ...message }, caller) =>
        send(sqs.queue(QueueUrl), message, caller),
      ),
      SendMessageBatch: operation(
        { QueueUrl: queueUrl, Entries: entries(outgoing) },
        ({ QueueUrl, Entries }, caller) => {
          const queue = sqs.queue(QueueUrl);
          const bytes = Entries.reduce((sum, each) => sum + sizeOf(each.MessageBody, each.MessageAttributes ?? {}), 0);
          if (bytes > MOST_BATCH_BYTES) {
            throw new AwsError(
              'BatchRequestTooLong',
              `Batch requests cannot be longer than ${MOST_BATCH_BYTES} bytes.`,
            );
          }
          return inBatch(Entries, (message) => send(queue, message, caller));
        },
      ),
      ReceiveMessage: operation(
        {
          QueueUrl: queueUrl,
          MaxNumberOfMessages: z.int().min(1).max(10).default(1),
          VisibilityTimeout: z.int().min(0).max(43_200).optional(),
          WaitTimeSeconds: z.int().min(0).max(20).optional(),
          AttributeNames: z.array(z.string()).default([]),
          MessageSystemAttributeNames: z.array(z.string()).default([]),
          MessageAttributeNames: z.array(z.string()).default([]),
        },
        async (input) => {
          const messages = await sqs.receive(sqs.queue(input.QueueUrl), input);
          const system = [...input.AttributeNames, ...input.MessageSystemAttributeNames];
          const Messages = messages.map((message) => incoming(message, system, input.MessageAttributeNames));
          return Messages.length === 0 ? {} : { Messages };
        },
      ),
      DeleteMessage: operation({ QueueUrl: queueUrl, ReceiptHandle: z.string() }, ({ QueueUrl, ReceiptHandle }) =>
        remove(sqs.queue(QueueUrl), ReceiptHandle),
      ),
      DeleteMessageBatch: operation(
        { QueueUrl: queueUrl, Entries: entries({ ReceiptHandle: z.string() }) },
        ({ QueueUrl, Entries }) => {
          const queue = sqs.queue(QueueUrl);
          return inBatch(Entries, ({ ReceiptHandle }) => remove(queue, ReceiptHandle));
        },
      ),
      ChangeMessageVisibility: operation({ QueueUrl: queueUrl, ...visibility }, ({ QueueUrl, ...change }) =>
        changeVisibility(sqs.queue(QueueUrl), change),
      ),
      ChangeMessageVisibilityBatch: operation(
        { QueueUrl: queueUrl, Entries: entries(visibility) },
        ({ QueueUrl, Entries }) => {
          const queue = sqs.queue(QueueUrl);
          return inBatch(Entries, (change) => changeVisibility(queue, change));
        },
      ),
      PurgeQueue: operation({ QueueUrl: queueUrl }, ({ QueueUrl }) => {
        sqs.queue(QueueUrl).purge();
        return undefined;
      }),
      ListDeadLetterSourceQueues: operation({ QueueUrl: queueUrl }, ({ QueueUrl }) => ({
        queueUrls: sqs.sourcesOf(sqs.queue(QueueUrl)).map((queue) => sqs.url(queue)),
      })),
      StartMessageMoveTask: operation(
        {
          SourceArn: z.string(),
          DestinationArn: z.string().optional(),
          MaxNumberOfMessagesPerSecond: z.int().optional(),
        },
        ({ SourceArn, DestinationArn }) => sqs.moveMessages(SourceArn, DestinationArn),
      ),
    },
    close: () => {
      sqs.close();
    },
  };
}

/** What the queue's owner set, and what SQS counts. */
function describe(queue: Queue, wanted: readonly string[]): object {
  const { visible, inFlight, delayed } = queue.counts();
  const all = {
    ...queue.record.attributes,
    QueueArn: queue.arn,
    CreatedTimestamp: String(queue.record.created),
    LastModifiedTimestamp: String(queue.record.modified),
    ApproximateNumberOfMessages: String(visible),
    ApproximateNumberOfMessagesNotVisible: String(inFlight),
    ApproximateNumberOfMessagesDelayed: String(delayed),
  };
  return Object.fromEntries(Object.entries(all).filter(([name]) => wanted.includes('All') || wanted.includes(name)));
}
