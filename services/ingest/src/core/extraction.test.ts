import { checkedCatalogue } from '@regulabel/shared/catalogue';
import { runId } from '@regulabel/contracts/values';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { extractionInput, monthOf, plannedRun, runIdOf, type ExtractionInput } from './extraction.ts';

const training: ExtractionInput = { purpose: 'training', scheduledTime: '2026-11-01T02:00:00Z' };
const inference: ExtractionInput = { purpose: 'inference', scheduledTime: '2026-11-01T02:00:00Z' };

describe('runIdOf', () => {
  it('is the purpose and the scheduled time, or the token', () => {
    expect(runIdOf(training)).toBe('training-20261101T020000Z');
    expect(runIdOf({ ...inference, scheduledTime: '2026-11-01T02:00:00.123Z' })).toBe('inference-20261101T020000Z');
    expect(runIdOf({ ...inference, token: 'again-1' })).toBe('inference-again-1');
  });

  it('keeps the contract of run ids for every input that parses', () => {
    const inputs = fc.record(
      {
        purpose: fc.constantFrom('training', 'inference'),
        scheduledTime: fc
          .date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
          .map((date) => date.toISOString()),
        token: fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9-]{0,31}$/),
      },
      { requiredKeys: ['purpose', 'scheduledTime'] },
    );
    fc.assert(
      fc.property(inputs, (input) => {
        expect(runId.safeParse(runIdOf(extractionInput.parse(input))).success).toBe(true);
      }),
    );
  });
});

describe('monthOf', () => {
  it.each([
    [{ ...inference }, '2026-10'],
    [{ ...inference, scheduledTime: '2027-01-31T23:59:59Z' }, '2026-12'],
    [{ ...inference, month: '2025-02' }, '2025-02'],
    [{ ...training }, '2026-11'],
  ])('of %j is %s', (input, month) => {
    expect(monthOf(input)).toBe(month);
  });
});

describe('extractionInput', () => {
  it('takes a month for inference only', () => {
    expect(extractionInput.safeParse({ ...inference, month: '2026-10' }).success).toBe(true);
    expect(extractionInput.safeParse({ ...training, month: '2026-10' }).success).toBe(false);
  });

  it.each([
    { ...training, token: '-x' },
    { ...training, token: 'a'.repeat(33) },
    { purpose: 'training' },
    { ...inference, month: '2026-13' },
  ])('refuses %j', (input) => {
    expect(extractionInput.safeParse(input).success).toBe(false);
  });
});

describe('plannedRun', () => {
  const claim = {
    executionArn: 'arn:aws:states:eu-west-1:111122223333:execution:regulabel-dev-extract:one',
    catalogue: {
      version: '0123456789abcdef',
      uri: 's3://bucket/catalogue/0123456789abcdef.json',
      content: checkedCatalogue({ countries: { FR: { schemes: { weee: {} } }, DE: { schemes: { weee: {} } } } }, 'it'),
    },
    startedAt: new Date('2026-11-01T02:00:03.000Z'),
    deadlineHours: 24,
  };

  it('expects every line of the catalogue, and an answer within the hours given', () => {
    expect(plannedRun(inference, claim)).toEqual({
      runId: 'inference-20261101T020000Z',
      purpose: 'inference',
      month: '2026-10',
      executionArn: claim.executionArn,
      catalogue: { version: '0123456789abcdef', uri: 's3://bucket/catalogue/0123456789abcdef.json' },
      lines: [
        { country: 'DE', scheme: 'weee' },
        { country: 'FR', scheme: 'weee' },
      ],
      startedAt: '2026-11-01T02:00:03.000Z',
      deadline: '2026-11-02T02:00:03.000Z',
      status: 'running',
      revision: 0,
      announced: 0,
    });
  });

  it('has no month for training', () => {
    expect(plannedRun(training, claim)).not.toHaveProperty('month');
  });
});
