import { changes, type Change } from './changes.ts';
import { corrections, type Correction, type Rollback } from './corrections.ts';
import { LOW_CONFIDENCE, type Figures, type LineFigures } from './figures.ts';
import { standing } from './standing.ts';

type RunRevision = Pick<Figures, 'runId' | 'revision'>;

/** `rows`: different items. `quantity`: items sold. `lowConfidence`: the share of that quantity, 0 where there is none. */
export interface Sums {
  readonly rows: number;
  readonly quantity: number;
  readonly lowConfidence: number;
}

export interface CodeReport extends Sums {
  readonly code: string;
}

export interface LineReport extends Pick<LineFigures, 'country' | 'scheme' | 'outcome' | 'models'>, Sums {
  readonly codes: readonly CodeReport[];
}

/** The report on a month, `reports/<month>.json`. It follows from what is known, and from nothing else: no clock, no order. */
export interface MonthReport extends RunRevision {
  readonly month: string;
  readonly closedAt: string;
  /** What `lowConfidence` is below. */
  readonly lowConfidenceBelow: number;
  /** Of all lines together, as a share. Their quantities have no sum: an item is in every scheme of its country. */
  readonly lowConfidence: number;
  readonly lines: readonly LineReport[];
  /** The run that this one replaces, and what that changed; the changes are absent while its figures are not known. */
  readonly supersedes?: { readonly runId: string; readonly changes?: readonly Change[] };
  readonly corrections: readonly Correction[];
  /** The last month's run and what changed since; absent while nothing is known of that month. */
  readonly lastMonth?: RunRevision & { readonly month: string; readonly changes: readonly Change[] };
}

/** Everything that is known: of the month, of the month before, and of models that were taken back. */
export interface Known {
  readonly figures: readonly Figures[];
  readonly figuresOfLastMonth: readonly Figures[];
  readonly rollbacks: readonly Rollback[];
}

/** The report on a month that has been labelled. Undefined when it has not. */
export function monthReport({ figures: all, figuresOfLastMonth, rollbacks }: Known): MonthReport | undefined {
  const month = standing(all);
  if (month === undefined) return undefined;
  const { figures, superseded } = month;
  return {
    month: figures.month,
    runId: figures.runId,
    revision: figures.revision,
    closedAt: figures.closedAt,
    lowConfidenceBelow: LOW_CONFIDENCE,
    lowConfidence: sums(figures.lines.flatMap(({ codes }) => codes)).lowConfidence,
    lines: figures.lines.map(lineReport),
    ...replaced(figures, superseded),
    corrections: corrections(month, rollbacks),
    ...since(standing(figuresOfLastMonth)?.figures, figures),
  };
}

const lineReport = ({ country, scheme, outcome, models, codes }: LineFigures): LineReport => ({
  country,
  scheme,
  outcome,
  models,
  ...sums(codes),
  codes: codes.map((each) => ({ code: each.code, ...sums([each]) })),
});

function sums(figures: LineFigures['codes']): Sums {
  const of = (key: 'rows' | 'quantity' | 'lowConfidence') => figures.reduce((sum, each) => sum + each[key], 0);
  const quantity = of('quantity');
  return { rows: of('rows'), quantity, lowConfidence: quantity === 0 ? 0 : of('lowConfidence') / quantity };
}

function replaced(figures: Figures, superseded: readonly Figures[]): Pick<MonthReport, 'supersedes'> {
  const runId = figures.supersedes;
  if (runId === undefined) return {};
  const former = superseded.find((each) => each.runId === runId);
  return { supersedes: { runId, ...(former === undefined ? {} : { changes: changes(former, figures) }) } };
}

function since(last: Figures | undefined, figures: Figures): Pick<MonthReport, 'lastMonth'> {
  if (last === undefined) return {};
  const { month, runId, revision } = last;
  return { lastMonth: { month, runId, revision, changes: changes(last, figures) } };
}
