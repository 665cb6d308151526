import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DescribeStatementCommand, ExecuteStatementCommand, RedshiftDataClient } from '@aws-sdk/client-redshift-data';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { json, serve, start, type Reach, type ServedCloud } from './commandLine.ts';

/** Two lines that can be trained, one with three rows, one with a single code. */
const CATALOGUE = 'countries: { DE: { schemes: { weee: { trials: 1 } } }, FR: { schemes: { weee: {}, battery: {} } } }';

const HEADER = 'item_id,country,title,scheme,code';
const KINDS = [
  ['K', 'Kühlschrank'],
  ['W', 'Waschmaschine'],
] as const;

const labelled = [
  HEADER,
  ...Array.from({ length: 200 }, (_, at) => {
    const [code, title] = KINDS[at % 2] ?? KINDS[0];
    return `I${at},DE,${title} ${at * 37},weee,${code}`;
  }),
  ...Array.from({ length: 3 }, (_, at) => `T${at},FR,lave-linge ${at},battery,${at}`),
  ...Array.from({ length: 40 }, (_, at) => `F${at},FR,lave-linge ${at * 37},weee,W`),
].join('\n');

let folder: string;
let state: string;
let cloud: ServedCloud;
let firstLoad: unknown;
const file = (name: string): string => join(folder, name);

// The second command comes while the first is starting on the folder: it waits for it and works there.
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'regulabel-bad-input-'));
  state = file('state');
  await writeFile(file('catalogue.yml'), CATALOGUE);
  await writeFile(file('labelled.csv'), labelled);
  const serving = serve(state);
  while (!existsSync(join(state, 'state.sqlite'))) await Promise.race([delay(20), serving]);
  const loading = json([
    'load',
    'labelled',
    file('labelled.csv'),
    '--catalogue',
    file('catalogue.yml'),
    '--state',
    state,
  ]);
  [cloud, firstLoad] = await Promise.all([serving, loading]);
}, 180_000);
afterAll(async () => {
  await cloud.stop();
  await rm(folder, { recursive: true });
});

/** What a command that is refused says: its last line. */
async function refusal(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await start(...args).ended;
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).not.toMatch(/^ +at /m);
  return stderr
    .split('\n')
    .slice(stderr.split('\n').findIndex((line) => line.startsWith('regulabel: ')))
    .join('\n');
}

describe('bad input', () => {
  it('is refused in one message each, whatever it is, and what serves goes on', async () => {
    expect(firstLoad).toMatchObject({ accepted: 243 });
    const files: [name: string, content: string | Buffer, says: RegExp][] = [
      [
        'column.csv',
        'item_id,country,scheme,code\n1,DE,weee,K\n',
        /column\.csv has no column title: it needs item_id,/,
      ],
      [
        'latin1.csv',
        Buffer.from(`${HEADER}\n1,DE,Kühl,weee,K\n`, 'latin1'),
        /is not UTF-8: byte 41 .* in line 2.*--encoding/,
      ],
      ['empty.csv', '', /empty\.csv is empty$/],
      ['header.csv', `${HEADER}\n`, /header\.csv has a header and no row$/],
      ['corrupt.parquet', 'PAR1 no more than its first letters', /corrupt\.parquet cannot be read as Parquet: /],
      [
        'cycle.yml',
        catalogueOf('{ code: A, replacedBy: B }, { code: B, replacedBy: A }'),
        /cycle\.yml:1:\d+ .*A -> B -> A/,
      ],
      ['overlap.yml', catalogueOf('{ code: A }, { code: A, validFrom: 2026-01-01 }'), /overlap\.yml:1:\d+ .*overlaps/],
      [
        'language.yml',
        CATALOGUE.replace('DE: {', 'DE: { languages: [xx],'),
        /language\.yml:1:\d+ .*"xx" is not an ISO 639-1/,
      ],
      ['syntax.yml', 'countries: { DE: ]', /syntax\.yml:1:\d+ /],
    ];
    const said = await Promise.all(
      files.map(async ([name, content]) => {
        await writeFile(file(name), content);
        const command = name.endsWith('.yml') ? ['catalogue', 'publish'] : ['load', 'labelled'];
        return refusal(...command, file(name), '--state', state);
      }),
    );
    for (const [at, [, , says]] of files.entries()) {
      expect(said[at]).toMatch(says);
      expect(said[at]).toMatch(/^regulabel: [^\n]*(\n[^\n]+){0,3}$/);
    }
  }, 60_000);

  it('is a second `up` on the same folder, or on a port that is taken', async () => {
    expect(await refusal('up', '--state', state, '--port', '0')).toMatch(/state is served already, at http:/);
    const { port } = new URL(cloud.operator.endpoint);
    expect(await refusal('up', '--state', file('other'), '--port', port)).toBe(
      `regulabel: port ${port} is in use: --port N takes another one, --port 0 any that is free`,
    );
  }, 60_000);

  it('does not keep other lines from being trained and labelled, not even past `load`', async () => {
    await sql(cloud.administrator, [
      `INSERT INTO labelled_items SELECT 'M' || i, 'DE', repeat('Kühlschrank ', 90000) || i, NULL, NULL, 'weee', 'K', NULL FROM range(2) r(i)`,
      `INSERT INTO labelled_items SELECT 'N' || i, 'DE', 'Wasch' || chr(0) || 'maschine' || chr(10) || '__label__K ' || i, NULL, NULL, 'weee', 'W', NULL FROM range(2) r(i)`,
      `INSERT INTO sold_items SELECT item_id, country, title, NULL, NULL, 1, DATE '2026-02-01' FROM labelled_items WHERE item_id[1] IN ('M', 'N')`,
    ]);
    const training = run.parse(await json(['run', 'training', '--state', state]));
    expect(training.lines).toEqual([
      { country: 'DE', scheme: 'weee', outcome: 'promoted', reason: 'first-model', explanation: expect.any(String) },
      { country: 'FR', scheme: 'battery', ...untrainable('3 of 3 labelled rows are usable; 20 are needed.') },
      { country: 'FR', scheme: 'weee', ...untrainable('The training rows have only one code; 2 are needed.') },
    ]);
    const inference = run.parse(await json(['run', 'inference', '--month', '2026-02', '--state', state]));
    expect(inference.lines[0]).toMatchObject({ outcome: 'labelled', rows: 4 });
  }, 120_000);

  const onLinux = process.platform === 'linux' ? it : it.skip;
  onLinux('is a disk without room for what is exported', async () => {
    expect(await refusal('predictions', 'export', '--out', '/dev/full', '--state', state)).toMatch(
      /^regulabel: no space is left on the disk: make room, then start the same command again/,
    );
  });
});

const catalogueOf = (codes: string): string => `countries: { DE: { schemes: { weee: { codes: [${codes}] } } } }`;

const untrainable = (explanation: string) => ({ outcome: 'skipped', reason: 'untrainable', explanation });

const run = z.object({
  lines: z.array(
    z.object({
      country: z.string(),
      scheme: z.string(),
      outcome: z.string(),
      reason: z.string().optional(),
      explanation: z.string().optional(),
      rows: z.number().optional(),
    }),
  ),
});

/** Puts rows straight into the warehouse, as its own team does. */
async function sql(as: Reach, statements: readonly string[]): Promise<void> {
  const client = new RedshiftDataClient(as);
  for (const Sql of statements) {
    const { Id } = await client.send(new ExecuteStatementCommand({ WorkgroupName: 'regulabel', Database: 'dev', Sql }));
    for (;;) {
      const { Status, Error: error } = await client.send(new DescribeStatementCommand({ Id }));
      if (Status === 'FAILED') throw new Error(error);
      if (Status === 'FINISHED') break;
      await delay(20);
    }
  }
}
