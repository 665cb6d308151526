import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { scores } from '@regulabel/shared/jobs/scores';
import { prediction } from '@regulabel/contracts/inference/prediction.v1';
import { predictionSummary } from '@regulabel/contracts/inference/predictionSummary.v1';
import { prepareTrainingMessage, prepareTrainingReport } from '@regulabel/shared/jobs/prepareTraining';
import { parseJson } from '@regulabel/contracts/parse';
import { labelOf } from './label.ts';
import { Job } from './testing/job.ts';

const LINE = ['--country', 'DE', '--scheme', 'weee'];
const HASH = 'a'.repeat(64);

let jobs: Job[] = [];
const newJob = (): Job => {
  const job = new Job();
  jobs.push(job);
  return job;
};
beforeEach(() => {
  jobs = [];
});
afterEach(() => {
  for (const job of jobs) job.remove();
});

describe('prepare-training', () => {
  const codes = [
    { code: 'big one' },
    { code: 'small/two' },
    { code: 'old', validTo: '2026-10-31' },
    { code: 'new', validFrom: '2026-11-02' },
  ];
  const catalogue = { countries: { DE: { schemes: { weee: { codes }, battery: {} } } } };
  const flags = (rows: number, minimum = 20) => [
    ...LINE,
    '--as-of',
    '2026-11-01',
    '--rows',
    String(rows),
    '--minimum-rows',
    String(minimum),
  ];

  const usable = `SELECT 'i' || i AS item_id, 'DE' AS country, (CASE WHEN i % 2 = 0 THEN 'Waschmaschine ' ELSE 'Toaster ' END) || i AS title,
      'weee' AS scheme, (CASE WHEN i % 2 = 0 THEN ' big one' ELSE 'small/two' END) AS code,
      TIMESTAMPTZ '2026-01-01 00:00:00+00' AS labelled_at FROM range(200) t(i)`;
  const column = (name: string, of: string) => `${of} AS ${name}`;
  const single = (id: string, title: string, code: string, scheme = 'weee') =>
    `SELECT ${[column('item_id', `'${id}'`), column('country', "'DE'"), column('title', title), column('scheme', `'${scheme}'`), column('code', code), 'NULL AS labelled_at'].join(', ')}`;
  const bad = [
    single('x1', 'NULL', "'big one'"),
    single('x2', "' '", "'big one'"),
    single('x3', "'!!!'", "'big one'"),
    single('x4', "'Toaster A'", "'nobody knows'"),
    single('x5', "'Toaster B'", 'NULL'),
    single('x6', "'Toaster C'", "'old'"),
    single('x7', "'Toaster D'", "'new'"),
    single('zz', "'WASCHMASCHINE 0'", "'big one'"),
    single('y1', "'Radio'", "'big one'"),
    single('y2', "'Radio'", "'small/two'"),
    single('x8', "'Akku'", "'AA'", 'battery'),
  ];

  async function dataset(
    order: 'ASC' | 'DESC',
    files: readonly string[] = [usable, bad.join(' UNION ALL ')],
  ): Promise<Job> {
    const job = newJob();
    job.put('catalogue', '0123456789abcdef.json', JSON.stringify(catalogue));
    const selects = order === 'ASC' ? files : [...files].reverse();
    for (const [at, select] of selects.entries()) {
      await job.putParquet(
        'dataset',
        `000${at}_part_00.parquet`,
        `SELECT * FROM (${select}) ORDER BY item_id ${order}`,
      );
    }
    return job;
  }

  it('writes the parts, keeps test labels apart, counts every row kept out, and does so whatever the order of the rows', async () => {
    const [job, other] = [await dataset('ASC'), await dataset('DESC')];
    const [done, again] = [
      await job.start('prepare-training', ...flags(211)),
      await other.run('prepare-training', ...flags(211)),
    ];
    expect(done).toMatchObject({ exitCode: 0, stderr: '' });
    expect(again.message).toBe(done.message);
    for (const channel of ['train', 'validation', 'test', 'labels', 'report']) {
      expect(other.output(channel)).toEqual(job.output(channel));
    }

    const message = parseJson(prepareTrainingMessage, done.message, 'message');
    expect(message.outcome).toBe('ready');
    const report = parseJson(prepareTrainingReport, job.output('report')['report.json']!, 'report');
    expect(report).toMatchObject({ ...message, labelled: 210 });
    expect(report.excluded).toEqual({
      'missing-title': 2,
      'no-tokens': 1,
      'unknown-code': 2,
      'code-expired': 1,
      'code-not-yet-valid': 1,
      duplicate: 1,
      contradictory: 2,
    });
    expect(report.codes.map(({ code }) => code)).toEqual(['big one', 'small/two']);

    const lines = (text: string) => text.trimEnd().split('\n');
    const train = lines(job.output('train')['train.txt']!);
    const validation = lines(job.output('validation')['validation.txt']!);
    const test = job.jsonLines('test', 'part-00000.jsonl');
    const labels = job.jsonLines('labels', 'labels.jsonl');
    expect([train.length, validation.length, test.length]).toEqual([
      message.rows.train,
      message.rows.validation,
      message.rows.test,
    ]);
    expect(train.length + validation.length + test.length).toBe(200);
    for (const line of [...train, ...validation]) {
      expect(line).toMatch(/^(__label__big%20one waschmaschine \d+ |__label__small%2Ftwo toaster \d+ )/);
    }
    expect(labels.map(({ item_id }) => item_id)).toEqual(test.map(({ item_id }) => item_id));
    for (const [at, { item_id, source, ...rest }] of test.entries()) {
      expect(rest).toEqual({ k: 1 });
      expect(labels[at]).toEqual({ item_id, code: String(source).startsWith('wasch') ? 'big one' : 'small/two' });
    }
  });

  it('leaves a test row a test row when rows are added', async () => {
    const more = `SELECT * REPLACE ('n' || item_id AS item_id, title || ' neu' AS title) FROM (${usable})`;
    const [job, grown] = [await dataset('ASC', [usable]), await dataset('ASC', [usable, more])];
    await job.run('prepare-training', ...flags(200));
    await grown.run('prepare-training', ...flags(400));
    const ids = (of: Job) => of.jsonLines('test', 'part-00000.jsonl').map(({ item_id }) => String(item_id));
    expect(ids(grown).filter((id) => !id.startsWith('n'))).toEqual(ids(job));
    expect(ids(grown).length).toBeGreaterThan(ids(job).length);
  });

  it.each([
    { name: 'too few rows', scheme: 'weee', minimum: 500, files: [usable], outcome: 'untrainable' },
    {
      name: 'a single code',
      scheme: 'battery',
      minimum: 1,
      files: [usable, single('x8', "'Akku'", "'AA'", 'battery')],
      outcome: 'untrainable',
    },
    { name: 'no row of the line', scheme: 'battery', minimum: 1, files: [usable], outcome: 'empty' },
  ])('writes nothing but the report for $name', async ({ scheme, minimum, files, outcome }) => {
    const job = await dataset('ASC', files);
    const args = flags(199 + files.length, minimum).map((arg) => (arg === 'weee' ? scheme : arg));
    const done = await job.run('prepare-training', ...args);
    expect(parseJson(prepareTrainingMessage, done.message, 'message').outcome).toBe(outcome);
    expect(parseJson(prepareTrainingReport, job.output('report')['report.json']!, 'report').outcome).toBe(outcome);
    for (const channel of ['train', 'validation', 'test', 'labels']) expect(job.output(channel)).toEqual({});
  });

  it('fails when the dataset is not the one that was announced', async () => {
    const job = await dataset('ASC', [usable]);
    expect(await job.run('prepare-training', ...flags(201))).toEqual({
      exitCode: 1,
      stderr: 'The dataset has 200 rows, its manifest says 201.\n',
      message: 'The dataset has 200 rows, its manifest says 201.',
    });
    const foreign = await job.run('prepare-training', ...flags(200).map((arg) => (arg === 'DE' ? 'FR' : arg)));
    expect(foreign).toMatchObject({ exitCode: 1, message: 'The catalogue does not list the line FR/weee.' });
    job.put('dataset', '0001_part_00.parquet', 'not Parquet');
    expect(await job.run('prepare-training', ...flags(200))).toMatchObject({
      exitCode: 1,
      message: expect.stringMatching(/can't be read as Parquet/),
    });
  });

  it.each([
    ["SELECT * REPLACE ('FR' AS country)", /200 of 200 rows belong to another country than DE/],
    ['SELECT * REPLACE (NULL AS item_id)', /200 of 200 rows have no item_id/],
    ['SELECT * EXCLUDE (code)', /lack the column code/],
  ])('fails for %p', async (select, reason) => {
    const job = await dataset('ASC', [`${select} FROM (${usable})`]);
    const done = await job.run('prepare-training', ...flags(200));
    expect(done.exitCode).toBe(1);
    expect(done.message).toMatch(reason);
  });
});

describe('prepare-inference', () => {
  it('makes one line of every row, also of one without text, and keeps the items in the same order', async () => {
    const job = newJob();
    await job.putParquet(
      'dataset',
      '0000_part_00.parquet',
      `SELECT * FROM (VALUES ('b', 'Toaster', 'Acme', 3), ('a', NULL, NULL, NULL), ('c''"', '!!!', NULL, 0)) t(item_id, title, brand, quantity)`,
    );
    const done = await job.start('prepare-inference', '--caller', 'production', '--rows', '3');
    expect(done).toEqual({ exitCode: 0, stderr: '', message: '{"rows":3,"parts":1}' });
    expect(job.jsonLines('records', 'part-00000.jsonl')).toEqual([
      { item_id: 'b', source: 'toaster acme #<to #toa #oas #ast #ste #ter #er>', k: 1 },
      { item_id: 'a', source: '#', k: 1 },
      { item_id: `c'"`, source: '#', k: 1 },
    ]);
    expect(await job.parquet('items', 'items.parquet', ['position', 'item_id', 'quantity'])).toEqual([
      { position: '0', item_id: 'b', quantity: '3' },
      { position: '1', item_id: 'a', quantity: '1' },
      { position: '2', item_id: `c'"`, quantity: '0' },
    ]);
  });

  it('cuts large datasets into parts that hold every row once', async () => {
    const job = newJob();
    await job.putParquet('dataset', 'a.parquet', `SELECT i::VARCHAR AS item_id, 'x' AS title FROM range(100001) t(i)`);
    const done = await job.run('prepare-inference', '--caller', 'production', '--rows', '100001');
    expect(done.message).toBe('{"rows":100001,"parts":3}');
    const folder = join(job.base, 'processing', 'output', 'records');
    const ids = readdirSync(folder)
      .sort()
      .flatMap((name) => job.jsonLines('records', name).map(({ item_id }) => item_id));
    expect(ids).toEqual(Array.from({ length: 100_001 }, (_, at) => String(at)));
  });

  it('fails for repeated items, broken quantities, missing ids and a count that was not announced', async () => {
    for (const [rows, values, reason] of [
      ['2', "('a', 'x', '1'), ('a', 'y', '1')", '1 rows of the dataset repeat an item_id.'],
      ['1', "('a', 'x', '-1')", 'The quantity in row 1 of the dataset is not a whole number >= 0.'],
      ['1', "(NULL, 'x', '1')", 'Row 1 of the dataset has no item_id.'],
      ['9', "('a', 'x', '1')", 'The dataset has 1 rows; 9 were announced.'],
    ] as const) {
      const job = newJob();
      await job.putParquet('dataset', 'a.parquet', `SELECT * FROM (VALUES ${values}) t(item_id, title, quantity)`);
      expect(await job.run('prepare-inference', '--caller', 'production', '--rows', rows)).toEqual({
        exitCode: 1,
        stderr: `${reason}\n`,
        message: reason,
      });
    }
  });
});

describe('from a test set to scores', () => {
  const answered = (job: Job, lines: readonly { item_id: unknown; code: string; prob?: number }[]) => {
    const out = lines.map(({ item_id, code, prob = 0.5 }) => ({
      item_id,
      SageMakerOutput: { label: [labelOf(code)], prob: [prob] },
    }));
    job.put('transformed', 'part-00000.jsonl.out', out);
  };
  const test = [
    { item_id: 'a', source: 'x', k: 1 },
    { item_id: 'b', source: 'y', k: 1 },
    { item_id: 'c', source: 'z', k: 1 },
  ];
  const collectFlags = [
    ...LINE,
    '--caller',
    'evaluation',
    '--month',
    '2026-11',
    '--run',
    'training-1',
    '--model',
    "m'1",
    '--code-list',
    '0123456789abcdef',
    '--rows',
    '3',
  ];

  async function collected(answers: Parameters<typeof answered>[1]) {
    const job = newJob();
    job.put('dataset', 'part-00000.jsonl', test);
    expect((await job.run('prepare-inference', '--caller', 'evaluation', '--rows', '3')).message).toBe(
      '{"rows":3,"parts":1}',
    );
    expect(job.jsonLines('records', 'part-00000.jsonl')).toEqual(test);
    await job.putParquet(
      'items',
      'items.parquet',
      `FROM '${join(job.base, 'processing', 'output', 'items', 'items.parquet')}'`,
    );
    answered(job, answers);
    return { job, done: await job.start('collect', ...collectFlags) };
  }

  it('collects predictions in the order of the items, and scores both models on the same rows', async () => {
    const { job, done } = await collected([
      { item_id: 'c', code: '2 ß', prob: 0.25 },
      { item_id: 'a', code: '1', prob: 1.00001 },
      { item_id: 'b', code: '1', prob: 0.5 },
    ]);
    expect(done).toEqual({ exitCode: 0, stderr: '', message: '{"rows":3}' });
    const columns = Object.keys(prediction.shape) as (keyof typeof prediction.shape)[];
    const rows = await job.parquet('predictions', 'predictions.parquet', columns);
    const row = {
      country: 'DE',
      scheme: 'weee',
      quantity: '1',
      month: '2026-11',
      model: "m'1",
      code_list: '0123456789abcdef',
      run: 'training-1',
    };
    expect(rows).toEqual([
      { ...row, item_id: 'a', code: '1', confidence: '1.0' },
      { ...row, item_id: 'b', code: '1', confidence: '0.5' },
      { ...row, item_id: 'c', code: '2 ß', confidence: '0.25' },
    ]);
    for (const { confidence, quantity, ...rest } of rows) {
      prediction.parse({ ...rest, confidence: Number(confidence), quantity: Number(quantity) });
    }
    expect(await job.parquetTypes('predictions', 'predictions.parquet')).toEqual({
      ...Object.fromEntries(columns.map((column) => [column, 'BYTE_ARRAY/UTF8'])),
      confidence: 'DOUBLE',
      quantity: 'INT64/INT_64',
    });
    const summary = parseJson(
      predictionSummary,
      Buffer.from(job.output('summary')['summary.json']!, 'latin1').toString(),
      'summary',
    );
    expect(summary).toMatchObject({ rows: 3, quantity: 3, meanConfidence: 1.75 / 3 });
    expect(summary.codes).toEqual([
      { code: '1', rows: 2, quantity: 2, meanConfidence: 0.75 },
      { code: '2 ß', rows: 1, quantity: 1, meanConfidence: 0.25 },
    ]);

    const scoring = newJob();
    scoring.put('labels', 'labels.jsonl', [
      { item_id: 'b', code: '2 ß' },
      { item_id: 'a', code: '1' },
      { item_id: 'c', code: '2 ß' },
    ]);
    const predicted = `FROM '${join(job.base, 'processing', 'output', 'predictions', 'predictions.parquet')}'`;
    await scoring.putParquet('candidate', 'predictions.parquet', predicted);
    await scoring.putParquet('winner', 'predictions.parquet', `SELECT * REPLACE ('1' AS code) ${predicted}`);
    const flags = [...LINE, '--run', 'training-1', '--test-hash', HASH, '--candidate-model', 'm1'];
    const judged = await scoring.start('score', ...flags, '--winner-model', 'm0');
    const f1 = 2 / 3;
    expect(judged).toMatchObject({ exitCode: 0, stderr: '' });
    expect(JSON.parse(judged.message)).toEqual({
      rows: 3,
      candidate: { accuracy: f1, macroF1: f1 },
      winner: { accuracy: 1 / 3, macroF1: 0.25 },
    });
    const report = parseJson(
      scores,
      Buffer.from(scoring.output('scores')['scores.json']!, 'latin1').toString(),
      'scores',
    );
    expect(report).toMatchObject({
      runId: 'training-1',
      rows: 3,
      testHash: HASH,
      majority: { code: '2 ß', accuracy: f1 },
    });
    expect([report.candidate.model, report.winner?.model]).toEqual(['m1', 'm0']);

    expect(await scoring.run('score', ...flags)).toMatchObject({
      exitCode: 2,
      message: expect.stringMatching(/go together/),
    });
    scoring.put('labels', 'labels.jsonl', [
      { item_id: 'b', code: '1' },
      { item_id: 'q', code: '1' },
    ]);
    expect(await scoring.run('score', ...flags, '--winner-model', 'm0')).toMatchObject({
      exitCode: 1,
      message:
        "The candidate's predictions do not match the labels: 2 labels, 3 predictions of 3 items, 1 items in both.",
    });
  });

  it.each([
    [[{ item_id: 'a', code: '1' }], '2 of 3 rows are missing'],
    [
      [
        { item_id: 'a', code: '1' },
        { item_id: 'b', code: '1' },
        { item_id: 'x', code: '1' },
      ],
      '1 of 3 rows are missing, 1 rows were never asked for',
    ],
    [
      [
        { item_id: 'a', code: '1' },
        { item_id: 'b', code: '1' },
        { item_id: 'c', code: '1' },
        { item_id: 'c', code: '2' },
      ],
      '1 rows repeat an item',
    ],
  ])('fails when rows in are not rows out (%#)', async (answers, problem) => {
    const { job, done } = await collected(answers);
    const message = `In the transform job's output ${problem}.`;
    expect(done).toEqual({ exitCode: 1, stderr: `${message}\n`, message });
    expect(job.output('predictions')).toEqual({});
  });

  it('names the place of an answer it cannot read, never its content', async () => {
    for (const [line, reason] of [
      ['{"item_id":"secret"}', /^Line 1 of a transformed file does not keep its contract: SageMakerOutput/],
      ['{"item_id":"secret', /^Line 1 of a transformed file does not keep its contract: it is not JSON$/],
      [
        '{"item_id":"a","SageMakerOutput":{"label":["secret"],"prob":[1]}}',
        /^Line 1 of a transformed file has a label/,
      ],
      [
        '{"item_id":"a","SageMakerOutput":{"label":[],"prob":[]}}',
        /^In the transform job's output 3 of 3 rows are missing\.$/,
      ],
    ] as const) {
      const job = newJob();
      await job.putParquet(
        'items',
        'items.parquet',
        `SELECT i AS position, 'abc'[i + 1] AS item_id, 1 AS quantity FROM range(3) t(i)`,
      );
      job.put('transformed', 'part-00000.jsonl.out', line);
      const done = await job.run('collect', ...collectFlags);
      expect(done.exitCode).toBe(1);
      expect(done.message).toMatch(reason);
      expect(done.stderr + done.message).not.toContain('secret');
    }
  });
});

describe('the command', () => {
  it.each([
    [[], /^unknown command ""; there are prepare-training, prepare-inference, collect, score$/],
    [['toString'], /^unknown command "toString"/],
    [['collect', '--nonsense', '1'], /^collect: .*--nonsense/],
    [['prepare-inference', '--caller', 'production'], /^prepare-inference: --rows: /],
  ])('%j is refused in one line with exit code 2', async (args, line) => {
    const { exitCode, stderr, message } = await newJob().start(...args);
    expect([exitCode, stderr]).toEqual([2, `${message}\n`]);
    expect(message).toMatch(line);
    expect(message).not.toContain('\n');
  });
});
