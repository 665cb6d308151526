import type { Winner } from '@regulabel/shared/tableItems';
import type { Scores } from '@regulabel/shared/jobs/scores';
import { modelTrainedExamples } from '@regulabel/contracts/training/modelTrained.v1.examples';
import type { ComparisonExecutionInput } from './core/comparisonExecution.ts';
import { comparisonInput, subjectOf } from './core/evaluation.ts';

/** For tests: a candidate, the winner it meets, and what is started for them. */
export const trained = modelTrainedExamples.typical;
const line = { country: trained.country, scheme: trained.scheme };

export const winner: Winner = {
  ...line,
  decisionId: 'f'.repeat(32),
  model: 'dev-m-fedcba987654-0-0',
  since: '2026-10-01T04:00:00Z',
  runId: 'training-20261001T020000Z',
  metrics: { rows: 90, accuracy: 0.9, macroF1: 0.89 },
};

const predictions = (role: string) => `s3://predictions/evaluation/${role}/`;

/** `winner: undefined` for a line's first model. */
export const inputFor = (
  pinned: Winner | undefined,
  evidence: ComparisonExecutionInput['evidence'] = {
    kind: 'predictions',
    jobImage: 'jobs@sha256:0',
    candidate: predictions('candidate'),
    ...(pinned && { winner: predictions('winner') }),
    output: 's3://registry/scores/',
  },
): ComparisonExecutionInput => comparisonInput(trained, subjectOf(trained, pinned), { evidence, margin: 0.01 });

const model = (name: string, accuracy: number, macroF1: number) => ({
  model: name,
  accuracy,
  macroF1,
  codes: [],
  confusion: [],
});

/** A score report on the candidate, and on the winner where it is given a macro-F1. */
export const scoresOf = ({
  accuracy = 0.93,
  macroF1 = 0.912,
  winnerMacroF1,
  rows = 100,
}: {
  accuracy?: number;
  macroF1?: number;
  winnerMacroF1?: number;
  rows?: number;
} = {}): Scores => ({
  schemaVersion: '1.0',
  runId: trained.runId,
  ...line,
  rows,
  testHash: trained.data.test.hash,
  ...(rows > 0 && { majority: { code: '11-A', accuracy: 0.4 } }),
  candidate: model(trained.model.name, accuracy, macroF1),
  ...(winnerMacroF1 !== undefined && { winner: model(winner.model, 0.9, winnerMacroF1) }),
});
