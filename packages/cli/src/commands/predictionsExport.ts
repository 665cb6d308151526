import { createWriteStream } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { GetObjectCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import { DuckDBInstance } from '@duckdb/node-api';
import type { Command } from 'commander';
import { prediction } from '@regulabel/contracts/inference/prediction.v1';
import { parseS3Uri } from '@regulabel/shared/keys';
import { addCommand, exitWith } from '../commandLine.ts';
import { CommandError } from '../errors.ts';
import { number, print, printJson } from '../output.ts';
import { listRuns, readRun } from '../runs/readRuns.ts';
import type { Session } from '../session.ts';
import { withLocalCloud, type CommonOptions } from './withSession.ts';

interface ExportOptions extends CommonOptions {
  readonly run?: string;
  readonly out: string;
}

export function declarePredictions(program: Command): void {
  const predictions = program.command('predictions').description('the labels given to sold items').exitOverride();
  addCommand(predictions, 'export', 'one CSV row per item and scheme', 'predictions export --out predictions.csv')
    .option('--run <run>', 'an inference run (default: the last closed one)')
    .requiredOption('--out <file>', 'the CSV file to write')
    .action(exitWith(predictionsExport));
}

/** `predictions export`: the predictions of the last closed inference run, or of `--run`, as one CSV file. */
async function predictionsExport(options: ExportOptions): Promise<number> {
  const whole = await writable(options.out);
  return withLocalCloud({ ...options, existing: true }, async (session) => {
    const runId = options.run ?? (await lastClosedRun(session));
    const state = await readRun(session, runId);
    if (state === undefined) throw new CommandError(`there is no run ${runId}`);
    const prefixes = state.results.flatMap(({ predictions }) => (predictions === undefined ? [] : [predictions]));
    if (prefixes.length === 0) throw new CommandError(`run ${runId} has no predictions; \`status ${runId}\` shows why`);
    const rows = await exportCsv(session.s3, prefixes, { out: resolve(options.out), whole });
    if (options.json) printJson({ run: runId, rows, file: options.out });
    else print(`${number(rows)} predictions of ${runId} in ${options.out}`);
    return 0;
  });
}

/**
 * Throws `CommandError` when the file can't be written, before any work is done. Leaves no empty file behind. Answers
 * whether it is (or would be) a file, and not a pipe or a terminal.
 */
async function writable(file: string): Promise<boolean> {
  try {
    await using handle = await open(file, 'a');
    const found = await handle.stat();
    if (found.isFile() && found.size === 0) await rm(file);
    return found.isFile();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new CommandError(`--out ${file} cannot be written: ${why}`, { cause: error });
  }
}

async function lastClosedRun(session: Session): Promise<string> {
  const runs = await listRuns(session, 'inference');
  const closed = runs.find(({ status }) => status === 'closed');
  if (closed === undefined) throw new CommandError('no inference run is closed yet: `npm start`, or `run inference`');
  return closed.runId;
}

/**
 * Streams the files to a temporary folder and from there into one CSV, in bounded memory: all of it or, if it is to be
 * `whole`, nothing. Answers its rows.
 */
async function exportCsv(
  s3: S3Client,
  prefixes: readonly string[],
  { out, whole }: { readonly out: string; readonly whole: boolean },
): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'regulabel-export-'));
  try {
    let files = 0;
    for (const prefix of prefixes) {
      for (const { bucket, key } of await parquetFiles(s3, prefix)) {
        const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
        if (!(Body instanceof Readable)) throw new CommandError(`s3://${bucket}/${key} has no content`);
        await pipeline(Body, createWriteStream(join(folder, `${(files += 1).toString().padStart(6, '0')}.parquet`)));
      }
    }
    if (files === 0) {
      throw new CommandError(
        `its predictions are gone, ${prefixes[0] ?? ''} for one: \`run inference\` makes new ones`,
      );
    }
    const database = await DuckDBInstance.create(':memory:', { memory_limit: '1GB', preserve_insertion_order: 'true' });
    const connection = await database.connect();
    try {
      const columns = Object.keys(prediction.shape).join(', ');
      await connection.run('SET VARIABLE files = $1', [join(folder, '*.parquet')]);
      const file = out.replaceAll("'", "''");
      const result = await connection.run(
        `COPY (SELECT ${columns} FROM read_parquet(getvariable('files'))) TO '${file}' (FORMAT csv, HEADER, USE_TMP_FILE ${whole})`,
      );
      return Number((await result.getRows())[0]?.[0] ?? 0);
    } catch (error) {
      if (whole) await rm(join(dirname(out), `tmp_${basename(out)}`), { force: true }); // DuckDB's, beside the file
      throw error;
    } finally {
      connection.closeSync();
      database.closeSync();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function parquetFiles(s3: S3Client, prefix: string): Promise<{ bucket: string; key: string }[]> {
  const { bucket, key } = parseS3Uri(prefix);
  const found: { bucket: string; key: string }[] = [];
  let token: string | undefined;
  do {
    const page = await s3.send(
      new ListObjectsV2Command({
        Bucket: bucket,
        Prefix: key,
        ...(token === undefined ? {} : { ContinuationToken: token }),
      }),
    );
    found.push(
      ...(page.Contents ?? []).flatMap(({ Key }) => (Key?.endsWith('.parquet') ? [{ bucket, key: Key }] : [])),
    );
    token = page.NextContinuationToken;
  } while (token !== undefined);
  return found;
}
