import type { Winner } from '@regulabel/shared/tableItems';
import { lineName } from '@regulabel/contracts/values';
import { besideLabel, figure, labelled, number, wrapped } from '../output.ts';
import { inBrief } from './reasons.ts';

/** A line as it ended. */
export interface EndedLine {
  readonly country: string;
  readonly scheme: string;
  readonly outcome: string;
  readonly reason?: string | undefined;
  readonly explanation?: string | undefined;
}

const WORST_FIRST = ['failed', 'held', 'no-winner', 'skipped', 'empty', 'rejected'];
const ROWS_OF_NAMES = 2;
/** Lines whose figures a summary has room for. */
const EXPLAINED = 3;
const WEAKEST = 5;

/** The lines that did not end as hoped, those with the same outcome and reason together, the worst first. */
export function needALook(lines: readonly EndedLine[], columns: number): string[] {
  const groups = Map.groupBy(lines, ({ outcome, reason }) => JSON.stringify([outcome, inBrief(reason)]));
  const room = besideLabel(columns);
  return WORST_FIRST.flatMap((outcome) =>
    [...groups.values()].flatMap((group) => {
      if (group[0]?.outcome !== outcome) return [];
      const why = explanations(group).flatMap((each) => wrapped(each, room));
      return labelled(outcome, ...names(group.map(lineName), room), ...why);
    }),
  );
}

/** How good these winners are on rows that no model has seen, and which are the weakest. */
export function quality(winners: readonly Winner[], columns: number): string[] {
  const ranked = winners.toSorted((one, other) => one.metrics.macroF1 - other.metrics.macroF1);
  const [lowest, highest] = [ranked[0], ranked.at(-1)];
  if (lowest === undefined || highest === undefined) return [];
  const room = besideLabel(columns);
  const f1 = ({ metrics }: Winner): string => figure(metrics.macroF1);
  const span = `median ${figure(median(ranked.map(({ metrics }) => metrics.macroF1)))}, lowest ${f1(lowest)}, highest ${f1(highest)}`;
  const weakest = ranked.slice(0, WEAKEST).map((winner) => `${lineName(winner)} ${f1(winner)}`);
  return [
    ...labelled('macro-F1', ...wrapped(`${span}; ${number(ranked.length)} winners, on unseen rows`, room)),
    ...labelled('weakest', ...wrapped(weakest.join(', '), room)),
  ];
}

function median(sorted: readonly number[]): number {
  const [below = 0, above = 0] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return (below + above) / 2;
}

/** Why a group of lines ended as they did: of a few, each line's figures; of many, what they have in common. */
function explanations(group: readonly EndedLine[]): string[] {
  const [first] = group;
  const told = group.flatMap((line) =>
    line.explanation === undefined ? [] : [{ name: lineName(line), text: inBrief(line.explanation) }],
  );
  if (told.length > 0 && told.length === group.length && told.length <= EXPLAINED) {
    const [one, ...others] = new Set(told.map(({ text }) => text));
    return others.length === 0 ? [one ?? ''] : told.map(({ name, text }) => `${name}: ${text}`);
  }
  const reason = inBrief(first?.reason);
  return reason === '' || reason === first?.outcome ? [] : [reason];
}

/** At most two rows of names: a run whose lines all have the same reason needs no list of them. */
function names(all: readonly string[], columns: number): string[] {
  const rows = wrapped(all.join(', '), columns - ' and 99 more'.length);
  if (rows.length <= ROWS_OF_NAMES) return rows;
  const shown = rows.slice(0, ROWS_OF_NAMES).join('\n').replace(/,$/, '');
  return `${shown} and ${all.length - shown.split(',').length} more`.split('\n');
}
