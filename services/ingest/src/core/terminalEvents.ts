import { comparisonFailed } from '@regulabel/contracts/evaluation/comparisonFailed.v1';
import { modelHeld } from '@regulabel/contracts/evaluation/modelHeld.v1';
import { modelPromoted } from '@regulabel/contracts/evaluation/modelPromoted.v1';
import { modelRejected } from '@regulabel/contracts/evaluation/modelRejected.v1';
import type { EventContract, EventOf } from '@regulabel/contracts/event';
import { inferenceCompleted } from '@regulabel/contracts/inference/inferenceCompleted.v1';
import { inferenceFailed } from '@regulabel/contracts/inference/inferenceFailed.v1';
import { inferenceSkipped } from '@regulabel/contracts/inference/inferenceSkipped.v1';
import { extractionCompleted } from '@regulabel/contracts/ingest/extractionCompleted.v1';
import { extractionFailed } from '@regulabel/contracts/ingest/extractionFailed.v1';
import type { LineResult, Outcome } from '@regulabel/contracts/ingest/runSummary.v1';
import type { Run } from '@regulabel/shared/tableItems';
import { trainingFailed } from '@regulabel/contracts/training/trainingFailed.v1';
import { trainingSkipped } from '@regulabel/contracts/training/trainingSkipped.v1';
import type { Line } from '@regulabel/contracts/values';
import { RegulabelError } from '@regulabel/shared/errors';
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

type TerminalContract = EventContract<z.ZodObject<{ runId: z.ZodString }>>;

interface Reader {
  readonly contract: TerminalContract;
  results(data: unknown, run: Run): LineResult[];
}

/** Reads an event that ends lines: one of {@link terminalEvents}. */
export function verdictOf({
  'detail-type': detailType,
  detail: { metadata, data },
}: EventOf<TerminalContract>): Verdict {
  const reader = readers.find(({ contract }) => contract.detailType === detailType);
  if (reader === undefined) throw new RegulabelError('EventUnknown', `${detailType} ends no line`);
  return {
    runId: data.runId,
    eventId: metadata.id,
    at: metadata.time,
    results: (run) => reader.results(data, run),
  };
}

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

/** The events that the tracker's rule has to let through. */
export const terminalEvents: readonly TerminalContract[] = readers.map(({ contract }) => contract);

function on<Data extends TerminalContract['data']>(
  contract: EventContract<Data>,
  results: (data: z.infer<Data>, run: Run) => LineResult[],
): Reader {
  return { contract, results: (data, run) => results(data as z.infer<Data>, run) };
}
