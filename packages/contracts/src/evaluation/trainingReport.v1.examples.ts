import { documentExamples } from '../example.ts';
import { catalogueVersion, trainingRun } from '../exampleValues.ts';
import { decisionExamples } from './decision.v1.examples.ts';
import { trainingReport } from './trainingReport.v1.ts';

const run = {
  schemaVersion: '1.0',
  ...trainingRun,
  revision: 1,
  catalogueVersion,
  startedAt: '2026-11-01T02:00:03Z',
  closedAt: '2026-11-01T04:10:00Z',
};

export const trainingReportExamples = documentExamples(trainingReport, {
  typical: {
    ...run,
    lines: [
      { country: 'DE', scheme: 'battery', outcome: 'skipped', reason: 'unchanged', explanation: 'the same rows' },
      {
        country: 'DE',
        scheme: 'weee',
        outcome: 'promoted',
        reason: 'better',
        explanation: decisionExamples.typical.explanation,
        decision: decisionExamples.typical,
      },
    ],
  },
  minimal: { ...run, lines: [] },
  invalid: [
    { path: 'lines[1].decision.margin', value: '0.002', reason: 'a margin is a number' },
    { path: 'revision', value: -1, reason: 'revisions count from 1' },
    { path: 'catalogueVersion', reason: 'a report says by which catalogue the run went' },
  ],
});
