import type { ClassificationReport } from '@regulabel/contracts/inference/classificationReport.v1';
import type { PredictionSummary } from '@regulabel/contracts/inference/predictionSummary.v1';
import type { ClassificationRunCompleted } from '@regulabel/contracts/ingest/classificationRunCompleted.v1';
import type { LineResult, Outcome } from '@regulabel/contracts/ingest/runSummary.v1';
import { lineName } from '@regulabel/contracts/values';
import { runPredictionsPrefix, s3Uri } from '@regulabel/shared/keys';

type LineReport = ClassificationReport['lines'][number];

/** The report on a closed run; `summaries` are those of its labelled lines, by line name. */
export function classificationReport(
  { lines, ...run }: ClassificationRunCompleted,
  summaries: ReadonlyMap<string, PredictionSummary>,
  bucket: string,
): ClassificationReport {
  return {
    schemaVersion: '1.0',
    ...run,
    predictions: s3Uri(bucket, runPredictionsPrefix('production', run.month, run.runId)),
    lines: lines.map((line) => lineReport(line, summaries.get(lineName(line)))),
  };
}

function lineReport(line: LineResult, summary: PredictionSummary | undefined): LineReport {
  const { country, scheme, outcome, reason, explanation, predictions } = line;
  const report = { country, scheme, outcome, reason, explanation, predictions };
  if (summary === undefined) return report;
  const { model, rows, quantity, meanConfidence, codes } = summary;
  return { ...report, summary: { model, rows, quantity, meanConfidence, codes } };
}

/** What stakeholders read. The subject is one line of ASCII, at most 100 characters, as SNS asks for. */
export function stakeholderMessage(report: ClassificationReport, uri: string): { subject: string; body: string } {
  const labelled = report.lines.filter(({ outcome }) => outcome === 'labelled');
  const others = report.lines.filter(({ outcome }) => outcome !== 'labelled');
  const again = report.revision > 1 ? ` (revision ${report.revision})` : '';
  const unsold = report.lines.every(({ outcome }) => outcome === 'empty');
  const subject = unsold
    ? `Regulabel: nothing was sold in ${report.month}${again}`
    : `Regulabel: ${report.month} is labelled, ${labelled.length} of ${report.lines.length} lines${again}`;
  const sections = [
    [
      unsold
        ? `Sales of ${report.month}: there were none${again}.`
        : `Sales of ${report.month}: ${labelled.length} of ${report.lines.length} model lines are labelled${again}.`,
      ...(report.supersedes === undefined ? [] : [`This replaces run ${report.supersedes}.`]),
    ],
    titled('Labelled', labelled.map(labelledLine)),
    titled('Not labelled', others.map(unlabelledLine)),
    [
      `Predictions: ${report.predictions}`,
      `Report: ${uri}`,
      `Run: ${report.runId}, catalogue ${report.catalogueVersion}`,
    ],
  ];
  return {
    subject,
    body: sections
      .filter((lines) => lines.length > 0)
      .map((lines) => lines.join('\n'))
      .join('\n\n'),
  };
}

const titled = (title: string, lines: string[]): string[] => (lines.length === 0 ? [] : [title, ...lines]);

const labelledLine = (line: LineReport): string =>
  line.summary === undefined
    ? `  ${lineName(line)}`
    : `  ${lineName(line)}: ${line.summary.rows} items (quantity ${line.summary.quantity}), ${line.summary.codes.length} codes, ` +
      `mean confidence ${line.summary.meanConfidence.toFixed(3)}`;

const unlabelledLine = (line: LineReport): string =>
  `  ${lineName(line)}: ${line.explanation ?? line.reason ?? WHY[line.outcome] ?? line.outcome}`;

const WHY: Partial<Record<Outcome, string>> = {
  empty: 'nothing was sold',
  'no-winner': 'there is no model yet',
  failed: 'it failed',
};
