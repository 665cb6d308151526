import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { execute, literal, parquetRows, queryRows, withDatabase } from '../database.ts';
import { jobFiles } from '../files.ts';
import { run } from '../run.ts';

const MAIN = join(import.meta.dirname, '..', 'main.ts');

export interface JobResult {
  readonly exitCode: number | null;
  readonly stderr: string;
  /** The exit message as SageMaker would hand it on. */
  readonly message: string;
}

/** A processing job's folder, and the real programs run in it. */
export class Job {
  readonly base = mkdtempSync(join(tmpdir(), 'regulabel-job-'));

  input(channel: string, name: string): string {
    const path = join(this.base, 'processing', 'input', channel, name);
    mkdirSync(dirname(path), { recursive: true });
    return path;
  }

  /** Writes an input file; objects become JSON lines. */
  put(channel: string, name: string, content: string | readonly object[]): void {
    const body = typeof content === 'string' ? content : content.map((line) => `${JSON.stringify(line)}\n`).join('');
    writeFileSync(this.input(channel, name), body);
  }

  /** Writes a Parquet file from a SELECT. */
  async putParquet(channel: string, name: string, select: string): Promise<void> {
    await withDatabase(this.base, (db) =>
      execute(db, `COPY (${select}) TO ${literal(this.input(channel, name))} (FORMAT parquet)`),
    );
  }

  /** All files of an output by name. */
  output(channel: string): Record<string, string> {
    const folder = join(this.base, 'processing', 'output', channel);
    return Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'latin1')]));
  }

  jsonLines(channel: string, name: string): Record<string, unknown>[] {
    const lines = readFileSync(join(this.base, 'processing', 'output', channel, name), 'utf8')
      .trimEnd()
      .split('\n');
    return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  async parquet<Column extends string>(channel: string, name: string, columns: readonly Column[]) {
    const path = join(this.base, 'processing', 'output', channel, name);
    return withDatabase(this.base, async (db) => {
      const rows: Readonly<Record<Column, string | null>>[] = [];
      for await (const row of parquetRows(db, [path], { required: columns, optional: [] })) rows.push(row);
      return rows;
    });
  }

  /** The columns of a Parquet file, in the file's own terms: `BYTE_ARRAY/UTF8`. */
  async parquetTypes(channel: string, name: string): Promise<Record<string, string>> {
    const path = literal(join(this.base, 'processing', 'output', channel, name));
    const query = `SELECT name, concat_ws('/', type, converted_type) FROM parquet_schema(${path}) WHERE num_children IS NULL`;
    return withDatabase(this.base, async (db) => {
      const types: Record<string, string> = {};
      for await (const [column, type] of queryRows(db, query)) types[String(column)] = String(type);
      return types;
    });
  }

  /** In this process: the same code without the start of a process. */
  async run(...args: string[]): Promise<JobResult> {
    let stderr = '';
    const exitCode = await run(args, jobFiles(this.base), (reason) => {
      stderr += `${reason}\n`;
    });
    return { exitCode, stderr, message: this.#message() };
  }

  /** As SageMaker does: a process of its own, which knows nothing but its folder and its arguments. */
  async start(...args: string[]): Promise<JobResult> {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, ...args], {
      env: { PATH: process.env['PATH'], SAGEMAKER_BASE_DIR: this.base },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const [stderr, [exitCode]] = await Promise.all([
      text(child.stderr),
      once(child, 'exit') as Promise<[number | null]>,
    ]);
    return { exitCode, stderr, message: this.#message() };
  }

  #message(): string {
    return readFileSync(join(this.base, 'output', 'message'), 'utf8');
  }

  remove(): void {
    rmSync(this.base, { recursive: true });
  }
}
