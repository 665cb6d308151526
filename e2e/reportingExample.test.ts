import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { json } from './commandLine.ts';

const PROGRAM = join(dirname(import.meta.dirname), 'examples', 'reporting', 'local', 'run.ts');
const SIZE = ['--countries', 'PT', '--labelled', '400', '--sold', '60', '--trials', '1'];

let state: string;
let reports: string;

beforeAll(async () => {
  state = await mkdtemp(join(tmpdir(), 'regulabel-reporting-'));
  await json(['demo', '--state', state, ...SIZE]);
  reports = await runExample('--state', state, '--roll-back', 'PT/weee');
}, 400_000);

afterAll(() => rm(state, { recursive: true, force: true }), 30_000);

/** What the example's own program prints, which a person would start by hand. */
async function runExample(...args: string[]): Promise<string> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', PROGRAM, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'close') as Promise<[code: number | null]>;
  const [[code], stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  if (code !== 0) throw new Error(`the example ended with ${String(code)}:\n${stderr}`);
  return stdout;
}

/** Items by `country/scheme/code`, as the report's table has them. */
function itemsInReport(): Map<string, number> {
  const rows = reports.matchAll(/^\| ([A-Z]{2}) +\| (\S+) +\| (.+?) +\| (\d+) +\| [\d.]+ % +\|$/gm);
  return new Map([...rows].map(([, country, scheme, code, items]) => [`${country}/${scheme}/${code}`, Number(items)]));
}

/** The same, added up from the rows that the command line exports. */
async function itemsInPredictions(): Promise<Map<string, number>> {
  const out = join(state, 'predictions.csv');
  await json(['predictions', 'export', '--state', state, '--out', out]);
  const [header = '', ...lines] = (await readFile(out, 'utf8')).trim().split('\n');
  const columns = header.split(',');
  const items = new Map<string, number>();
  for (const line of lines) {
    const values = line.split(',');
    const value = (column: string): string => values[columns.indexOf(column)] ?? '';
    const name = ['country', 'scheme', 'code'].map(value).join('/');
    items.set(name, (items.get(name) ?? 0) + Number(value('quantity')));
  }
  return items;
}

describe('the service of another team, deployed beside ours', () => {
  it('reports what was labelled before it joined, item by item, from the archive and the prediction files', async () => {
    const expected = await itemsInPredictions();
    expect(expected.size).toBeGreaterThan(3);
    expect(itemsInReport()).toEqual(expected);
  });

  it('says how it is used to whoever asks for something else', async () => {
    await expect(runExample('--rollback', 'PT/weee')).rejects.toThrow(/ended with 2[^]*usage: .*run\.ts/);
  });

  it('marks a report whose model was taken back', () => {
    expect(reports).toMatch(/To be corrected\.\*\* PT\/weee: model local-m-\S+ was taken back/);
    expect(reports).not.toContain('PT/packaging: model');
  });
});
