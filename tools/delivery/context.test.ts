import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { JOBS, layOutContext } from './context.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'regulabel-context-'));
  await layOutContext(join(folder, 'context'));
});
afterAll(() => rm(folder, { recursive: true }));

const dockerfile = () => readFile(join(JOBS, 'Dockerfile'), 'utf8');

describe('what the job image is made of', () => {
  it('runs a program, far from this repository, with nothing else beside it', async () => {
    const dataset = join(folder, 'ml', 'processing', 'input', 'dataset');
    await mkdir(dataset, { recursive: true });
    await writeFile(join(dataset, 'part-00000.jsonl'), '{"item_id":"i","source":"toaster","k":1}\n');
    const program = [join(folder, 'context', 'main.cjs'), 'prepare-inference', '--caller', 'evaluation', '--rows', '1'];
    await promisify(execFile)(process.execPath, program, { env: { SAGEMAKER_BASE_DIR: join(folder, 'ml') } });
    expect(await readFile(join(folder, 'ml', 'output', 'message'), 'utf8')).toBe('{"rows":1,"parts":1}');
    const parquet = await readFile(join(folder, 'ml', 'processing', 'output', 'items', 'items.parquet'));
    expect(parquet.subarray(0, 4).toString()).toBe('PAR1');
  });

  it("has the native part that DuckDB's API, which is in the bundle, was made for", async () => {
    const manifest = async (path: string) =>
      JSON.parse(await readFile(join(path, 'package.json'), 'utf8')) as {
        version: string;
        dependencies: Record<string, string>;
      };
    const api = await manifest(join(JOBS, 'node_modules', '@duckdb', 'node-api'));
    const native = await manifest(join(folder, 'context', 'node_modules', '@duckdb', 'node-bindings'));
    expect(native.version).toBe(api.dependencies['@duckdb/node-bindings']);
  });

  it('is all that the Dockerfile copies', async () => {
    const copied = [...(await dockerfile()).matchAll(/^COPY (\S+) /gm)].map(([, source]) => source);
    expect((await readdir(join(folder, 'context'))).sort()).toEqual(copied.sort());
  });

  it('runs on the Node that the tests run on, which the base names exactly', async () => {
    const [base] = /^FROM \S+$/m.exec(await dockerfile()) ?? [];
    expect(base).toBe(`FROM docker.io/library/node:${process.versions.node}-trixie-slim`);
  });
});
