import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { extractionInput, runIdOf as runIdOfIngest } from '../../../../services/ingest/src/core/extraction.ts';
import { runIdOf, runIdOfInput } from './runRequest.ts';

const requests = fc.record(
  {
    purpose: fc.constantFrom('training' as const, 'inference' as const),
    scheduledTime: fc.date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true }),
    token: fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9-]{0,31}$/),
  },
  { requiredKeys: ['purpose', 'scheduledTime'] },
);

describe('the id of a run', () => {
  it('is the one that ingest gives it, from what is asked as from the input that was sent', () => {
    fc.assert(
      fc.property(requests, (request) => {
        const input = JSON.stringify(request);
        const expected = runIdOfIngest(extractionInput.parse(JSON.parse(input)));
        expect(runIdOf(request)).toBe(expected);
        expect(runIdOfInput(input)).toBe(expected);
      }),
    );
  });

  it('is not there in what is no input of an extraction', () => {
    for (const text of [
      '',
      '{}',
      '[]',
      '{"purpose":"training"}',
      '{"purpose":"guess","scheduledTime":"2026-11-01T02:00:00Z"}',
    ])
      expect(runIdOfInput(text)).toBeUndefined();
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => runIdOfInput(text) === undefined));
  });
});
