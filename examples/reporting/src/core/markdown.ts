import { lineName } from '@regulabel/contracts/values';
import type { Change } from './changes.ts';
import type { Correction } from './corrections.ts';
import type { MonthReport } from './report.ts';

/** The report as people read it: one Markdown document. */
export function markdown(report: MonthReport): string {
  const labelled = report.lines.filter(({ outcome }) => outcome === 'labelled');
  const others = report.lines.filter(({ outcome }) => outcome !== 'labelled');
  const sections = [
    [`# Items of ${report.month}`],
    [
      `${labelled.length} of ${report.lines.length} lines are labelled, ${percent(report.lowConfidence)} of it with a confidence ` +
        `below ${report.lowConfidenceBelow}.`,
      `Run ${report.runId}, revision ${report.revision}, closed at ${report.closedAt}.`,
    ],
    section('Corrections', report.corrections.map(correction)),
    section(
      'Items by line',
      table(
        ['country', 'scheme', 'items', 'low confidence'],
        labelled.map((line) => [line.country, line.scheme, line.quantity, percent(line.lowConfidence)]),
      ),
    ),
    section(
      'Items by code',
      table(
        ['country', 'scheme', 'code', 'items', 'low confidence'],
        labelled.flatMap(({ country, scheme, codes }) =>
          codes.map(({ code, quantity, lowConfidence }) => [country, scheme, code, quantity, percent(lowConfidence)]),
        ),
      ),
    ),
    section(
      'Not labelled',
      others.map((line) => `- ${lineName(line)}: ${line.outcome}`),
    ),
    ...supersedes(report),
    ...lastMonth(report),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [`## ${title}`, '', ...lines];

const correction = ({ state, model, time, reason, ...line }: Correction): string => {
  const what = `${lineName(line)}: model ${text(model)} was taken back at ${time} (${text(reason)})`;
  return state === 'needed'
    ? `- **To be corrected.** ${what}. These items are its work: label the month again.`
    : `- Corrected. ${what}. The month has been labelled again without it.`;
};

function supersedes({ supersedes: former }: MonthReport): string[][] {
  if (former === undefined) return [];
  const title = `Changes against run ${former.runId}, which this one replaces`;
  if (former.changes === undefined) return [section(title, ['Its figures are not known.'])];
  return [section(title, changesTable(former.changes))];
}

const lastMonth = ({ lastMonth: last }: MonthReport): string[][] =>
  last === undefined ? [] : [section(`Changes against ${last.month}`, changesTable(last.changes))];

const changesTable = (changes: readonly Change[]): string[] =>
  changes.length === 0
    ? ['None.']
    : table(
        ['country', 'scheme', 'code', 'before', 'now', 'change'],
        changes.map(({ country, scheme, code, before, now }) => [
          country,
          scheme,
          code,
          before,
          now,
          signed(now - before),
        ]),
      );

type Cell = string | number;

const table = (header: readonly Cell[], rows: readonly (readonly Cell[])[]): string[] =>
  rows.length === 0
    ? []
    : [header, header.map(() => '---'), ...rows].map((cells) => `| ${cells.map(text).join(' | ')} |`);

/** A foreign text must neither end a cell nor begin a line. */
const text = (value: Cell): string => String(value).replaceAll(/\s+/g, ' ').replaceAll(/[\\|]/g, '\\$&');

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const signed = (value: number): string => (value > 0 ? `+${value}` : String(value));
