// What another team's TypeScript may do with the package, and what it may not. Compiled in a project of its own, as an ES module and
// as CommonJS, by package.test.ts.
import { modelPromoted, type ModelPromoted } from '@regulabel/contracts/evaluation/modelPromoted.v1';
import { winnerRolledBack } from '@regulabel/contracts/evaluation/winnerRolledBack.v1';
import type { EventOf } from '@regulabel/contracts/event';
import { events } from '@regulabel/contracts/events';
import { prediction, type Prediction } from '@regulabel/contracts/inference/prediction.v1';
import { predictionExamples } from '@regulabel/contracts/inference/prediction.v1.examples';
import { parseJson } from '@regulabel/contracts/parse';
import { EventError, isEvent, parseEvent, safeParseEvent } from '@regulabel/contracts/receive';
import { buildBrokenEvent, buildEvent, inQueue } from '@regulabel/contracts/testing';
import { lineName } from '@regulabel/contracts/values';

const received: unknown = inQueue(buildEvent(modelPromoted, { data: { country: 'FR' } }));

export const detailType: 'ModelPromoted.v1' = modelPromoted.detailType;
export const source: 'regulabel.evaluation' = modelPromoted.source;

export const promoted: EventOf<typeof modelPromoted> = parseEvent(modelPromoted, received);
export const data: ModelPromoted = promoted.detail.data;
export const accuracy: number | undefined = data.candidate.metrics?.accuracy;

export function told(): string {
  const either = parseEvent([modelPromoted, winnerRolledBack], received);
  if (either['detail-type'] === 'WinnerRolledBack.v1') return either.detail.data.by;
  const reason: 'first-model' | 'better' | (string & {}) = either.detail.data.reason;
  // @ts-expect-error a promotion is nobody's act
  return `${reason} ${String(either.detail.data.by)}`;
}

const parsed = safeParseEvent(events, received);
export const problem: string | undefined = parsed.success ? undefined : parsed.error.problems[0]?.path;
export const deadline: string | undefined =
  parsed.success && parsed.event['detail-type'] === 'RunStarted.v1' ? parsed.event.detail.data.deadline : undefined;

export const line: string = isEvent(modelPromoted, received) ? lineName(received.detail.data) : 'no event';
// @ts-expect-error the data has no such field
export const nothing: unknown = promoted.detail.data.nothing;
// @ts-expect-error a country is a text
export const wrong: unknown = buildEvent(modelPromoted, { data: { country: 7 } });
export const broken: unknown = buildBrokenEvent(modelPromoted, { data: { country: 7 } });

const row: Prediction = parseJson(prediction, JSON.stringify(predictionExamples.typical), 'a row');
export const quantity: number = row.quantity;
export const thrown = (error: unknown): string | undefined => (error instanceof EventError ? error.eventId : undefined);
