import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { json, serve, start, type ServedCloud } from './commandLine.ts';

const load = z.object({
  table: z.string(),
  rows: z.number(),
  accepted: z.number(),
  rejected: z.array(
    z.object({ reason: z.string(), rows: z.number(), examples: z.array(z.object({ line: z.number() })) }),
  ),
  rejectedFile: z.string().optional(),
  ignoredColumns: z.array(z.string()),
  undated: z.object({ rows: z.number(), month: z.string() }).optional(),
});
const run = z.object({
  runId: z.string(),
  status: z.string(),
  items: z.number(),
  lines: z.array(z.object({ country: z.string(), scheme: z.string(), outcome: z.string() })),
});

/** What a word of a title says about its code. */
const WORDS = { K: ['Kühlschrank', 'Gefrierschrank', 'Kühltruhe'], W: ['Waschmaschine', 'Trockner', 'Spülmaschine'] };
const BRANDS = ['Müller', 'Weiß', 'Ökotec', '24" Pro', 'Groß; Klein'];

/** 300 items in Latin-1, semicolons between, and one bad row of every kind that a spreadsheet makes. */
function labelled(): string {
  const good = Array.from({ length: 300 }, (_, at) => {
    const code = at % 2 === 0 ? 'K' : 'W';
    const brand = BRANDS[at % BRANDS.length] ?? '';
    const title = `${WORDS[code][at % 3] ?? ''} ${brand}\nModell ${at * 37}`;
    return `I${at};de;"${title.replaceAll('"', '""')}";WEEE;${code};intern`;
  });
  const bad = [
    'X1;de;;WEEE;K;',
    'X2;XX;Kühlschrank;WEEE;K;',
    'X3;de;Kühlschrank;battery;K;',
    'X4;de;Kühlschrank',
    'I0;de;Kühltruhe;WEEE;K;',
  ];
  return ['Item_ID;COUNTRY;Title;Scheme;Code;Note', ...good, ...bad].join('\r\n');
}

/** Two of them twice, one without a quantity, one with a bad one; no dates. */
const SOLD = [
  'title\tcountry\titem_id\tquantity',
  'Kühltruhe Ökotec\tDE\tS1\t2',
  'Kühltruhe Ökotec\tDE\tS1\t3',
  'Trockner Weiß\tDE\tS2\t',
  'Spülmaschine\tDE\tS3\tmany',
].join('\n');

let folder: string;
let state: string;
let cloud: ServedCloud;
const file = (name: string): string => join(folder, name);
const regulabel = (...args: string[]): Promise<unknown> => json([...args, '--state', state]);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'regulabel-own-data-'));
  state = join(folder, 'state');
  await writeFile(file('catalogue.yml'), 'countries: { DE: { schemes: { weee: { trials: 1 } } } }\n');
  await writeFile(file('labelled.csv'), Buffer.from(labelled(), 'latin1'));
  await writeFile(file('sold.txt'), Buffer.from(`\ufeff${SOLD}`, 'utf16le'));
  // Every command works on it, and need not start its own.
  cloud = await serve(state);
  await regulabel('catalogue', 'publish', file('catalogue.yml'));
}, 120_000);

afterAll(async () => {
  await cloud.stop();
  await rm(folder, { recursive: true, force: true });
}, 30_000);

describe("people's own data", () => {
  it('is loaded, its bad rows counted, named and kept aside', async () => {
    const report = load.parse(await regulabel('load', 'labelled', file('labelled.csv'), '--encoding', 'latin1'));
    expect(report).toMatchObject({ table: 'labelled_items', rows: 305, accepted: 300, ignoredColumns: ['Note'] });
    expect(report.rejected.map(({ reason, rows, examples }) => [reason, rows, examples[0]?.line]).sort()).toEqual([
      ['duplicate', 1, 606],
      ['missing-title', 1, 602],
      ['unknown-country', 1, 603],
      ['unknown-scheme', 1, 604],
      ['wrong-field-count', 1, 605],
    ]);
    const kept = (await readFile(report.rejectedFile ?? '', 'utf8')).trim().split('\n');
    expect(kept).toHaveLength(6);
    expect(kept[0]).toBe('reason,line,Item_ID,COUNTRY,Title,Scheme,Code,Note');
    expect(kept).toContain('duplicate,606,I0,de,Kühltruhe,WEEE,K,');
    expect((await readdir(state)).filter((name) => name.startsWith('loading-'))).toEqual([]);
  });

  it('is not loaded twice unaware', async () => {
    const twice = await start('load', 'labelled', file('labelled.csv'), '--encoding', 'latin1', '--state', state).ended;
    expect(twice.code).toBe(1);
    expect(twice.stdout).toBe('');
    expect(twice.stderr).toMatch(
      /regulabel: nothing was loaded: the same rows were loaded into labelled_items at .*--again/,
    );
  });

  it('is loaded once, though the command was killed before it could note that it was', async () => {
    const args = ['load', 'sold', file('sold.txt'), '--month', '2026-02'];
    const sold = load.parse(await regulabel(...args));
    expect(sold).toMatchObject({ table: 'sold_items', rows: 4, accepted: 3, undated: { rows: 3, month: '2026-02' } });
    await forgetThatSoldItemsAreLoaded();
    expect(await regulabel(...args)).toMatchObject({ accepted: 3 });
  }, 60_000);

  it('is trained on and labelled, from one file to another', async () => {
    const training = run.parse(await regulabel('run', 'training'));
    expect(training).toMatchObject({ items: 300, lines: [{ country: 'DE', scheme: 'weee', outcome: 'promoted' }] });
    const inference = run.parse(await regulabel('run', 'inference', '--month', '2026-02'));
    expect(inference).toMatchObject({ items: 2, lines: [{ outcome: 'labelled' }] });

    await regulabel('predictions', 'export', '--out', file('predictions.csv'));
    const [heading = '', ...rows] = (await readFile(file('predictions.csv'), 'utf8')).trim().split('\n');
    const columns = heading.split(',');
    const shown = ['item_id', 'country', 'scheme', 'code', 'quantity', 'month'];
    expect(rows.map((row) => shown.map((name) => row.split(',')[columns.indexOf(name)])).sort()).toEqual([
      ['S1', 'DE', 'weee', 'K', '5', '2026-02'],
      ['S2', 'DE', 'weee', 'W', '1', '2026-02'],
    ]);
  }, 120_000);

  it('is refused as a whole in one line when none of it can be loaded', async () => {
    await writeFile(file('bad.csv'), 'item_id,country,title\n1,XX,Toaster\n');
    const { code, stdout, stderr } = await start('load', 'sold', file('bad.csv'), '--state', state, '--json').ended;
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ accepted: 0, rejected: [{ reason: 'unknown-country', rows: 1 }] });
    expect(stderr).toContain('regulabel: nothing was loaded: no row of');
  });
});

/** Leaves the mark as it is while the COPY runs. */
async function forgetThatSoldItemsAreLoaded(): Promise<void> {
  const s3 = new S3Client({ ...cloud.administrator, forcePathStyle: true });
  const Bucket = 'warehouse-111122223333-eu-west-1';
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'loads/sold_items/2026-02/' }));
  const Key = Contents.find((object) => object.Key?.endsWith('.json'))?.Key;
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
  const mark = z.looseObject({ loadedAt: z.string() }).parse(JSON.parse((await Body?.transformToString()) ?? ''));
  await s3.send(new PutObjectCommand({ Bucket, Key, Body: JSON.stringify({ ...mark, loadedAt: null }) }));
}
