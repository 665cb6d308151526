import { describe, expect, it } from '@jest/globals';
import { trainingReport as contract } from '@regulabel/contracts/evaluation/trainingReport.v1';
import type { LineResult } from '@regulabel/contracts/ingest/runSummary.v1';
import { trainingRunCompleted } from '@regulabel/contracts/ingest/trainingRunCompleted.v1';
import { exampleData } from '@regulabel/contracts/testing';
import { parseStrictly } from '@regulabel/contracts/parse';
import { inputFor, scoresOf } from '../evaluation.fixture.ts';
import { decide } from './decision.ts';
import { isDecided, mlopsMessage, trainingReport } from './trainingReport.ts';

const uri = 's3://registry/reports/r.json';
const promoted = decide(
  inputFor(undefined),
  { uri: 's3://registry/scores/x/scores.json', report: scoresOf() },
  '2026-11-01T05:00:00Z',
);
const lines: LineResult[] = [
  { country: 'DE', scheme: 'weee', outcome: 'promoted', reason: 'first-model' },
  { country: 'ES', scheme: 'weee', outcome: 'skipped', reason: 'untrainable', explanation: '12 usable rows of 1 code' },
  { country: 'FR', scheme: 'weee', outcome: 'failed', reason: 'no answer' },
  { country: 'IT', scheme: 'weee', outcome: 'empty' },
];
const run = { ...exampleData(trainingRunCompleted), lines };
const report = trainingReport(run, new Map([['DE/weee', promoted]]));

describe('trainingReport', () => {
  it('keeps its contract and has the decision of each line that was compared', () => {
    expect(parseStrictly(contract, report, 'report').lines.map(({ decision }) => decision?.reason)).toEqual([
      'first-model',
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('asks the winners table for the lines that were compared only', () => {
    expect(lines.filter(isDecided).map(({ country }) => country)).toEqual(['DE']);
  });
});

describe('mlopsMessage', () => {
  const { subject, body } = mlopsMessage(report, uri);

  it('counts the lines by outcome, what needs a person first', () => {
    expect(subject).toBe('Regulabel: training done: 1 failed, 1 promoted, 1 skipped, 1 empty');
  });

  it('says of each line why, with the figures of its decision', () => {
    expect(body).toContain(`  DE/weee: ${promoted.explanation}\n`);
    expect(body).toContain('  ES/weee: 12 usable rows of 1 code\n');
    expect(body).toContain('  FR/weee: no answer\n');
    expect(body).toContain('  IT/weee: empty\n');
    expect(body).toContain(`Report: ${uri}`);
  });

  it('says that it is not the first report on the run', () => {
    expect(mlopsMessage({ ...report, revision: 2 }, uri).body).toContain(`${run.runId} (revision 2): `);
  });

  it('has a subject that SNS takes, however many lines there are', () => {
    const outcomes = ['failed', 'held', 'promoted', 'rejected', 'skipped', 'empty'] as const;
    const many = Array.from({ length: 60_000 }, (_, index) => ({
      country: 'DE',
      scheme: 'weee',
      outcome: outcomes[index % outcomes.length]!,
    }));
    expect(mlopsMessage({ ...report, lines: many }, uri).subject).toMatch(/^[\x20-\x7e]{1,100}$/);
  });
});
