import type { Run } from '@regulabel/shared/tableItems';
import { lineName } from '@regulabel/contracts/values';
import type { Stage, Stages } from './stages.ts';

export const exampleRun: Run = {
  runId: 'training-demo-2026-01',
  purpose: 'training',
  executionArn: 'arn:aws:states:eu-west-1:111122223333:execution:regulabel-local-extract:x',
  catalogue: {
    version: '0123456789abcdef',
    uri: 's3://regulabel-local-data-111122223333-eu-west-1/catalogue/0123456789abcdef.json',
  },
  lines: [
    { country: 'DE', scheme: 'weee' },
    { country: 'DE', scheme: 'battery' },
  ],
  startedAt: '2026-02-01T02:00:00Z',
  deadline: '2026-02-02T02:00:00Z',
  status: 'running',
  revision: 0,
  announced: 0,
};

const COUNTRIES =
  'AL AT BA BE BG CH CY CZ DE DK EE ES FI FR GB GR HR HU IE IS IT LI LT LU LV ME MK MT NL NO PL PT RO RS SE SI SK TR';

/** 38 countries, 60 lines; the stages come round in turn. */
export const manyLines: Run['lines'] = COUNTRIES.split(' ').flatMap((country, index) => [
  { country, scheme: 'weee' },
  ...(index % 2 === 0 ? [{ country, scheme: 'battery' }] : []),
  ...(index % 12 === 0 && index > 0 ? [{ country, scheme: 'packaging' }] : []),
]);

export const inTurn = (lines: Run['lines'], turn: readonly Stage[]): Stages =>
  new Map(lines.map((line, index) => [lineName(line), turn[index % turn.length] ?? 'waiting']));
