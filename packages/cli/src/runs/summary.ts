import type { Metrics } from '@regulabel/contracts/evaluation/decision.v1';
import type { LineResult } from '@regulabel/contracts/ingest/runSummary.v1';
import { lineName, type Line } from '@regulabel/contracts/values';
import { runPredictionsPrefix, s3Uri } from '@regulabel/shared/keys';
import { predictionsBucket } from '@regulabel/shared/names';
import { commandText, figure, labelled, number, screenOf, table, type Where } from '../output.ts';
import type { Session } from '../session.ts';
import { readDecisions, readWinners } from '../winners.ts';
import { needALook, quality } from './digest.ts';
import { countsInWords } from './frame.ts';
import type { RunState } from './readRuns.ts';
import { inBrief } from './reasons.ts';
import type { RunDocument } from './runDocument.ts';
import type { Stages } from './stages.ts';

/** What people read at the end of a run: how its lines ended, which need a look, and where everything is. */
export async function summaryOf(session: Session, document: RunDocument, where: Where): Promise<string[]> {
  const { columns } = screenOf(process.stdout);
  const { runId, lines } = document;
  return [
    `${runId}: ${number(lines.length)} lines, ${countsInWords(lines.map(({ outcome }) => outcome))}`,
    ...needALook(lines, columns),
    ...(document.purpose === 'training'
      ? quality(await winnersOf(session, lines), columns)
      : labels(session, document, where)),
    ...labelled('every line', commandText(`status ${runId}`, where)),
  ];
}

function labels({ place }: Session, { runId, month = '', items, predictions }: RunDocument, where: Where): string[] {
  return [
    ...labelled('items', `${number(items)} of ${month}, ${number(predictions)} codes given`),
    ...(predictions === 0
      ? []
      : [
          ...labelled('files', s3Uri(predictionsBucket(place), runPredictionsPrefix('production', month, runId))),
          ...labelled('as CSV', commandText(`predictions export --run ${runId} --out predictions.csv`, where)),
        ]),
  ];
}

async function winnersOf(session: Session, lines: readonly Line[]) {
  const names = new Set(lines.map(lineName));
  return (await readWinners(session)).filter((winner) => names.has(lineName(winner)));
}

/** Every line of a run: where it stands, its figures, and why. */
export async function lineTable(session: Session, { run, results }: RunState, stages: Stages): Promise<string[]> {
  const ended = new Map(results.map((result) => [lineName(result), result]));
  const common = run.lines.map((line) => {
    const name = lineName(line);
    return {
      name,
      stage: stages.get(name) ?? 'waiting',
      rows: ended.get(name)?.rows,
      why: whyOf(ended.get(name)),
    };
  });
  if (run.purpose === 'inference') {
    const rows = common.map(({ name, stage, rows: items, why }) => [
      name,
      stage,
      items === undefined ? '-' : number(items),
      why,
    ]);
    return table([['line', 'stage', 'items', 'reason'], ...rows]);
  }
  const decisions = new Map((await readDecisions(session, run.runId)).map((made) => [lineName(made), made]));
  const winners = new Map((await readWinners(session)).map((winner) => [lineName(winner), winner]));
  const rows = common.map(({ name, stage, why }) => {
    const { candidate, winner } = decisions.get(name) ?? {};
    const model = winners.get(name)?.model ?? 'none';
    return [name, stage, scored(candidate?.metrics), scored(winner?.metrics), model, why];
  });
  return [
    ...table([['line', 'stage', 'candidate', 'winner before', 'winner now', 'reason'], ...rows]),
    'figures: accuracy and macro-F1 of both models on the same unseen rows',
  ];
}

/** A line that was skipped has no figures of its own. */
const whyOf = ({ outcome, reason, explanation }: Partial<LineResult> = {}): string =>
  inBrief(outcome === 'skipped' && explanation !== undefined ? `${reason ?? outcome}: ${explanation}` : reason);

const scored = (metrics: Metrics | undefined): string =>
  metrics === undefined ? '-' : `${figure(metrics.accuracy)} ${figure(metrics.macroF1)}`;
