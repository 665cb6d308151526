import type { Run } from '@regulabel/shared/tableItems';

/** A run that has begun, for tests. */
export const exampleRun: Run = {
  runId: 'training-20261101T020000Z',
  purpose: 'training',
  executionArn: 'arn:aws:states:eu-west-1:111122223333:execution:regulabel-dev-extract:one',
  catalogue: {
    version: '0123456789abcdef',
    uri: 's3://regulabel-dev-data-111122223333-eu-west-1/catalogue/0123456789abcdef.json',
  },
  lines: [
    { country: 'DE', scheme: 'battery' },
    { country: 'DE', scheme: 'weee' },
    { country: 'FR', scheme: 'weee' },
  ],
  startedAt: '2026-11-01T02:00:03.000Z',
  deadline: '2026-11-02T02:00:03.000Z',
  status: 'running',
  revision: 0,
  announced: 0,
};
