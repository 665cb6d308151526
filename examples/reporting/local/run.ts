// Shows this service at work on one machine: deploys it into the local cloud of a demo's state folder, has the archive of
// Regulabel's bus replayed to its rule, as a team does that joins later, and prints the reports that it made.
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import {
  DescribeReplayCommand,
  EventBridgeClient,
  PutEventsCommand,
  StartReplayCommand,
} from '@aws-sdk/client-eventbridge';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { GetQueueAttributesCommand, GetQueueUrlCommand, SQSClient } from '@aws-sdk/client-sqs';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { winnerRolledBack } from '@regulabel/contracts/evaluation/winnerRolledBack.v1';
import { buildEvent } from '@regulabel/contracts/testing';
import * as z from 'zod';
import { serveWithExample, type LocalCloud, type Reach } from './localCloud.ts';

const STAGE = 'local';
const BUS = `regulabel-${STAGE}`;
const NAME = `compliance-reports-${STAGE}`;
const PATIENCE_MS = 300_000;

const issued = z.object({ AccessKeyId: z.string(), SecretAccessKey: z.string(), SessionToken: z.string() });

const report = z.object({
  month: z.string(),
  lines: z.array(z.object({ country: z.string(), scheme: z.string(), models: z.array(z.string()) })),
});

const USAGE = `usage: node tools/run.mjs examples/reporting/local/run.ts [--state DIR] [--roll-back COUNTRY/SCHEME]

  --state DIR                  a demo's state folder (default: .regulabel)
  --roll-back COUNTRY/SCHEME   take the model of this line back, and see the report marked: DE/weee
`;
const say = (line: string): void => void process.stderr.write(`${line}\n`);

const asked = optionsAsked();
if (asked?.help) process.stdout.write(USAGE);
else if (asked) {
  try {
    say('packaging the example, starting the local cloud ...');
    const cloud = await serveWithExample(resolve(asked.state), STAGE);
    try {
      await show(cloud, asked['roll-back']);
    } finally {
      await cloud.stop();
    }
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}

/** Undefined for what is no such option: the usage has been said, and the exit code is 2. */
function optionsAsked() {
  try {
    return parseArgs({
      options: {
        help: { type: 'boolean', default: false },
        state: { type: 'string', default: '.regulabel' },
        'roll-back': { type: 'string' },
      },
    }).values;
  } catch (error) {
    say(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    process.exitCode = 2;
    return undefined;
  }
}

async function show({ reach, account }: LocalCloud, rolledBackLine: string | undefined): Promise<void> {
  const bucket = await asReader(reach, account);
  const queues = new SQSClient(reach);
  const bus = new EventBridgeClient(reach);
  say('replaying the archive to our rule ...');
  const replay = await replayTo(reach, account);
  await until(queues, async () => (await replay()) && (await bucket.keys()).length > 0);
  if (rolledBackLine !== undefined) {
    await rollBack(bus, rolledBackLine, await bucket.reports());
    await until(queues, async () => (await bucket.texts()).some((text) => text.includes('To be corrected')));
  }
  for (const text of await bucket.texts()) process.stdout.write(`${text}\n`);
}

/** The archive, from its beginning, to our rule alone: nobody else is to act again. Regulabel's operator may. Answers whether that is done. */
async function replayTo(reach: Reach, account: string): Promise<() => Promise<boolean>> {
  const operator = new EventBridgeClient({ ...reach, credentials: await assume(reach, account, `${BUS}-operator`) });
  const arn = (resource: string): string => `arn:aws:events:${reach.region}:${account}:${resource}`;
  const ReplayName = `${BUS}-to-compliance-${Date.now()}`;
  await operator.send(
    new StartReplayCommand({
      ReplayName,
      EventSourceArn: arn(`archive/${BUS}-events`),
      EventStartTime: new Date(0),
      EventEndTime: new Date(),
      Destination: { Arn: arn(`event-bus/${BUS}`), FilterArns: [arn(`rule/${BUS}/${NAME}`)] },
    }),
  );
  return async () => (await operator.send(new DescribeReplayCommand({ ReplayName }))).State === 'COMPLETED';
}

async function assume(reach: Reach, account: string, role: string): Promise<Reach['credentials']> {
  const RoleArn = `arn:aws:iam::${account}:role/${role}`;
  const { Credentials } = await new STSClient(reach).send(
    new AssumeRoleCommand({ RoleArn, RoleSessionName: 'example' }),
  );
  const { AccessKeyId, SecretAccessKey, SessionToken } = issued.parse(Credentials);
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
}

type Report = z.infer<typeof report>;

/** The bucket, as those see it who read reports. */
async function asReader(reach: Reach, account: string) {
  const credentials = await assume(reach, account, `${NAME}-reader`);
  const s3 = new S3Client({ ...reach, credentials, forcePathStyle: true });
  const Bucket = `${NAME}-${account}-${reach.region}`;
  const keys = async (): Promise<string[]> => {
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'reports/' }));
    return Contents.flatMap(({ Key }) => Key ?? []);
  };
  const read = async (form: string): Promise<string[]> => {
    const wanted = (await keys()).filter((key) => key.endsWith(form));
    const objects = await Promise.all(wanted.map((Key) => s3.send(new GetObjectCommand({ Bucket, Key }))));
    return Promise.all(objects.map(async ({ Body }) => (await Body?.transformToString()) ?? ''));
  };
  return {
    keys,
    texts: () => read('.md'),
    reports: async () => (await read('.json')).map((text) => report.parse(JSON.parse(text))),
  };
}

/** No release emits this event yet: an example of it, about the model that labelled the last month's line. */
async function rollBack(bus: EventBridgeClient, line: string, reports: readonly Report[]): Promise<void> {
  const [country = '', scheme = ''] = line.split('/');
  const models = reports.flatMap(({ lines }) =>
    lines.filter((each) => each.country === country && each.scheme === scheme).flatMap((each) => each.models),
  );
  const model = models.at(-1);
  if (model === undefined) {
    const lines = reports.flatMap((each) => each.lines).filter((each) => each.models.length > 0);
    const known = new Set(lines.map((each) => `${each.country}/${each.scheme}`));
    throw new Error(
      `--roll-back ${line}: no report has such a line with a model; there are ${[...known].sort().join(', ')}`,
    );
  }
  const event = buildEvent(winnerRolledBack, {
    metadata: { time: new Date().toISOString() },
    data: { country, scheme, from: { model } },
  });
  const { source: Source, 'detail-type': DetailType, detail } = event;
  const Detail = JSON.stringify(detail);
  await bus.send(new PutEventsCommand({ Entries: [{ EventBusName: BUS, Source, DetailType, Detail }] }));
}

/** Waits until something holds and no message is left. Throws when one was given up, or after {@link PATIENCE_MS}. */
async function until(queues: SQSClient, holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!((await holds()) && (await messagesIn(queues, NAME)) === 0)) {
    if ((await messagesIn(queues, `${NAME}-dlq`)) > 0)
      throw new Error(`${NAME}-dlq has messages: the function's log says why`);
    if (Date.now() > deadline) throw new Error(`no report after ${PATIENCE_MS / 1000} s: the function's log says why`);
    await delay(500);
  }
}

async function messagesIn(queues: SQSClient, QueueName: string): Promise<number> {
  const { QueueUrl } = await queues.send(new GetQueueUrlCommand({ QueueName }));
  const AttributeNames = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
  const { Attributes = {} } = await queues.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...AttributeNames] }),
  );
  return AttributeNames.reduce((sum, name) => sum + Number(Attributes[name] ?? 0), 0);
}
