import type { Decision, Metrics } from '@regulabel/contracts/evaluation/decision.v1';
import type { Winner } from '@regulabel/shared/tableItems';
import type { ModelScores, Scores } from '@regulabel/shared/jobs/scores';
import { lineName } from '@regulabel/contracts/values';
import { sha256 } from '@regulabel/shared/digests';
import { RegulabelError } from '@regulabel/shared/errors';
import type { ComparisonExecutionInput } from './comparisonExecution.ts';

type Reason = Decision['reason'];
type Ruling = Pick<Decision, 'reason' | 'explanation'>;

/** A score report and where it lies. */
export interface Scored {
  readonly uri: string;
  readonly report: Scores;
}

const OUTCOMES: Record<Reason, Decision['outcome']> = {
  'first-model': 'promoted',
  better: 'promoted',
  'not-better-than-majority': 'rejected',
  'not-better-than-winner': 'rejected',
  'too-little-evidence': 'rejected',
  'winner-changed': 'held',
  'winner-gone': 'held',
};

/**
 * The decision on a candidate: a line's first model has to beat the guess of the most frequent code, a later one has to
 * gain the margin in macro-F1 over the winner on the same rows. Without `scored` nothing could be scored, and the input
 * says why. Throws `ScoresMismatch` for a report on other models or rows.
 */
export function decide(input: ComparisonExecutionInput, scored: Scored | undefined, decidedAt: string): Decision {
  if (scored) requireSame(input, scored);
  const ruling = scored ? judge(input, scored.report) : unscored(input);
  return record(input, scored, { ...ruling, decidedAt });
}

/** What is recorded instead when the winner changed after it was pinned: a comparison with a past winner does not count. */
export const heldInstead = (decision: Decision): Decision => ({
  ...decision,
  outcome: 'held',
  reason: 'winner-changed',
  explanation:
    `The winner changed while the candidate was compared with ${decision.winner?.model ?? 'no winner'}; ` +
    `the comparison (${decision.reason}) does not count and the present winner stays.`,
});

/** The pointer that a promotion puts. */
export function winnerOf({ decidedAt: since, candidate, ...decision }: Decision): Winner {
  const { country, scheme, decisionId, runId } = decision;
  if (candidate.metrics === undefined) {
    throw new RegulabelError('ScoresMissing', `decision ${decisionId} promotes ${candidate.model.name} without scores`);
  }
  return { country, scheme, decisionId, model: candidate.model.name, since, runId, metrics: candidate.metrics };
}

function judge(input: ComparisonExecutionInput, { rows, majority, candidate, winner }: Scores): Ruling {
  if (rows === 0 || majority === undefined) return tooLittle;
  const on = `on ${rows} unseen rows`;
  if (winner === undefined) {
    const better = candidate.accuracy > majority.accuracy;
    return {
      reason: better ? 'first-model' : 'not-better-than-majority',
      explanation:
        `The first model of ${lineName(input)}: accuracy ${figure(candidate.accuracy)} ${on} ` +
        `(macro-F1 ${figure(candidate.macroF1)}); always guessing ${majority.code} reaches ${figure(majority.accuracy)}.`,
    };
  }
  const gain = candidate.macroF1 - winner.macroF1;
  return {
    reason: gain >= input.margin - ROUNDING ? 'better' : 'not-better-than-winner',
    explanation:
      `Macro-F1 ${figure(candidate.macroF1)} ${on}, the winner has ${figure(winner.macroF1)}: ` +
      `a difference of ${gain < 0 ? '' : '+'}${figure(gain)}; at least +${figure(input.margin)} is asked for.`,
  };
}

/** 0.912 - 0.902 is a little less than 0.01 in floating point. */
const ROUNDING = 1e-9;

const figure = (value: number): string => value.toFixed(4);

const tooLittle: Ruling = {
  reason: 'too-little-evidence',
  explanation: 'The test set has no rows, so nothing says whether the candidate is any good; label more items.',
};

function unscored({ evidence, subject }: ComparisonExecutionInput): Ruling {
  if (evidence.kind === 'predictions') {
    throw new RegulabelError('ScoresMissing', 'there are predictions to score, and no score report');
  }
  if (evidence.reason === 'too-little-evidence') return tooLittle;
  return {
    reason: 'winner-gone',
    explanation:
      `The winner's model ${subject.winner?.model ?? ''} does not exist in SageMaker any more, so there is nothing to ` +
      `compare with; create it again, or roll back to a decision whose model exists.`,
  };
}

function record(
  input: ComparisonExecutionInput,
  scored: Scored | undefined,
  { reason, explanation, decidedAt }: Ruling & { decidedAt: string },
): Decision {
  const { runId, country, scheme, margin, subject } = input;
  const report = scored?.report;
  return {
    schemaVersion: '1.0',
    decisionId: sha256(runId, country, scheme, subject.candidate.model.name).slice(0, 32),
    country,
    scheme,
    runId,
    decidedAt,
    outcome: OUTCOMES[reason],
    reason,
    explanation,
    candidate: { ...subject.candidate, ...(report && { metrics: metricsOf(report, report.candidate) }) },
    ...(subject.winner && {
      winner: { ...subject.winner, ...(report?.winner && { metrics: metricsOf(report, report.winner) }) },
    }),
    ...(report?.majority && { majority: report.majority }),
    margin,
    ...(scored && { scores: scored.uri }),
  };
}

const metricsOf = ({ rows }: Scores, { accuracy, macroF1 }: ModelScores): Metrics => ({ rows, accuracy, macroF1 });

function requireSame({ runId, country, scheme, subject }: ComparisonExecutionInput, { uri, report }: Scored): void {
  const asked = [
    runId,
    country,
    scheme,
    subject.candidate.data.test.hash,
    subject.candidate.model.name,
    subject.winner?.model ?? 'no winner',
  ];
  const reported = [
    report.runId,
    report.country,
    report.scheme,
    report.testHash,
    report.candidate.model,
    report.winner?.model ?? 'no winner',
  ];
  const differing = asked.flatMap((value, index) =>
    value === reported[index] ? [] : [`${reported[index] ?? ''} instead of ${value}`],
  );
  if (differing.length > 0) throw new RegulabelError('ScoresMismatch', `${uri} reports on ${differing.join(', ')}`);
}
