import { z } from 'zod';
import { AwsError, type Cloud, type Service } from './aws.ts';
import { operation } from './operation.ts';
import { paging } from './paging.ts';
import { messageAttributes, sizeOf } from './queues/messageAttributes.ts';
import { changeVisibility, inBatch, incoming, remove, send } from './queues/messages.ts';
import { MoveTasks } from './queues/moveTasks.ts';
import { MOST_BYTES } from './queues/queueAttributes.ts';
import { Queues } from './queues/queues.ts';

const inPages = paging({ size: 'MaxResults', token: 'NextToken', most: 1000, badToken: 'InvalidParameterValue' });
const QueueUrl = z.string();
const names = z.array(z.string()).default([]);
const Attributes = z.record(z.string(), z.string()).default({});
const seconds = z.int().min(0).max(43_200);
const outgoing = { MessageBody: z.string(), MessageAttributes: messageAttributes };
const entries = <S extends z.ZodRawShape>(shape: S) => z.array(z.strictObject({ Id: z.string(), ...shape }));

/** SQS: standard queues, dead-letter queues and their redrive. */
export function createSqs(cloud: Cloud): Service {
  const sqs = new Queues(cloud);
  const moves = new MoveTasks(cloud, sqs);
  return {
    name: 'sqs',
    guardOf: (arn) => sqs.guardOf(arn),
    operations: {
      CreateQueue: operation({ QueueName: z.string(), Attributes }, (input) =>
        sqs.create(input.QueueName, input.Attributes),
      ),
      GetQueueUrl: operation({ QueueName: z.string() }, (input) => ({ QueueUrl: sqs.url(sqs.queue(input.QueueName)) })),
      ListQueues: inPages('QueueUrls', undefined, { QueueNamePrefix: z.string().optional() }, (input) =>
        sqs.list(input.QueueNamePrefix).map((queue) => sqs.url(queue)),
      ),
      GetQueueAttributes: operation({ QueueUrl, AttributeNames: names }, (input) => {
        const wanted = (name: string): boolean => ['All', name].some((each) => input.AttributeNames.includes(each));
        const all = Object.entries(sqs.queue(input.QueueUrl).describe());
        return { Attributes: Object.fromEntries(all.filter(([name]) => wanted(name))) };
      }),
      SetQueueAttributes: operation({ QueueUrl, Attributes }, (input) =>
        sqs.setAttributes(sqs.queue(input.QueueUrl), input.Attributes),
      ),
      SendMessage: operation({ QueueUrl, ...outgoing }, (input, caller) =>
        send(sqs.queue(input.QueueUrl), input, caller.arn),
      ),
      SendMessageBatch: operation({ QueueUrl, Entries: entries(outgoing) }, (input, caller) => {
        const sizes = input.Entries.map(({ MessageBody, MessageAttributes }) => sizeOf(MessageBody, MessageAttributes));
        if (sizes.reduce((sum, size) => sum + size, 0) > MOST_BYTES) {
          throw new AwsError('BatchRequestTooLong', `Batch requests cannot be longer than ${MOST_BYTES} bytes.`);
        }
        const queue = sqs.queue(input.QueueUrl);
        return inBatch(input.Entries, (message) => send(queue, message, caller.arn));
      }),
      ReceiveMessage: operation(
        {
          QueueUrl,
          MaxNumberOfMessages: z.int().min(1).max(10).default(1),
          VisibilityTimeout: seconds.optional(),
          WaitTimeSeconds: z.int().min(0).max(20).default(0),
          AttributeNames: names,
          MessageSystemAttributeNames: names,
          MessageAttributeNames: names,
        },
        async (input) => {
          const queue = sqs.queue(input.QueueUrl);
          const { MaxNumberOfMessages, VisibilityTimeout, WaitTimeSeconds } = input;
          const messages = await sqs.receive(queue, MaxNumberOfMessages, VisibilityTimeout, WaitTimeSeconds);
          const system = [...input.AttributeNames, ...input.MessageSystemAttributeNames];
          const Messages = messages.map((message) => incoming(message, system, input.MessageAttributeNames));
          return Messages.length === 0 ? {} : { Messages };
        },
      ),
      DeleteMessage: operation({ QueueUrl, ReceiptHandle: z.string() }, (input) =>
        remove(sqs.queue(input.QueueUrl), input.ReceiptHandle),
      ),
      DeleteMessageBatch: operation({ QueueUrl, Entries: entries({ ReceiptHandle: z.string() }) }, (input) => {
        const queue = sqs.queue(input.QueueUrl);
        return inBatch(input.Entries, ({ ReceiptHandle }) => remove(queue, ReceiptHandle));
      }),
      ChangeMessageVisibility: operation({ QueueUrl, ReceiptHandle: z.string(), VisibilityTimeout: seconds }, (input) =>
        changeVisibility(sqs.queue(input.QueueUrl), input.ReceiptHandle, input.VisibilityTimeout),
      ),
      ListDeadLetterSourceQueues: inPages('queueUrls', undefined, { QueueUrl }, (input) =>
        sqs.sourcesOf(sqs.queue(input.QueueUrl)).map((queue) => sqs.url(queue)),
      ),
      StartMessageMoveTask: operation({ SourceArn: z.string(), DestinationArn: z.string().optional() }, (input) =>
        moves.start(input.SourceArn, input.DestinationArn),
      ),
      ListMessageMoveTasks: operation(
        { SourceArn: z.string(), MaxResults: z.int().min(1).max(10).default(1) },
        (input) => ({ Results: moves.list(input.SourceArn, input.MaxResults) }),
      ),
    },
    close: () => {
      sqs.close();
    },
  };
}
