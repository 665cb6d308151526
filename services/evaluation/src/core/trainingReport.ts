import type { Decision } from '@regulabel/contracts/evaluation/decision.v1';
import type { TrainingReport } from '@regulabel/contracts/evaluation/trainingReport.v1';
import type { LineResult, Outcome, RunSummary } from '@regulabel/contracts/ingest/runSummary.v1';
import { lineName } from '@regulabel/contracts/values';

/** The report on a closed training run; `decisions` are those of its compared lines, by line name. */
export function trainingReport(
  { runId, revision, catalogueVersion, startedAt, closedAt, lines }: RunSummary,
  decisions: ReadonlyMap<string, Decision>,
): TrainingReport {
  return {
    schemaVersion: '1.0',
    runId,
    revision,
    catalogueVersion,
    startedAt,
    closedAt,
    lines: lines.map(({ country, scheme, outcome, reason, explanation }) => {
      const decision = decisions.get(lineName({ country, scheme }));
      return { country, scheme, outcome, reason, explanation, ...(decision && { decision }) };
    }),
  };
}

/** Whether a line's end is a decision that the winners table has. */
export const isDecided = ({ outcome }: LineResult): boolean =>
  outcome === 'promoted' || outcome === 'rejected' || outcome === 'held';

/** What the MLOps team reads. The subject is one line of ASCII, at most 100 characters, as SNS asks for. */
export function mlopsMessage(report: TrainingReport, uri: string): { subject: string; body: string } {
  const groups = Map.groupBy(report.lines, ({ outcome }) => outcome);
  const counts = ORDER.flatMap((outcome) => {
    const lines = groups.get(outcome);
    return lines === undefined ? [] : [`${lines.length} ${outcome}`];
  }).join(', ');
  const again = report.revision > 1 ? ` (revision ${report.revision})` : '';
  return {
    subject: `Regulabel: training done: ${counts}`.slice(0, 100),
    body: [
      `Training run ${report.runId}${again}: ${counts}.`,
      ...ORDER.flatMap((outcome) => {
        const lines = groups.get(outcome) ?? [];
        return lines.length === 0 ? [] : ['', titleCase(outcome), ...lines.map(reportLine)];
      }),
      '',
      `Report: ${uri}`,
      `Catalogue: ${report.catalogueVersion}`,
    ].join('\n'),
  };
}

/** What needs a person comes first. */
const ORDER = ['failed', 'held', 'promoted', 'rejected', 'skipped', 'empty'] as const satisfies readonly Outcome[];

const titleCase = (outcome: string): string => outcome.slice(0, 1).toUpperCase() + outcome.slice(1);

const reportLine = (line: TrainingReport['lines'][number]): string =>
  `  ${lineName(line)}: ${line.decision?.explanation ?? line.explanation ?? line.reason ?? line.outcome}`;
