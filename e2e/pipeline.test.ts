import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { HeadObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import {
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  ListStateMachinesCommand,
  SFNClient,
} from '@aws-sdk/client-sfn';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ValidateFunction } from 'ajv';
import * as z from 'zod';
import { decision } from '@regulabel/contracts/evaluation/decision.v1';
import { differences, readList, readPermissions, type Permission } from '@regulabel/security/unused';
import { dataBucket, modelsBucket, predictionsBucket, registryBucket, winnersTable } from '@regulabel/shared/names';
import { listenTo } from '@regulabel/testing/busListener';
import {
  moduleOf,
  patternsMeantFor,
  patternsThatMatch,
  readPublished,
  validatorOf,
  type PublishedEvent,
} from '@regulabel/testing/publishedContracts';
import { replayTo } from '@regulabel/testing/replay';
import { json, serve, start, type Reach, type ServedCloud } from './commandLine.ts';
import { useKey } from './keys.ts';

const PLACE = { stage: 'local', account: '111122223333', region: 'eu-west-1' };
const LINES = ['NL/battery', 'NL/weee', 'PT/packaging', 'PT/weee'];
const SOLD = 60;
const SIZE = ['--countries', 'NL,PT', '--labelled', '500', '--sold', String(SOLD), '--trials', '2'];

const run = z.object({
  runId: z.string(),
  status: z.string(),
  items: z.number(),
  predictions: z.number(),
  lines: z.array(z.object({ country: z.string(), scheme: z.string(), outcome: z.string() })),
});
const demo = z.object({ training: run, inference: run });
type Run = z.infer<typeof run>;

const outcomes = ({ lines }: Run): string[] =>
  lines.map(({ country, scheme, outcome }) => `${country}/${scheme} ${outcome}`).sort();

let started: Date;
let state: string;
let first: z.infer<typeof demo>;
let second: z.infer<typeof demo>;
let permissions: Permission[];
let up: ServedCloud;
let cloud: Reach;

beforeAll(async () => {
  started = new Date();
  state = await mkdtemp(join(tmpdir(), 'regulabel-e2e-'));
  // The first month is killed in the middle of training, and started again.
  const killed = start('demo', '--state', state, ...SIZE);
  await killed.said('training');
  killed.child.kill('SIGKILL');
  await killed.ended;
  first = demo.parse(await json(['demo', '--state', state, ...SIZE]));
  second = demo.parse(await json(['demo', '--state', state, ...SIZE]));
  permissions = await readPermissions(state);
  up = await serve(state);
  cloud = up.operator;
}, 400_000);

afterAll(async () => {
  await up.stop();
  await rm(state, { recursive: true, force: true });
}, 30_000);

describe('the first month, killed in the middle of training and started again', () => {
  it('ends with a winner for every line', () => {
    expect(first.training.status).toBe('closed');
    expect(outcomes(first.training)).toEqual(LINES.map((line) => `${line} promoted`));
  });

  it('labels every sold item once per scheme of its country', () => {
    expect(outcomes(first.inference)).toEqual(LINES.map((line) => `${line} labelled`));
    expect(first.inference).toMatchObject({ items: SOLD, predictions: 2 * SOLD });
  });
});

describe('the second month', () => {
  it('compares candidates with winners', () => {
    expect(second.training.runId).not.toBe(first.training.runId);
    for (const { outcome } of second.training.lines) expect(['promoted', 'rejected']).toContain(outcome);
    expect(second.inference).toMatchObject({ items: SOLD, predictions: 2 * SOLD });
  });

  it('leaves exactly one decision for each line and run, the later ones against the winner of the first', async () => {
    const { Items = [] } = await new DynamoDBClient(cloud).send(
      new ScanCommand({ TableName: winnersTable(PLACE), ConsistentRead: true }),
    );
    const decisions = Items.map((item) => unmarshall(item))
      .filter(({ sk }) => String(sk).startsWith('decision#'))
      .map((item) => decision.parse(item));
    expect(decisions.map(({ country, scheme, runId }) => `${country}/${scheme} ${runId}`).sort()).toEqual(
      LINES.flatMap((line) => [`${line} ${first.training.runId}`, `${line} ${second.training.runId}`]).sort(),
    );
    const firsts = new Map(
      decisions
        .filter(({ runId }) => runId === first.training.runId)
        .map((made) => [`${made.country}/${made.scheme}`, made]),
    );
    for (const made of decisions.filter(({ runId }) => runId === second.training.runId)) {
      expect(made.winner?.decisionId).toBe(firsts.get(`${made.country}/${made.scheme}`)?.decisionId);
      expect(made.winner?.metrics?.rows).toBe(made.candidate.metrics?.rows);
    }
  });
});

describe('the events of both months', () => {
  it('keep the published schemas, and match exactly the published patterns that are meant for them', async () => {
    const bus = `regulabel-${PLACE.stage}`;
    const listener = await listenTo(bus, up.administrator);
    // The archive has whatever went over the bus.
    const window = { archive: `${bus}-events`, from: started, to: new Date() };
    const events = (await replayTo(listener, window, new EventBridgeClient(up.administrator))) as PublishedEvent[];
    listener.close();
    const ajv = validatorOf('draft-2020-12');
    const schemas = new Map<string, ValidateFunction>();
    for (const event of events) {
      const path = `schemas/draft-2020-12/${moduleOf(event)}.json`;
      const validate = schemas.get(path) ?? ajv.compile((await readPublished(path)) as object);
      schemas.set(path, validate);
      expect([event, validate(event), validate.errors]).toEqual([event, true, null]);
      expect(await patternsThatMatch(event)).toEqual(patternsMeantFor(event));
    }
    const times = Map.groupBy(events, (event) => event['detail-type']);
    const count = (type: string): number => times.get(type)?.length ?? 0;
    expect(count('RunStarted.v1')).toBe(4);
    expect(count('ModelTrained.v1')).toBeGreaterThanOrEqual(2 * LINES.length);
    expect(count('ModelPromoted.v1') + count('ModelRejected.v1')).toBeGreaterThanOrEqual(2 * LINES.length);
    expect(count('InferenceCompleted.v1')).toBeGreaterThanOrEqual(4 * LINES.length);
    expect(count('ClassificationRunCompleted.v1')).toBe(2);
  });
});

describe('predictions export', () => {
  it('writes each item of the last month once per scheme, with its code', async () => {
    const file = join(state, 'predictions.csv');
    const answer = z
      .object({ run: z.string(), rows: z.number() })
      .parse(await json(['predictions', 'export', '--state', state, '--out', file]));
    expect(answer).toEqual({ run: second.inference.runId, rows: 2 * SOLD });
    const [heading, ...rows] = (await readFile(file, 'utf8')).trim().split('\n');
    expect(heading).toBe('item_id,country,scheme,code,confidence,quantity,month,model,code_list,run');
    const seen = rows.map((row) => row.split(','));
    expect(new Set(seen.map(([item, , scheme]) => `${item ?? ''} ${scheme ?? ''}`)).size).toBe(2 * SOLD);
    expect(seen.every(([, , , code]) => code !== '')).toBe(true);
  });
});

describe('the executions', () => {
  /** The happy path of each machine; the other states are walked by the services' own tests. */
  it('went through every state of their happy path', async () => {
    const client = new SFNClient(up.administrator);
    const { stateMachines = [] } = await client.send(new ListStateMachinesCommand({}));
    const visited: Record<string, string[]> = {};
    for (const { name = '', stateMachineArn } of stateMachines) {
      const { executions = [] } = await client.send(
        new ListExecutionsCommand({ stateMachineArn, statusFilter: 'SUCCEEDED' }),
      );
      const states = new Set<string>();
      for (const { executionArn } of executions) {
        const { events = [] } = await client.send(new GetExecutionHistoryCommand({ executionArn, maxResults: 1000 }));
        for (const { stateEnteredEventDetails } of events)
          if (stateEnteredEventDetails?.name !== undefined) states.add(stateEnteredEventDetails.name);
      }
      visited[name.replace('regulabel-local-', '')] = [...states];
    }
    expect(visited).toEqual({
      extract: expect.arrayContaining(['Plan', 'Unload', 'DescribeUnload', 'Split']) as unknown,
      training: expect.arrayContaining(['Prepare', 'Tune', 'ChooseBest', 'CreateModel', 'AnnounceModel']) as unknown,
      inference: expect.arrayContaining(['Prepare', 'Transform', 'Collect', 'AnnounceCompleted']) as unknown,
      comparison: expect.arrayContaining(['Score', 'Decide', 'Record', 'Announce', 'Notify']) as unknown,
    });
  });

  it('left nothing in a dead-letter queue, and none of them failed', async () => {
    const client = new SFNClient(up.administrator);
    const { stateMachines = [] } = await client.send(new ListStateMachinesCommand({}));
    for (const { stateMachineArn } of stateMachines) {
      const { executions = [] } = await client.send(
        new ListExecutionsCommand({ stateMachineArn, statusFilter: 'FAILED' }),
      );
      expect(executions).toEqual([]);
    }
  });
});

describe('the roles', () => {
  it('are allowed nothing that two months did not need, but what a list gives a reason for', async () => {
    expect(differences(await readList(), permissions)).toEqual([]);
  });
});

describe('the objects', () => {
  it('lie encrypted on disk', async () => {
    const files = (await readdir(join(state, 's3'), { recursive: true, withFileTypes: true })).filter((entry) =>
      entry.isFile(),
    );
    expect(files.length).toBeGreaterThan(50);
    for (const { parentPath, name } of files) {
      const content = await readFile(join(parentPath, name));
      expect(content.subarray(0, 4).toString('latin1')).not.toBe('PAR1');
      expect(content.includes('item_id')).toBe(false);
      expect(content.includes('__label__')).toBe(false);
    }
  });

  it.each([
    ['unload/', dataBucket, 'raw'],
    ['datasets/', dataBucket, 'control'],
    ['catalogue/', dataBucket, 'control'],
    ['prepared/', modelsBucket, 'training'],
    ['models/', modelsBucket, 'training'],
    ['work/', predictionsBucket, 'work'],
    ['production/', predictionsBucket, 'predictions'],
    ['evaluation/', predictionsBucket, 'predictions'],
    ['summary/', predictionsBucket, 'predictions'],
    ['scores/', registryBucket, 'registry'],
  ])('below %s are under the key that the template names', async (prefix, bucket, alias) => {
    const s3 = new S3Client({ ...up.administrator, forcePathStyle: true });
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket(PLACE), Prefix: prefix }));
    expect(Contents.length).toBeGreaterThan(0);
    const key = await useKey(up.administrator, `alias/regulabel-${PLACE.stage}-${alias}`);
    const keys = await Promise.all(
      Contents.map(
        async ({ Key }) => (await s3.send(new HeadObjectCommand({ Bucket: bucket(PLACE), Key }))).SSEKMSKeyId,
      ),
    );
    expect(new Set(keys)).toEqual(new Set([key]));
  });
});
