import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import * as z from 'zod';
import { readJson, writeJsonOnce } from '@regulabel/shared/aws/objects';
import { parseS3Uri, s3Uri } from '@regulabel/shared/keys';
import { parseStrictly } from '@regulabel/contracts/parse';
import { CommandError } from '../errors.ts';
import { WAREHOUSE_BUCKET } from '../local/cloudConfig.ts';
import type { LocalSession } from '../local/localSession.ts';
import type { Table } from '../warehouse.ts';

const mark = z.object({
  /** Names the COPY to the warehouse, which runs it once. */
  token: z.uuid(),
  /** When the COPY was known to be through; null before that. */
  loadedAt: z.iso.datetime().nullable(),
});

/** What is loaded: a table, a content, and the month that undated rows of it were given, if there were any. */
export interface Load {
  readonly table: Table;
  /** SHA-256 of the file, in hex. */
  readonly digest: string;
  readonly month: string | undefined;
}

/** The right to load something once. */
export interface Claim {
  /** An idempotency token for the COPY. */
  readonly token: string;
  /** Where the rows are staged, in the warehouse's bucket. */
  readonly prefix: string;
  /** The COPY is through. */
  keep(): Promise<void>;
  /** The COPY was refused: the next attempt is another one. */
  release(): Promise<void>;
}

/**
 * Claims a load with a mark beside its staged rows. Loading the same twice would double what was sold, so the mark is
 * written before the COPY, with the token that the COPY is then submitted under, and says only afterwards that all is
 * loaded. After a kill anywhere between, the next attempt finds the token and submits its COPY under it: the warehouse
 * answers with the statement that it has, running or finished, and runs a new one only if it never got one. So nothing
 * is loaded twice, or not at all, whenever the kill came. The same holds for two commands that load the same at once.
 *
 * Throws `CommandError` when the same is loaded already, unless `again`.
 */
export async function claimLoad(
  { warehouse: { s3 } }: LocalSession,
  load: Load,
  { again }: { again: boolean },
): Promise<Claim> {
  const place = ['loads', load.table, ...(load.month === undefined ? [] : [load.month]), load.digest].join('/');
  const uri = s3Uri(WAREHOUSE_BUCKET, `${place}.json`);
  const { bucket: Bucket, key: Key } = parseS3Uri(uri);
  const put = async (value: z.infer<typeof mark>): Promise<void> => {
    const Body = JSON.stringify(parseStrictly(mark, value, uri));
    await s3.send(new PutObjectCommand({ Bucket, Key, Body, ContentType: 'application/json' }));
  };
  const claimed = async (): Promise<string> => {
    const token = randomUUID();
    if (await writeJsonOnce(s3, uri, mark, { token, loadedAt: null })) return token;
    const before = await readJson(s3, uri, mark);
    if (before.loadedAt === null) return before.token;
    if (!again) throw loadedAlready(load, before.loadedAt);
    await put({ token, loadedAt: null });
    return token;
  };
  const token = await claimed();
  return {
    token,
    prefix: `${place}/${token}/`,
    keep: () => put({ token, loadedAt: new Date().toISOString() }),
    release: async () => {
      await s3.send(new DeleteObjectCommand({ Bucket, Key }));
    },
  };
}

function loadedAlready({ table, month }: Load, loadedAt: string): CommandError {
  const rows = month === undefined ? 'the same rows' : `the same rows, for ${month},`;
  return new CommandError(
    `nothing was loaded: ${rows} were loaded into ${table} at ${loadedAt}; --again loads them once more`,
  );
}

export async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
