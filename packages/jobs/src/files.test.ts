import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { LineFile, filesBelow, jobFiles, linesOf, writeMessage } from './files.ts';
import { PartFiles } from './records.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'jobs-files-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

async function lines(path: string): Promise<string[]> {
  const found: string[] = [];
  for await (const line of linesOf(path)) found.push(line);
  return found;
}

describe('line files', () => {
  it('give back what was written, also characters that look like line ends, across buffers', async () => {
    const path = join(folder, 'a');
    const written = [
      ...Array.from({ length: 40 }, (_, at) => `${at} ${'ü'.repeat(50_000)}`),
      'x\u2028y\u2029z\u0085',
      'last',
    ];
    const file = new LineFile(path);
    for (const line of written) file.write(line);
    file.close();
    expect(await lines(path)).toEqual(written);
  });

  it('are read without blank lines, with or without an end of line at the end', async () => {
    const path = join(folder, 'b');
    writeFileSync(path, 'one\n\n  \ntwo');
    expect(await lines(path)).toEqual(['one', 'two']);
  });

  it('are cut into parts of equal size, in order', async () => {
    const parts = new PartFiles(folder, 2);
    for (const line of ['1', '2', '3', '4', '5']) parts.write(line);
    expect(parts.close()).toBe(3);
    const paths = filesBelow(folder, '.jsonl');
    expect(paths.map((path) => path.slice(folder.length + 1))).toEqual([
      'part-00000.jsonl',
      'part-00001.jsonl',
      'part-00002.jsonl',
    ]);
    expect((await Promise.all(paths.map(lines))).flat()).toEqual(['1', '2', '3', '4', '5']);
  });
});

describe('the files of a job', () => {
  it('are found below a folder in the same order, by their ending', () => {
    mkdirSync(join(folder, 'b'));
    for (const name of ['z.parquet', 'b/a.parquet', 'a.txt']) writeFileSync(join(folder, name), '');
    expect(filesBelow(folder, '.parquet')).toEqual([join(folder, 'b', 'a.parquet'), join(folder, 'z.parquet')]);
  });

  it('name the input that is not there', () => {
    expect(() => filesBelow(join(folder, 'dataset'), '.parquet')).toThrow(/no input at .*dataset/);
  });

  it('leave an exit message of at most 1 KB of valid text', () => {
    const files = jobFiles(folder);
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 200, maxLength: 1500 }), (text) => {
        writeMessage(files, text);
        const bytes = readFileSync(files.message);
        expect(bytes.length).toBeLessThanOrEqual(1024);
        expect(text.startsWith(bytes.toString().replace(/\ufffd$/, ''))).toBe(true);
        if (Buffer.byteLength(text) <= 1024) expect(bytes.toString()).toBe(text);
      }),
    );
  });
});
