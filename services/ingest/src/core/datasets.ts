import type { DatasetManifest } from '@regulabel/contracts/ingest/datasetManifest.v1';
import type { Run } from '@regulabel/shared/tableItems';
import { canonicalJson, sha256 } from '@regulabel/shared/digests';
import { partitionPrefix, s3Uri } from '@regulabel/shared/keys';
import type { Partition } from './unloadManifest.ts';

/** A run's rows: one dataset for each country of the run that has any, and what belongs to none of them. */
export interface Split {
  readonly datasets: readonly DatasetManifest[];
  readonly unlisted: readonly { partition: string | null; rows: number }[];
  readonly rows: number;
}

/** Splits the partitions of an UNLOAD below `prefix` into the datasets of a run. */
export function split(
  run: Run,
  partitions: readonly Partition[],
  {
    bucket,
    prefix,
    month,
    asOf,
    createdAt,
  }: { bucket: string; prefix: string; month: string; asOf: string; createdAt: Date },
): Split {
  const countries = new Set(run.lines.map(({ country }) => country));
  const filled = partitions.filter(({ rows }) => rows > 0);
  return {
    datasets: filled.flatMap(({ value, files, rows, bytes }): DatasetManifest[] =>
      value === null || !countries.has(value)
        ? []
        : [
            {
              schemaVersion: '1.0',
              runId: run.runId,
              purpose: run.purpose,
              month,
              asOf,
              country: value,
              catalogue: run.catalogue,
              uri: s3Uri(bucket, partitionPrefix(prefix, value)),
              files: [...files],
              rows,
              bytes,
              hash: sha256(canonicalJson(files)),
              createdAt: createdAt.toISOString(),
            },
          ],
    ),
    unlisted: filled.flatMap(({ value, rows }) =>
      value !== null && countries.has(value) ? [] : [{ partition: value, rows }],
    ),
    rows: filled.reduce((total, { rows }) => total + rows, 0),
  };
}
