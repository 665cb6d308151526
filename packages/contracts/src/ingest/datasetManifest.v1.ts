import * as z from 'zod';
import {
  count,
  country,
  fileVersion,
  hash,
  instant,
  month,
  purpose,
  runId,
  s3Uri,
  storedCatalogue,
} from '../values.ts';

/**
 * One country's rows for one run: `datasets/<purpose>/<run>/<country>/manifest.json` in the data bucket. The dataset is complete
 * exactly when this file exists; it is written once.
 * @classification internal
 */
export const datasetManifest = z.object({
  schemaVersion: fileVersion,
  runId,
  purpose,
  /** The month that is labelled; for training the month of the run's scheduled time. */
  month,
  /** The day of the run's scheduled time: codes have to be valid on it. */
  asOf: z.iso.date(),
  country,
  /** The catalogue that the run is pinned to. */
  catalogue: storedCatalogue,
  /** The prefix that holds exactly the files below. */
  uri: s3Uri,
  /** The Parquet files of the dataset. */
  files: z
    .array(
      z.object({
        /** Where the file lies. */
        uri: s3Uri,
        /** Rows of the file. */
        rows: count,
        /** Size of the file. */
        bytes: count,
      }),
    )
    .min(1),
  /** Rows of all files. */
  rows: count,
  /** Size of all files. */
  bytes: count,
  /** SHA-256 over the entries of `files`: the identity of this delivery, not of its content. */
  hash,
  /** When the manifest was written. */
  createdAt: instant,
});
export type DatasetManifest = z.infer<typeof datasetManifest>;
