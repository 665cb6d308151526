import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { parseJson } from '@regulabel/shared/parse';
import type { Session } from './session.ts';

const envelope = z.object({
  MessageId: z.string(),
  Subject: z.string().optional(),
  Message: z.string(),
  Timestamp: z.string(),
  TopicArn: z.string(),
});

/** Stands for the inboxes of the people who subscribe to the two topics: a queue whose messages become files. */
export interface Inbox {
  /** Writes what has come since the last time, each message a text file; answers the files. */
  collect(): Promise<string[]>;
}

export async function openInbox({ sqs, sns, place }: Session, folder: string): Promise<Inbox> {
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: `regulabel-${place.stage}-inbox` }));
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
  for (const topic of ['mlops', 'stakeholders']) {
    await sns.send(
      new SubscribeCommand({
        TopicArn: `arn:aws:sns:${place.region}:${place.account}:regulabel-${place.stage}-${topic}`,
        Protocol: 'sqs',
        Endpoint: Attributes?.['QueueArn'],
      }),
    );
  }
  return {
    collect: async () => {
      const files: string[] = [];
      for (;;) {
        const { Messages = [] } = await sqs.send(
          new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 0 }),
        );
        if (Messages.length === 0) return files;
        for (const { Body = '', ReceiptHandle } of Messages) {
          files.push(await writeMessage(folder, parseJson(envelope, Body, 'a message of the inbox')));
          await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
        }
      }
    },
  };
}

async function writeMessage(
  folder: string,
  { MessageId, Subject = 'message', Message, Timestamp, TopicArn }: z.infer<typeof envelope>,
): Promise<string> {
  await mkdir(folder, { recursive: true });
  const topic = TopicArn.split('-').at(-1) ?? '';
  const name = `${Timestamp.replace(/[-:]|\.\d+/g, '')}-${topic}-${Subject.replace(/[^A-Za-z0-9]+/g, '-').slice(0, 60)}-${MessageId.slice(0, 8)}.txt`;
  const file = join(folder, name);
  await writeFile(file, `Subject: ${Subject}\n\n${Message}\n`);
  return file;
}
