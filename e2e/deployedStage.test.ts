import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RedshiftDataClient } from '@aws-sdk/client-redshift-data';
import { ListExecutionsCommand, SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn';
import {
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { stateMachineArn } from '@regulabel/shared/names';
import { until } from '@regulabel/testing/until';
import { json, serve, start, startIn, type ServedCloud } from './commandLine.ts';
import { statement } from './warehouse.ts';

/** Where stages/local.yml says that the stage is. */
const PLACE = { stage: 'local', account: '111122223333', region: 'eu-west-1' };
const STAGE = ['--stage', PLACE.stage];
const QUEUE = 'regulabel-local-start-training';
/** Seconds: where there is much else to do, things may take a while. */
const PATIENCE = 60;

let folder: string;
let served: ServedCloud;
/** What a person has who works with AWS: the local cloud is all the AWS that there is. */
let aws: NodeJS.ProcessEnv;
let sfn: SFNClient;
let sqs: SQSClient;
let redshift: RedshiftDataClient;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'regulabel-stage-'));
  await writeFile(join(folder, 'catalogue.yml'), 'countries: { DE: { schemes: { weee: { trials: 1 } } } }');
  served = await serve(state());
  const { endpoint, credentials } = served.administrator;
  aws = {
    ...withoutAws(),
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
  };
  sfn = new SFNClient(served.operator);
  sqs = new SQSClient(served.administrator);
  redshift = new RedshiftDataClient(served.administrator);
}, 180_000);

afterAll(async () => {
  for (const client of [sfn, sqs, redshift]) client.destroy();
  await served.stop();
  await rm(folder, { recursive: true });
}, 30_000);

const state = (): string => join(folder, 'state');
const laptop = (): string[] => ['--state', state()];

describe('a deployed stage', () => {
  it('is refused in one line, and what to do about it, without credentials that AWS takes', async () => {
    const unknown = { ...aws, AWS_ACCESS_KEY_ID: 'ASIA0000000000000000' };
    expect(
      await Promise.all([refusal(withoutAws(), 'status', ...STAGE), refusal(unknown, 'dlq', 'list', ...STAGE)]),
    ).toEqual([
      expect.stringMatching(/^regulabel: there are no AWS credentials for stage local: set AWS_PROFILE, or /),
      expect.stringMatching(/^regulabel: AWS does not take these credentials in eu-west-1: .*InvalidClientTokenId/),
    ]);
  });

  it('takes a catalogue, and shows what the state folder shows', async () => {
    const published = await json(['catalogue', 'publish', join(folder, 'catalogue.yml'), ...STAGE], 0, aws);
    expect(published).toMatchObject({ changed: true });
    const [there, here, winners] = await Promise.all([
      startIn(aws, 'catalogue', 'show', ...STAGE).ended,
      start('catalogue', 'show', ...laptop()).ended,
      startIn(aws, 'winners', ...STAGE).ended,
    ]);
    expect(there.stdout).toContain('trials: 1');
    expect(there.stdout).toBe(here.stdout);
    expect(winners).toEqual({
      code: 0,
      stdout: 'no winner yet: the schedules of the stage start the runs\n',
      stderr: 'stage local: account 111122223333, eu-west-1',
    });
  });

  it('hands back what could not be delivered, and lets what failed go on where it failed', async () => {
    await statement(
      redshift,
      `INSERT INTO labelled_items VALUES ('1', 'DE', 'Toaster', NULL, NULL, 'weee', 'A', NULL)`,
      PATIENCE,
    );
    const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: QUEUE }));
    const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['Policy'] }));
    const permit = (Policy: string) => sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }));

    // Nobody may send to the queue any more: the country's manifest cannot be delivered.
    await permit('');
    const training = start('run', 'training', ...laptop(), '--json');
    await training.said(`dead letters: 1 in ${QUEUE}-dlq`);
    await permit(Attributes?.['Policy'] ?? '');
    const [there, here] = await Promise.all([
      json(['dlq', 'list', ...STAGE], 0, aws),
      json(['dlq', 'list', ...laptop()]),
    ]);
    expect(there).toEqual(here);
    const report = queues.parse(there).find(({ messages }) => messages > 0);
    const [letter] = report?.first ?? [];
    const runId = letter?.runId ?? '';
    expect(report).toEqual({
      ...{ queue: `${QUEUE}-dlq`, serves: [QUEUE], messages: 1, inFlight: 0 },
      first: [{ ...letter, type: 'Object Created', runId: expect.stringMatching(/^training-/), country: 'DE' }],
    });
    expect(letter?.error).toBe('NO_PERMISSIONS');

    const stopped = abortTraining();
    const moved = await json(['dlq', 'redrive', `${QUEUE}-dlq`, ...STAGE], 0, aws);
    expect(moved).toEqual({ queue: `${QUEUE}-dlq`, to: [QUEUE], messages: 1 });
    const executionArn = await stopped;
    expect((await training.ended).code).toBe(1);

    const [failed, failedHere, empty] = await Promise.all([
      json(['status', runId, ...STAGE], 1, aws),
      json(['status', runId, ...laptop()], 1),
      refusal(aws, 'dlq', 'redrive', `${QUEUE}-dlq`, ...STAGE),
    ]);
    expect(failed).toMatchObject([{ runId, status: 'closed', lines: [{ stage: 'failed', reason: 'Aborted' }] }]);
    expect(failed).toEqual(failedHere);
    expect(empty).toContain(`${QUEUE}-dlq is empty: there is nothing to hand back`);

    // One row is too few, which the machine finds out once it goes on.
    const line = { country: 'DE', scheme: 'weee' };
    expect(await json(['redrive', runId, 'DE/weee', ...laptop()])).toMatchObject({
      runId,
      redriven: [{ machine: 'training', executionArn, ...line }],
      refused: [],
      run: { status: 'closed', lines: [{ ...line, outcome: 'skipped', reason: 'untrainable' }] },
    });
    expect(await refusal(aws, 'redrive', runId, ...STAGE)).toContain('there is nothing to redrive');
  }, 120_000);

  it('is told of a redrive that it takes, and how to follow it', async () => {
    await statement(redshift, 'ALTER TABLE labelled_items RENAME TO hidden_items', PATIENCE);
    const run = runDocument.parse(await json(['run', 'training', ...laptop()], 1));
    expect(run.lines).toMatchObject([{ outcome: 'failed', reason: expect.stringContaining('UnloadFailed') }]);
    await statement(redshift, 'ALTER TABLE hidden_items RENAME TO labelled_items', PATIENCE);
    const { code, stdout } = await startIn(aws, 'redrive', run.runId, ...STAGE).ended;
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: `redriven: extraction\n  follow       npm run -s regulabel -- status ${run.runId} --stage local\n`,
    });
    await until('the extraction has ended', async () => (await runningExecutions('extract')).length === 0, PATIENCE);
    await until(
      'the run has no failed line',
      async () => {
        const { code: failed } = await startIn(aws, 'status', run.runId, ...STAGE).ended;
        return failed === 0;
      },
      PATIENCE,
    );
  }, 120_000);
});

const queues = z.array(
  z.object({
    ...{ queue: z.string(), serves: z.array(z.string()), messages: z.number(), inFlight: z.number() },
    first: z.array(z.looseObject({ runId: z.string().optional(), error: z.string().optional() })),
  }),
);
const runDocument = z.object({
  runId: z.string(),
  lines: z.array(z.object({ outcome: z.string(), reason: z.string().optional() })),
});

/** No credentials, and none from a machine in AWS either. */
function withoutAws(): NodeJS.ProcessEnv {
  const others = Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_'));
  return { ...Object.fromEntries(others), HOME: folder, AWS_EC2_METADATA_DISABLED: 'true' };
}

/** What a command that is refused says: its last line. */
async function refusal(env: NodeJS.ProcessEnv, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await startIn(env, ...args).ended;
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  return stderr.split('\n').at(-1) ?? '';
}

/** Aborts the next training that runs; answers its ARN. */
async function abortTraining(): Promise<string> {
  const executionArn = await until('a training runs', async () => (await runningExecutions('training'))[0], PATIENCE);
  await sfn.send(new StopExecutionCommand({ executionArn }));
  return executionArn;
}

async function runningExecutions(machine: 'extract' | 'training'): Promise<string[]> {
  const { executions = [] } = await sfn.send(
    new ListExecutionsCommand({ stateMachineArn: stateMachineArn(PLACE, machine), statusFilter: 'RUNNING' }),
  );
  return executions.flatMap(({ executionArn }) => executionArn ?? []);
}
