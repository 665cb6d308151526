import type { Decision } from '@regulabel/contracts/evaluation/decision.v1';
import type { LineSettings } from '@regulabel/contracts/ingest/catalogue.v1';
import type { DatasetManifest } from '@regulabel/contracts/ingest/datasetManifest.v1';
import { catalogueVersion, count, country, hash, runId, s3Uri, scheme } from '@regulabel/contracts/values';
import { sha256 } from '@regulabel/shared/digests';
import { modelsPrefix, preparedPrefix, s3Uri as uriOf } from '@regulabel/shared/keys';
import * as z from 'zod';
import { parameterRanges, parameterRangesOf } from './parameterRanges.ts';
import { trainerOf } from './trainingImages.ts';

/** A SageMaker name without its attempt: the machine adds redrive and retry counts. */
const nameStem = z.string().regex(/^[a-z][a-z0-9]{0,7}-[a-z]-[0-9a-f]{12,16}$/);

/** The input of an execution of the training state machine: one line of one run. */
export const trainingExecutionInput = z.object({
  schemaVersion: z.literal('1.0'),
  runId,
  country,
  scheme,
  dataset: z.object({ uri: s3Uri, rows: count, hash }),
  catalogue: z.object({ version: catalogueVersion, uri: s3Uri }),
  /** The day whose codes are valid. */
  asOf: z.iso.date(),
  minimumRows: count,
  jobImage: z.string().min(1),
  jobs: z.object({ prepare: nameStem, model: nameStem }),
  algorithms: z
    .array(
      z.object({
        name: z.string().min(1),
        image: z.string().min(1),
        objective: z.string().min(1),
        job: nameStem,
        seed: count,
        trials: z.int().positive(),
        static: z.record(z.string(), z.string()),
        parameterRanges,
      }),
    )
    .min(1),
  /** Prefixes, each ending with `/`, under which the jobs write; each job adds its own name. */
  output: z.object({ prepared: s3Uri, models: s3Uri }),
  /** What the line's last decision was made on; absent where training the same again could tell something new. */
  last: z.object({ decisionId: z.string(), dataHash: hash, codeListHash: hash, jobImage: z.string() }).optional(),
});
export type TrainingExecutionInput = z.infer<typeof trainingExecutionInput>;

export interface Circumstances {
  readonly stage: string;
  readonly region: string;
  readonly modelsBucket: string;
  readonly jobImage: string;
  readonly decisions: readonly Decision[];
}

/** The execution that trains one scheme of a dataset's country. Throws `AlgorithmNotInRegion`. */
export function trainingExecution(
  manifest: DatasetManifest,
  line: { scheme: string; settings: LineSettings },
  { stage, region, modelsBucket, jobImage, decisions }: Circumstances,
): TrainingExecutionInput {
  const { runId: run, country: name } = manifest;
  const of = { runId: run, country: name, scheme: line.scheme };
  const digest = (...step: readonly string[]) => sha256(run, name, line.scheme, manifest.hash, ...step);
  const last = lastDecision(decisions);
  return {
    schemaVersion: '1.0',
    ...of,
    dataset: { uri: manifest.uri, rows: manifest.rows, hash: manifest.hash },
    catalogue: manifest.catalogue,
    asOf: manifest.asOf,
    minimumRows: line.settings.minimumRows,
    jobImage,
    jobs: {
      prepare: `${stage}-p-${digest('prepare').slice(0, 16)}`,
      model: `${stage}-m-${digest('model').slice(0, 16)}`,
    },
    algorithms: line.settings.algorithms.map((algorithm, index) => ({
      name: algorithm.name,
      ...trainerOf(algorithm.name, region),
      // A tuning job's name has at most 32 characters: 23 here, the counts get the rest.
      job: `${stage}-t-${digest('tune', String(index)).slice(0, 12)}`,
      // The same line searches alike in every run, so that its data alone makes the difference. A 31-bit number.
      seed: Number.parseInt(sha256(name, line.scheme, String(index)).slice(0, 8), 16) >>> 1,
      trials: line.settings.trials,
      static: algorithm.static,
      parameterRanges: parameterRangesOf(algorithm.ranges),
    })),
    output: { prepared: uriOf(modelsBucket, preparedPrefix(of)), models: uriOf(modelsBucket, modelsPrefix(of)) },
    ...(last === undefined ? {} : { last }),
  };
}

/** The newest decision, unless it held: then the comparison did not count, and the same candidate deserves another. */
function lastDecision(decisions: readonly Decision[]): TrainingExecutionInput['last'] {
  const [newest] = [...decisions].sort((a, b) => (a.decidedAt < b.decidedAt ? 1 : -1));
  if (newest === undefined || newest.outcome === 'held') return undefined;
  const { hash: dataHash, codeListHash, jobImage } = newest.candidate.data;
  return { decisionId: newest.decisionId, dataHash, codeListHash, jobImage };
}
