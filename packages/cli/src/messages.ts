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
import { parseJson } from '@regulabel/contracts/parse';
import type { LocalSession } from './local/localSession.ts';

const envelope = z.object({
  MessageId: z.string(),
  Subject: z.string().optional(),
  Message: z.string(),
  Timestamp: z.string(),
  TopicArn: z.string(),
});

/** Stands for the inboxes of the people who subscribe to the two topics: a queue whose messages become files. */
export interface Inbox {
  /**
   * Writes each message to a text file, until the report on a closed run is among them: it comes a moment after the
   * close. Not longer than `seconds`.
   */
  collect(runId: string, seconds: number): Promise<void>;
}

export async function openInbox({ people: { sns, sqs }, place }: LocalSession, folder: string): Promise<Inbox> {
  const QueueName = `regulabel-${place.stage}-inbox`;
  const topics = ['mlops', 'stakeholders'].map(
    (topic) => `arn:aws:sns:${place.region}:${place.account}:regulabel-${place.stage}-${topic}`,
  );
  const deliver = {
    Effect: 'Allow',
    Principal: { Service: 'sns.amazonaws.com' },
    Action: 'sqs:SendMessage',
    Resource: `arn:aws:sqs:${place.region}:${place.account}:${QueueName}`,
    Condition: { ArnEquals: { 'aws:SourceArn': topics } },
  };
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [deliver] });
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName, Attributes: { Policy } }));
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
  for (const TopicArn of topics) {
    await sns.send(
      new SubscribeCommand({
        TopicArn,
        Protocol: 'sqs',
        Endpoint: Attributes?.['QueueArn'],
      }),
    );
  }
  const receive = async (): Promise<z.infer<typeof envelope>[]> => {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
    );
    const received = [];
    for (const { Body = '', ReceiptHandle } of Messages) {
      const message = parseJson(envelope, Body, 'a message of the inbox');
      await writeMessage(folder, message);
      await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
      received.push(message);
    }
    return received;
  };
  return {
    collect: async (runId, seconds) => {
      const isReport = ({ Message }: z.infer<typeof envelope>): boolean =>
        Message.includes(runId) && /^Report: /m.test(Message);
      for (const end = Date.now() + seconds * 1000; Date.now() < end;) {
        if ((await receive()).some(isReport)) return;
      }
    },
  };
}

async function writeMessage(
  folder: string,
  { MessageId, Subject = 'message', Message, Timestamp, TopicArn }: z.infer<typeof envelope>,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const topic = TopicArn.split('-').at(-1) ?? '';
  const name = `${Timestamp.replace(/[-:]|\.\d+/g, '')}-${topic}-${Subject.replace(/[^A-Za-z0-9]+/g, '-').slice(0, 60)}-${MessageId.slice(0, 8)}.txt`;
  await writeFile(join(folder, name), `Subject: ${Subject}\n\n${Message}\n`);
}
