import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Catalogue } from '@regulabel/contracts/ingest/catalogue.v1';
import { findCatalogueInForce, readCatalogue } from '../catalogue.ts';
import { CommandError } from '../errors.ts';
import type { LocalSession } from '../local/localSession.ts';
import type { Session } from '../session.ts';
import { copy, stage, type Table } from '../warehouse.ts';
import { claimLoad, digestOf } from './claim.ts';
import type { Encoding } from './decode.ts';
import { readHeader, type Header } from './header.ts';
import { RejectedRows, type RejectedReason } from './rejected.ts';
import { checkRow } from './row.ts';
import { openSource, type Source } from './source.ts';
import { Staging } from './staging.ts';
import { TABLES, type FileTable, type Kind } from './tables.ts';
import { workFolder } from './workFolder.ts';
import { unknownCodes, type UnknownCodes } from './unknownCodes.ts';

export interface LoadRequest {
  readonly kind: Kind;
  readonly file: string;
  /** Of a text file without a byte order mark. */
  readonly encoding: Encoding;
  /** `YYYY-MM`, for rows without a date. */
  readonly month: string;
  /** Load what was loaded before. */
  readonly again: boolean;
  /** The state folder: work is done below it, and rejected rows are kept there. */
  readonly state: string;
}

/** What `load --json` prints. */
export interface LoadReport {
  readonly table: Table;
  readonly file: string;
  /** Rows read: accepted and rejected ones. */
  readonly rows: number;
  readonly accepted: number;
  readonly rejected: readonly RejectedReason[];
  /** Where the rejected rows are. */
  readonly rejectedFile?: string;
  /** Accepted rows with codes that their line's list does not have: prepare leaves them out. */
  readonly unknownCodes: readonly UnknownCodes[];
  readonly ignoredColumns: readonly string[];
  /** Accepted rows that had no date, and the month that they count for. */
  readonly undated?: { readonly rows: number; readonly month: string };
}

/**
 * Loads a file of the user's own into the warehouse: the good rows in one transaction, or, where there is none, nothing.
 * Throws `CommandError` when the whole file is refused.
 */
export async function load(
  session: LocalSession,
  request: LoadRequest,
  progress: (rows: number) => void,
): Promise<LoadReport> {
  const catalogue = await catalogueInForce(session);
  const table = TABLES[request.kind];
  const { file, encoding } = request;
  const source = await openSource(file, { known: table.columns.map(({ name }) => name), encoding });
  const header = readHeader(file, source.header, table);
  const rejected = new RejectedRows(join(request.state, 'rejected'), file, source.header);
  const folder = await workFolder(request.state);
  const staging = await Staging.open(folder, table);
  try {
    const { rows, undated } = await readRows(source, {
      request,
      table,
      header,
      catalogue,
      staging,
      rejected,
      progress,
    });
    if (rows === 0) throw new CommandError(`${file} has a header and no row`);
    if (request.kind === 'labelled') await rejectRepeated(source, staging, rejected);
    const accepted = rows - rejected.rows;
    const month = undated === 0 ? undefined : request.month;
    if (accepted > 0) await copyRows(session, { request, table, staging, month });
    return {
      table: table.table,
      file,
      rows,
      accepted,
      rejected: rejected.reasons,
      ...(rejected.file === undefined ? {} : { rejectedFile: rejected.file }),
      unknownCodes: request.kind === 'labelled' ? await unknownCodes(staging, catalogue) : [],
      ignoredColumns: header.ignored,
      ...(month === undefined ? {} : { undated: { rows: undated, month } }),
    };
  } catch (error) {
    await rejected.discard();
    throw error;
  } finally {
    await rejected.close();
    staging.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function catalogueInForce(session: Session): Promise<Catalogue> {
  const inForce = await findCatalogueInForce(session);
  if (inForce !== undefined) return readCatalogue(session, inForce.version);
  throw new CommandError(
    'no catalogue is in force, so no row can be checked: `catalogue publish FILE`, or --catalogue FILE here',
  );
}

interface Reading {
  readonly request: LoadRequest;
  readonly table: FileTable;
  readonly header: Header;
  readonly catalogue: Catalogue;
  readonly staging: Staging;
  readonly rejected: RejectedRows;
  /** Called often, with the rows read so far. */
  readonly progress: (rows: number) => void;
}

/** Every row of the file goes to the staging or to the rejected rows. */
async function readRows(source: Source, reading: Reading): Promise<{ rows: number; undated: number }> {
  const { request, table, header, catalogue, staging, rejected, progress } = reading;
  const rules = { table, header, catalogue, month: request.month };
  let rows = 0;
  let undated = 0;
  for await (const batch of source.rows()) {
    for (const row of batch) {
      const checked = checkRow(row, rules);
      if ('reason' in checked) {
        rejected.add(row, checked);
        continue;
      }
      staging.append(row.line, checked.values);
      if (checked.undated) undated += 1;
    }
    await rejected.flush();
    rows += batch.length;
    progress(rows);
  }
  staging.complete();
  return { rows, undated };
}

/**
 * Rejects the rows of an item that has one for its country and scheme already. The staging knows only where they are, so
 * they are read again from the file, which comes in the same order.
 */
async function rejectRepeated(source: Source, staging: Staging, rejected: RejectedRows): Promise<void> {
  const repeated = staging.withoutRepeated(['item_id', 'country', 'scheme']);
  let next = await repeated.next();
  if (next.done === true) return;
  for await (const batch of source.rows()) {
    for (const row of batch) {
      if (next.done === true) return;
      if (row.line !== next.value.line) continue;
      rejected.add(row, { reason: 'duplicate', detail: `first in line ${next.value.first}` });
      next = await repeated.next();
    }
    await rejected.flush();
  }
}

async function copyRows(
  session: LocalSession,
  load: { request: LoadRequest; table: FileTable; staging: Staging; month: string | undefined },
): Promise<void> {
  const { table } = load.table;
  const { file, again } = load.request;
  const claim = await claimLoad(session, { table, digest: await digestOf(file), month: load.month }, { again });
  for (const part of await load.staging.writeParts()) {
    await stage(session, part, claim.prefix);
    await rm(part);
  }
  try {
    await copy(session, { [table]: claim.prefix }, claim.token);
  } catch (error) {
    if (error instanceof CommandError) await claim.release();
    throw error;
  }
  await claim.keep();
}
