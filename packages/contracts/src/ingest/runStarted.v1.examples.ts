import { eventExamples } from '../example.ts';
import { catalogue, inferenceRun, line, trainingRun } from '../exampleValues.ts';
import { runStarted } from './runStarted.v1.ts';

export const runStartedExamples = eventExamples(runStarted, {
  typical: {
    ...inferenceRun,
    purpose: 'inference',
    month: '2026-10',
    catalogue,
    lines: [line],
    startedAt: '2026-11-01T02:00:03Z',
    deadline: '2026-11-02T02:00:03Z',
  },
  minimal: {
    ...trainingRun,
    purpose: 'training',
    catalogue,
    lines: [],
    startedAt: '2026-11-01T02:00:03Z',
    deadline: '2026-11-02T02:00:03Z',
  },
  invalid: [
    { path: 'data.deadline', reason: 'without a deadline nobody knows when a line without an answer has failed' },
    { path: 'data.month', value: '2026-13', reason: 'there are twelve months' },
    { path: 'data.lines[0].country', value: 'Germany', reason: 'a country is its ISO 3166-1 alpha-2 code' },
    { path: 'data.startedAt', value: '2026-11-01 02:00', reason: 'an instant is ISO 8601 in UTC, with a Z' },
  ],
});
