import { comparisonFailed } from '@regulabel/contracts/evaluation/comparisonFailed.v1';
import { modelHeld } from '@regulabel/contracts/evaluation/modelHeld.v1';
import { modelPromoted } from '@regulabel/contracts/evaluation/modelPromoted.v1';
import { modelRejected } from '@regulabel/contracts/evaluation/modelRejected.v1';
import type { EventContract } from '@regulabel/contracts/event';
import { inferenceCompleted } from '@regulabel/contracts/inference/inferenceCompleted.v1';
import { inferenceFailed } from '@regulabel/contracts/inference/inferenceFailed.v1';
import { inferenceSkipped } from '@regulabel/contracts/inference/inferenceSkipped.v1';
import { extractionCompleted } from '@regulabel/contracts/ingest/extractionCompleted.v1';
import { extractionFailed } from '@regulabel/contracts/ingest/extractionFailed.v1';
import type { LineResult, Outcome, Run } from '@regulabel/contracts/ingest/run.v1';
import { trainingFailed } from '@regulabel/contracts/training/trainingFailed.v1';
import { trainingSkipped } from '@regulabel/contracts/training/trainingSkipped.v1';
import type { Line } from '@regulabel/contracts/values';
import { parse } from '@regulabel/shared/parse';
import type * as z from 'zod';

/** What an event says about the lines of a run. */
export interface Verdict {
  readonly runId: string;
  /** The event's own id and time. */
  readonly eventId: string;
  readonly at: string;
  /** How it ends lines; none for an event that is about a line still under way. */
  results(run: Run): LineResult[];
}

interface Reader {
  readonly detailType: string;
  read(detail: unknown): Verdict;
}

/** Reads an event that ends lines. `undefined` for an event of another type. */
export const verdictOf = (detailType: string, detail: unknown): Verdict | undefined =>
  readers.find((reader) => reader.detailType === detailType)?.read(detail);

/** Longer reasons would let a run with many failures outgrow an event. */
const LONGEST_REASON = 1000;

const failed = ({ error, cause }: { error: string; cause: string }) => ({
  outcome: 'failed' as const,
  reason: (cause === '' ? error : `${error}: ${cause}`).slice(0, LONGEST_REASON),
});

const of = ({ country, scheme }: Line): Line => ({ country, scheme });

const decided =
  (outcome: Outcome) =>
  (data: Line & { reason: string; explanation: string }): LineResult[] => [
    { ...of(data), outcome, reason: data.reason, explanation: data.explanation.slice(0, LONGEST_REASON) },
  ];

const readers: readonly Reader[] = [
  on(extractionCompleted, ({ countries }, run) => {
    const withRows = new Set(countries.map(({ country }) => country));
    return run.lines.filter(({ country }) => !withRows.has(country)).map((line) => ({ ...line, outcome: 'empty' }));
  }),
  on(extractionFailed, (data, run) => run.lines.map((line) => ({ ...line, ...failed(data) }))),
  on(trainingSkipped, (data) => [
    data.reason === 'empty'
      ? { ...of(data), outcome: 'empty', explanation: data.explanation }
      : { ...of(data), outcome: 'skipped', reason: data.reason, explanation: data.explanation },
  ]),
  on(trainingFailed, (data) => [{ ...of(data), ...failed(data) }]),
  on(modelPromoted, decided('promoted')),
  on(modelRejected, decided('rejected')),
  on(modelHeld, decided('held')),
  on(comparisonFailed, (data) => [{ ...of(data), ...failed(data) }]),
  on(inferenceSkipped, (data) => [{ ...of(data), outcome: 'no-winner' }]),
  on(inferenceCompleted, (data) => {
    const [model] = data.models;
    // An evaluation's inference goes on with the comparison.
    if (data.caller === 'evaluation' || model === undefined) return [];
    const { predictions, summary } = model;
    return [{ ...of(data), outcome: 'labelled', rows: data.rows, predictions, summary }];
  }),
  on(inferenceFailed, (data) => [{ ...of(data), ...failed(data) }]),
];

/** The detail types that the tracker's rule has to let through. */
export const terminalDetailTypes: readonly string[] = readers.map(({ detailType }) => detailType);

function on<Data extends z.ZodObject<{ runId: z.ZodType<string> }>>(
  contract: EventContract<Data>,
  results: (data: z.infer<Data>, run: Run) => LineResult[],
): Reader {
  return {
    detailType: contract.detailType,
    read: (detail) => {
      const { metadata, data } = parse(contract.detail, detail, contract.detailType) as {
        metadata: { id: string; time: string };
        data: z.infer<Data>;
      };
      return {
        runId: (data as { runId: string }).runId,
        eventId: metadata.id,
        at: metadata.time,
        results: (run) => results(data, run),
      };
    },
  };
}
