import { describe, expect, it } from '@jest/globals';
import type { Stage } from '../runs/stages.ts';
import { runIdOf } from '../runs/runRequest.ts';
import { nextMonth } from './demo.ts';
import { exitCode } from './run.ts';

describe('nextMonth', () => {
  it('goes on within a year and over its end', () => {
    expect(nextMonth('2026-01')).toBe('2026-02');
    expect(nextMonth('2026-12')).toBe('2027-01');
  });
});

describe('runIdOf', () => {
  it('is the purpose with the scheduled time, or with the token that names the run', () => {
    const request = { purpose: 'training', scheduledTime: new Date('2026-11-01T02:00:00.123Z') } as const;
    expect(runIdOf(request)).toBe('training-20261101T020000Z');
    expect(runIdOf({ ...request, token: 'demo-2026-10' })).toBe('training-demo-2026-10');
  });
});

describe('exitCode', () => {
  const document = (status: 'running' | 'closed', ...outcomes: Stage[]) => ({
    runId: 'training-x',
    purpose: 'training' as const,
    status,
    items: 0,
    predictions: 0,
    lines: outcomes.map((outcome) => ({ country: 'DE', scheme: 'weee', outcome })),
  });

  it('is 0 only when every run is closed and no line failed', () => {
    expect(exitCode(document('closed', 'promoted', 'rejected'), document('closed', 'labelled', 'no-winner'))).toBe(0);
    expect(exitCode(document('closed', 'promoted', 'failed'))).toBe(1);
    expect(exitCode(document('running', 'promoted'))).toBe(1);
  });
});
