/**
 * Every S3 key of the system, built here and nowhere else, from `[A-Za-z0-9._/=-]` only.
 * A function that ends in `Prefix` gives a prefix ending with `/`; jobs add their own name below it.
 */

type Purpose = 'training' | 'inference';
interface LineOfRun {
  readonly runId: string;
  readonly country: string;
  readonly scheme: string;
}

/** ingest's bucket. One attempt of an UNLOAD writes below a prefix of its own. */
export const unloadPrefix = (purpose: Purpose, runId: string, attempt: string): string =>
  `unload/${purpose}/${runId}/${attempt}/`;
/** Where UNLOAD puts one partition; UNLOAD names it so itself. */
export const partitionPrefix = (unload: string, country: string): string => `${unload}country=${country}/`;
export const datasetManifestKey = (purpose: Purpose, runId: string, country: string): string =>
  `datasets/${purpose}/${runId}/${country}/manifest.json`;
export const catalogueKey = (version: string): string => `catalogue/${version}.json`;

/** training's bucket. */
export const preparedPrefix = (line: LineOfRun): string => `prepared/${line.runId}/${line.country}/${line.scheme}/`;
export const modelsPrefix = (line: LineOfRun): string => `models/${line.runId}/${line.country}/${line.scheme}/`;

/** inference's bucket. */
export const workPrefix = (caller: 'evaluation' | 'production', line: LineOfRun): string =>
  `work/${caller}/${line.runId}/${line.country}/${line.scheme}/`;
/** Partitioned as Hive and Athena read it. */
export const runPredictionsPrefix = (caller: 'evaluation' | 'production', month: string, runId: string): string =>
  `${caller}/month=${month}/run=${runId}/`;
export const predictionsPrefix = (caller: 'evaluation' | 'production', month: string, line: LineOfRun): string =>
  `${runPredictionsPrefix(caller, month, line.runId)}country=${line.country}/scheme=${line.scheme}/`;
export const summaryPrefix = (caller: 'evaluation' | 'production', line: LineOfRun): string =>
  `summary/${caller}/${line.runId}/${line.country}/${line.scheme}/`;
/** The file that the job `collect` writes into its summary output. */
export const summaryUri = (prefix: string): string => `${prefix}summary.json`;
export const classificationReportKey = (month: string, runId: string, revision: number): string =>
  `reports/month=${month}/${runId}-${revision}.json`;
/** Where the jobs of an inference write: `output` of the inference execution's input. */
export const inferenceOutput = (
  bucket: string,
  caller: 'evaluation' | 'production',
  month: string,
  line: LineOfRun,
): { work: string; predictions: string; summary: string } => ({
  work: s3Uri(bucket, workPrefix(caller, line)),
  predictions: s3Uri(bucket, predictionsPrefix(caller, month, line)),
  summary: s3Uri(bucket, summaryPrefix(caller, line)),
});

/** evaluation's bucket. */
export const scoresPrefix = (line: LineOfRun): string => `scores/${line.runId}/${line.country}/${line.scheme}/`;
/** The file that the job `score` writes into its output. */
export const scoresUri = (prefix: string): string => `${prefix}scores.json`;
export const trainingReportKey = (runId: string, revision: number): string => `reports/${runId}-${revision}.json`;

export const s3Uri = (bucket: string, key: string): string => `s3://${bucket}/${key}`;

/** Bucket and key of an S3 URI. Throws `TypeError` for anything else. */
export function parseS3Uri(uri: string): { bucket: string; key: string } {
  const match = /^s3:\/\/([^/]+)\/(.*)$/.exec(uri);
  if (match?.[1] === undefined || match[2] === undefined)
    throw new TypeError(`"${uri}" is not an S3 URI (s3://bucket/key)`);
  return { bucket: match[1], key: match[2] };
}
