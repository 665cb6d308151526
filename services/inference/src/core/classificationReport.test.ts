import { describe, expect, it } from '@jest/globals';
import { classificationReport as contract } from '@regulabel/contracts/inference/classificationReport.v1';
import type { LineResult } from '@regulabel/contracts/ingest/runSummary.v1';
import { parseStrictly } from '@regulabel/contracts/parse';
import { classificationReport, stakeholderMessage } from './classificationReport.ts';

const runId = 'inference-20261101T040000Z';
const run = {
  runId,
  month: '2026-10',
  catalogueVersion: '0123456789abcdef',
  startedAt: '2026-11-01T04:00:00Z',
  closedAt: '2026-11-01T05:00:00Z',
  revision: 1,
};
const labelled = (country: string, scheme = 'weee'): LineResult => ({
  country,
  scheme,
  outcome: 'labelled',
  rows: 3,
  predictions: 's3://predictions/p/',
  summary: 's3://predictions/s/',
});
const summary = (country: string) => ({
  schemaVersion: '1.0' as const,
  runId,
  country,
  scheme: 'weee',
  month: '2026-10',
  model: 'dev-m-0',
  rows: 3,
  quantity: 7,
  meanConfidence: 0.5,
  codes: [{ code: '1', rows: 3, quantity: 7, meanConfidence: 0.5 }],
});

const lines: LineResult[] = [
  labelled('DE'),
  { country: 'ES', scheme: 'weee', outcome: 'empty' },
  { country: 'FR', scheme: 'weee', outcome: 'no-winner' },
  {
    country: 'IT',
    scheme: 'weee',
    outcome: 'failed',
    reason: 'States.TaskFailed',
    explanation: '3 of 500 rows are missing',
  },
  { country: 'PL', scheme: 'weee', outcome: 'failed', reason: 'no answer' },
];
const report = classificationReport(
  { ...run, supersedes: 'inference-early', lines },
  new Map([['DE/weee', summary('DE')]]),
  'predictions',
);

describe('classificationReport', () => {
  it('keeps its contract', () => {
    expect(parseStrictly(contract, report, 'report').lines).toHaveLength(5);
  });

  it('has the sums by code of each labelled line, and where all predictions of the run lie', () => {
    expect(report.lines[0]!.summary).toMatchObject({ rows: 3, quantity: 7, codes: [{ code: '1', quantity: 7 }] });
    expect(report.predictions).toBe(`s3://predictions/production/month=2026-10/run=${runId}/`);
  });
});

describe('stakeholderMessage', () => {
  const { subject, body } = stakeholderMessage(report, 's3://predictions/reports/r.json');

  it('has a subject that SNS takes: one line of ASCII, at most 100 characters', () => {
    const many = Array.from({ length: 1000 }, (_, index) => labelled(index % 2 ? 'DE' : 'FR', `s${index}`));
    const large = classificationReport({ ...run, revision: 1000, lines: many }, new Map(), 'predictions');
    for (const text of [subject, stakeholderMessage(large, 's3://predictions/r').subject]) {
      expect(text).toMatch(/^[\x20-\x7e]{1,100}$/);
    }
  });

  it('says of a month without sales that nothing was sold', () => {
    const lines = report.lines.map(({ country, scheme }) => ({ country, scheme, outcome: 'empty' as const }));
    const empty = stakeholderMessage({ ...report, revision: 1, lines }, 's3://predictions/r');
    expect(empty.subject).toBe(`Regulabel: nothing was sold in ${report.month}`);
    expect(empty.body).toContain(`Sales of ${report.month}: there were none.`);
  });

  it('says of each line that is not labelled why', () => {
    expect(body).toContain('  ES/weee: nothing was sold\n');
    expect(body).toContain('  FR/weee: there is no model yet\n');
    expect(body).toContain('  IT/weee: 3 of 500 rows are missing\n');
    expect(body).toContain('  PL/weee: no answer\n');
  });

  it('says where the files are and which run it replaces', () => {
    expect(body).toContain('This replaces run inference-early.');
    expect(body).toContain(`Predictions: ${report.predictions}`);
    expect(body).toContain('Report: s3://predictions/reports/r.json');
  });

  it('leaves out a heading that would have nothing under it', () => {
    const all = classificationReport({ ...run, lines: [labelled('DE')] }, new Map(), 'predictions');
    expect(stakeholderMessage(all, 's3://predictions/r').body).not.toContain('Not labelled');
  });
});
