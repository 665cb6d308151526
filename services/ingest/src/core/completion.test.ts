import { classificationRunCompleted } from '@regulabel/contracts/ingest/classificationRunCompleted.v1';
import { runSummary, type LineResult } from '@regulabel/contracts/ingest/runSummary.v1';
import type { Run } from '@regulabel/shared/tableItems';
import { exampleData } from '@regulabel/contracts/testing';
import { parseStrictly } from '@regulabel/contracts/parse';
import { describe, expect, it } from '@jest/globals';
import { exampleRun } from '../testing/exampleRun.ts';
import { missingLines, nextCompletion } from './completion.ts';

const results: LineResult[] = [
  { country: 'FR', scheme: 'weee', outcome: 'empty' },
  { country: 'DE', scheme: 'weee', outcome: 'promoted', reason: 'first-model' },
  { country: 'DE', scheme: 'battery', outcome: 'failed', reason: 'no answer' },
];
const now = new Date('2026-11-01T04:00:00Z');
const first = { last: undefined, earlierRuns: [], now };

describe('missingLines', () => {
  it('lists the lines that have no result', () => {
    expect(missingLines(exampleRun, results.slice(0, 2))).toEqual([{ country: 'DE', scheme: 'battery' }]);
    expect(missingLines(exampleRun, results)).toEqual([]);
  });
});

describe('nextCompletion', () => {
  it('is the first revision, its lines in the order of the run, and keeps the contract', () => {
    expect(parseStrictly(runSummary, nextCompletion(exampleRun, results, first), 'it')).toEqual({
      runId: exampleRun.runId,
      catalogueVersion: '0123456789abcdef',
      startedAt: exampleRun.startedAt,
      closedAt: '2026-11-01T04:00:00.000Z',
      revision: 1,
      lines: [results[2], results[1], results[0]],
    });
  });

  it('is nothing while the results are what the last revision said', () => {
    const last = nextCompletion(exampleRun, results, first);
    const closed: Run = { ...exampleRun, status: 'closed', closedAt: now.toISOString(), revision: 1 };
    expect(nextCompletion(closed, [...results].reverse(), { ...first, last })).toBeUndefined();
  });

  it('is another revision when a line ended differently, closed when it was first', () => {
    const last = nextCompletion(exampleRun, results, first);
    const closed: Run = { ...exampleRun, status: 'closed', closedAt: now.toISOString(), revision: 1 };
    const changed = results.map((each) =>
      each.outcome === 'failed' ? { ...each, outcome: 'promoted' as const } : each,
    );
    const later = { last, earlierRuns: [], now: new Date('2026-11-09T00:00:00Z') };
    expect(nextCompletion(closed, changed, later)).toMatchObject({ revision: 2, closedAt: '2026-11-01T04:00:00.000Z' });
  });

  it('supersedes the last run of the same month that was closed before it, also in later revisions', () => {
    const run: Run = { ...exampleRun, purpose: 'inference', runId: 'inference-3', month: '2026-10' };
    const other = (runId: string, month: string, closedAt?: string): Run => ({
      ...run,
      runId,
      month,
      ...(closedAt === undefined ? {} : { status: 'closed', closedAt, revision: 1 }),
    });
    const earlierRuns = [
      other('inference-1', '2026-10', '2026-11-01T01:00:00.000Z'),
      other('inference-2', '2026-10', '2026-11-01T03:00:00.000Z'),
      other('inference-9', '2026-09', '2026-11-01T03:30:00.000Z'),
      other('inference-4', '2026-10'),
      { ...run, status: 'closed' as const, closedAt: '2026-11-01T03:50:00.000Z' },
      other('inference-5', '2026-10', '2026-11-05T00:00:00.000Z'),
    ];
    expect(nextCompletion(run, results, { ...first, earlierRuns })).toMatchObject({
      month: '2026-10',
      supersedes: 'inference-2',
    });
    const closed: Run = { ...run, status: 'closed', closedAt: now.toISOString(), revision: 1 };
    const later = {
      last: exampleData(classificationRunCompleted),
      earlierRuns,
      now: new Date('2026-11-09T00:00:00Z'),
    };
    expect(nextCompletion(closed, results, later)).toMatchObject({ revision: 2, supersedes: 'inference-2' });
  });
});
