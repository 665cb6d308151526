import { RegulabelError } from '@regulabel/shared/errors';
import { parseS3Uri } from '@regulabel/shared/keys';
import * as z from 'zod';

const count = z.int().nonnegative();

/** The manifest that UNLOAD writes last with MANIFEST VERBOSE; https://docs.aws.amazon.com/redshift/latest/dg/r_UNLOAD_command_examples.html */
export const unloadManifest = z.object({
  entries: z.array(
    z.object({
      url: z.string().startsWith('s3://'),
      meta: z.object({ content_length: count, record_count: count }),
    }),
  ),
  meta: z.object({ content_length: count, record_count: count }),
});
export type UnloadManifest = z.infer<typeof unloadManifest>;

/** An object below the UNLOAD's prefix, as S3 lists it. */
export interface ListedObject {
  readonly key: string;
  readonly bytes: number;
}

export interface UnloadedFile {
  readonly uri: string;
  readonly rows: number;
  readonly bytes: number;
}

/** What UNLOAD wrote for one value of the column `country`; `null` holds the rows without one. */
export interface Partition {
  readonly value: string | null;
  readonly files: readonly UnloadedFile[];
  readonly rows: number;
  readonly bytes: number;
}

const NULL_PARTITION = '__HIVE_DEFAULT_PARTITION__';

/**
 * The partitions of an UNLOAD, by value, once everything that its manifest names is there. Throws
 * `UnloadManifestInvalid` for a manifest that contradicts itself, and `UnloadIncomplete` when S3 does not hold exactly
 * the manifest's files.
 */
export function verifiedPartitions(
  manifest: UnloadManifest,
  { bucket, prefix, listed }: { bucket: string; prefix: string; listed: readonly ListedObject[] },
): Partition[] {
  const entries = manifest.entries.map(({ url, meta }) => {
    const { key } = parseS3Uri(url);
    return {
      key,
      file: { uri: url, rows: meta.record_count, bytes: meta.content_length },
      value: valueOf(url, prefix),
    };
  });
  requireSums(manifest);
  requireFiles(entries, listed, { bucket, prefix });
  return [...Map.groupBy(entries, ({ value }) => value)]
    .map(([value, of]) => {
      const files = of.map(({ file }) => file).sort((a, b) => (a.uri < b.uri ? -1 : 1));
      return { value, files, rows: sum(files, 'rows'), bytes: sum(files, 'bytes') };
    })
    .sort((a, b) => ((a.value ?? '') < (b.value ?? '') ? -1 : 1));
}

function requireSums({ entries, meta }: UnloadManifest): void {
  const rows = entries.reduce((total, entry) => total + entry.meta.record_count, 0);
  if (rows !== meta.record_count) {
    throw invalid(`its files have ${rows} rows, its total says ${meta.record_count}`);
  }
  if (new Set(entries.map(({ url }) => url)).size !== entries.length) throw invalid('it names a file twice');
}

function requireFiles(
  entries: readonly { key: string; file: UnloadedFile }[],
  listed: readonly ListedObject[],
  { bucket, prefix }: { bucket: string; prefix: string },
): void {
  const sizes = new Map(listed.map(({ key, bytes }) => [key, bytes]));
  for (const { key, file } of entries) {
    const there = sizes.get(key);
    if (file.uri !== `s3://${bucket}/${key}` || there === undefined) {
      throw incomplete(`${file.uri}, which the manifest names, is not there`);
    }
    if (there !== file.bytes) throw incomplete(`${file.uri} has ${there} bytes, the manifest says ${file.bytes}`);
  }
  const named = new Set([...entries.map(({ key }) => key), `${prefix}manifest`]);
  const stranger = listed.find(({ key }) => !named.has(key));
  // A job that reads the prefix would read it too.
  if (stranger) throw incomplete(`s3://${bucket}/${stranger.key} is there, but the manifest does not name it`);
}

function valueOf(url: string, prefix: string): string | null {
  const { key } = parseS3Uri(url);
  const match = key.startsWith(prefix) ? /^country=([^/]*)\/[^/]+$/.exec(key.slice(prefix.length)) : null;
  if (match?.[1] === undefined) throw invalid(`${url} is not <prefix>country=<value>/<file>`);
  return match[1] === NULL_PARTITION ? null : match[1];
}

const sum = (files: readonly UnloadedFile[], what: 'rows' | 'bytes'): number =>
  files.reduce((total, file) => total + file[what], 0);

const invalid = (problem: string): RegulabelError =>
  new RegulabelError('UnloadManifestInvalid', `the UNLOAD's manifest cannot be right: ${problem}`);

const incomplete = (problem: string): RegulabelError =>
  new RegulabelError('UnloadIncomplete', `the UNLOAD is not complete: ${problem}. Start a new run to extract again`);
