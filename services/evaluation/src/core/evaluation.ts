import type {
  ComparisonSubject,
  InferenceExecutionInput,
} from '@regulabel/contracts/inference/inferenceExecutionInput.v1';
import type { Winner } from '@regulabel/shared/tableItems';
import type { Catalogue } from '@regulabel/contracts/ingest/catalogue.v1';
import type { inferenceCompleted } from '@regulabel/contracts/inference/inferenceCompleted.v1';
import type { modelTrained } from '@regulabel/contracts/training/modelTrained.v1';
import { lineName, type Line } from '@regulabel/contracts/values';
import { sha256 } from '@regulabel/shared/digests';
import { ContractError } from '@regulabel/contracts/parse';
import { RegulabelError } from '@regulabel/shared/errors';
import { inferenceOutput, s3Uri, scoresPrefix } from '@regulabel/shared/keys';
import type * as z from 'zod';
import type { ComparisonExecutionInput, Evidence } from './comparisonExecution.ts';

type Trained = z.infer<typeof modelTrained.data>;
type Labelled = z.infer<typeof inferenceCompleted.data>;
type LineOfRun = Line & { readonly runId: string };

/** The candidate and the winner as of now, which is pinned from here on. */
export const subjectOf = ({ model, data }: Trained, winner: Winner | undefined): ComparisonSubject => ({
  candidate: { model, data },
  ...(winner && { winner: { model: winner.model, decisionId: winner.decisionId } }),
});

/**
 * Tells one evaluation from another: the same candidate is evaluated once, whoever the winner is by then (after its
 * promotion it is the winner itself).
 */
const evaluationDigest = ({ runId, country, scheme }: LineOfRun, { candidate }: ComparisonSubject): string =>
  sha256(runId, country, scheme, candidate.model.name, candidate.data.test.hash).slice(0, 12);

/** The execution that labels the candidate's held-out test set with candidate and winner alike. */
export function evaluationInput(
  line: LineOfRun,
  subject: ComparisonSubject,
  { month, jobImage, bucket }: { month: string; jobImage: string; bucket: string },
): InferenceExecutionInput {
  const { runId, country, scheme } = line;
  const { model, data } = subject.candidate;
  return {
    schemaVersion: '1.0',
    runId,
    caller: 'evaluation',
    country,
    scheme,
    month,
    digest: evaluationDigest(line, subject),
    dataset: { uri: data.test.features, rows: data.rows.test, hash: data.test.hash },
    catalogueVersion: data.catalogue.version,
    jobImage,
    models: [
      { role: 'candidate', name: model.name },
      ...(subject.winner ? [{ role: 'winner' as const, name: subject.winner.model }] : []),
    ],
    output: inferenceOutput(bucket, 'evaluation', month, line),
    comparison: subject,
  };
}

/** What an evaluation's inference leaves to be scored. Throws `ContractError` when a model's predictions are not named. */
export function evidenceOf(
  { runId, country, scheme, models }: Labelled,
  subject: ComparisonSubject,
  { jobImage, bucket }: { jobImage: string; bucket: string },
): Evidence {
  const predictionsOf = (role: 'candidate' | 'winner', name: string): string => {
    const model = models.find((of) => of.role === role && of.name === name);
    if (model === undefined) {
      throw new ContractError('InferenceCompleted.v1', [
        { path: 'data.models', message: `has no predictions of the ${role} ${name}` },
      ]);
    }
    return model.predictions;
  };
  return {
    kind: 'predictions',
    jobImage,
    candidate: predictionsOf('candidate', subject.candidate.model.name),
    ...(subject.winner && { winner: predictionsOf('winner', subject.winner.model) }),
    output: s3Uri(bucket, scoresPrefix({ runId, country, scheme })),
  };
}

/** The execution that compares, decides and records. */
export const comparisonInput = (
  line: LineOfRun,
  subject: ComparisonSubject,
  { evidence, margin }: { evidence: Evidence; margin: number },
): ComparisonExecutionInput => ({
  schemaVersion: '1.0',
  runId: line.runId,
  country: line.country,
  scheme: line.scheme,
  digest: evaluationDigest(line, subject),
  margin,
  subject,
  evidence,
});

/** The macro-F1 that a line's candidate has to gain. Throws `LineNotListed` when the catalogue does not have the line. */
export function marginOf(catalogue: Catalogue, line: Line, uri: string): number {
  const settings = catalogue.countries[line.country]?.schemes[line.scheme];
  if (settings === undefined) {
    throw new RegulabelError(
      'LineNotListed',
      `the catalogue ${uri}, pinned by the run, does not list ${lineName(line)}`,
    );
  }
  return settings.margin;
}
