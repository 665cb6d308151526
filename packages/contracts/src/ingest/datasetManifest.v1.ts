import * as z from 'zod';
import { catalogueVersion, count, country, hash, instant, month, purpose, runId, s3Uri } from '../values.ts';

/** One country's rows for one run. The dataset is complete exactly when this file exists; it is written once. */
export const datasetManifest = z.object({
  schemaVersion: z.literal('1.0'),
  runId,
  purpose,
  /** The month that is labelled; for training the month of the run's scheduled time. */
  month,
  /** The day of the run's scheduled time: codes have to be valid on it. */
  asOf: z.iso.date(),
  country,
  catalogue: z.object({ version: catalogueVersion, uri: s3Uri }),
  /** The prefix that holds exactly the files below. */
  uri: s3Uri,
  files: z.array(z.object({ uri: s3Uri, rows: count, bytes: count })).min(1),
  rows: count,
  bytes: count,
  /** SHA-256 over the entries of `files`: the identity of this delivery, not of its content. */
  hash,
  createdAt: instant,
});
export type DatasetManifest = z.infer<typeof datasetManifest>;
