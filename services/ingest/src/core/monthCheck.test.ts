import type { Run } from '@regulabel/shared/tableItems';
import { describe, expect, it } from '@jest/globals';
import { exampleRun } from '../testing/exampleRun.ts';
import { openMonth } from './monthCheck.ts';

const asked = '2026-11-04T06:00:00Z';
const training: Run = { ...exampleRun, status: 'closed' };
const inference: Run = {
  ...training,
  runId: 'inference-20261102T040000Z',
  purpose: 'inference',
  month: '2026-10',
  startedAt: '2026-11-02T04:00:02.000Z',
};

describe('openMonth', () => {
  it('has nothing to say of a month whose two runs are closed', () => {
    expect(openMonth(asked, [training, inference])).toBeUndefined();
  });

  it('takes a later run that closed for one that did not', () => {
    const stuck: Run = { ...inference, runId: 'inference-first', status: 'running' };
    expect(openMonth(asked, [training, stuck, inference])).toBeUndefined();
  });

  it('misses runs that were never started, whatever ran in other months', () => {
    const before = { ...training, startedAt: '2026-10-31T23:59:59.000Z' };
    expect(openMonth(asked, [before, { ...inference, month: '2026-09' }])).toEqual({
      month: '2026-10',
      problems: ['no run of training was started', 'no run of inference was started'],
    });
  });

  it('names runs that are still open, and their deadlines', () => {
    const open: Run = { ...inference, status: 'running', deadline: '2026-11-03T04:00:02.000Z' };
    expect(openMonth(asked, [training, open])).toEqual({
      month: '2026-10',
      problems: [
        'no run of inference is closed: inference-20261102T040000Z (deadline 2026-11-03T04:00:02.000Z) still runs',
      ],
    });
  });

  it('asks in January for the December before', () => {
    expect(openMonth('2027-01-04T06:00:00Z', [])?.month).toBe('2026-12');
  });
});
