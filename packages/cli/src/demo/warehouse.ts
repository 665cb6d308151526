import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { CommandError } from '../errors.ts';
import { claimLoad } from '../load/claim.ts';
import type { LocalSession } from '../local/localSession.ts';
import { copy, query, stage } from '../warehouse.ts';
import { writeParquetFiles } from './parquetFiles.ts';
import { LABELLED, labelledRows, SOLD, soldRows, type DemoMonth } from './rows.ts';

/** The months that the warehouse has sales of, in order. */
export async function warehouseMonths(session: LocalSession): Promise<string[]> {
  const rows = await query(
    session,
    "SELECT DISTINCT strftime(sold_on, '%Y-%m') AS month FROM sold_items WHERE sold_on IS NOT NULL ORDER BY 1",
  );
  return rows.map(([month]) => month ?? '').filter((month) => month !== '');
}

/**
 * Makes a month's rows and copies them into the warehouse: all of them in one transaction, or none; and once, however many
 * commands do it at the same time.
 */
export async function loadMonth(session: LocalSession, month: DemoMonth): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'regulabel-demo-'));
  try {
    const files = await writeMonth(folder, month);
    // What an attempt that was stopped has left behind must not be copied.
    const prefix = `demo/${month.month}/${randomUUID()}`;
    for (const file of files.labelled) await stage(session, file, `${prefix}/labelled_items/`);
    for (const file of files.sold) await stage(session, file, `${prefix}/sold_items/`);
    await copyOnce(session, month.month, {
      ...(files.labelled.length > 0 && { labelled_items: `${prefix}/labelled_items/` }),
      ...(files.sold.length > 0 && { sold_items: `${prefix}/sold_items/` }),
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function copyOnce(session: LocalSession, month: string, prefixes: Parameters<typeof copy>[1]): Promise<void> {
  const claim = await claimLoad(session, { table: 'sold_items', digest: 'demo', month }, { again: false });
  try {
    await copy(session, prefixes, claim.token);
  } catch (error) {
    if (error instanceof CommandError) await claim.release();
    throw error;
  }
}

/** The month's rows in Parquet files. */
export async function writeMonth(folder: string, month: DemoMonth): Promise<{ labelled: string[]; sold: string[] }> {
  const database = await DuckDBInstance.create(':memory:', { memory_limit: '512MB' });
  const connection = await database.connect();
  try {
    return {
      labelled: await writeParquetFiles(connection, join(folder, 'labelled'), LABELLED, labelledRows(month)),
      sold: await writeParquetFiles(connection, join(folder, 'sold'), SOLD, soldRows(month)),
    };
  } finally {
    connection.closeSync();
    database.closeSync();
  }
}
