import { describe, expect, it } from '@jest/globals';
import { labelled, october } from './figures.fixture.ts';
import { markdown } from './markdown.ts';
import { monthReport } from './report.ts';

const before = october('inference-a', 1, [labelled('DE/weee', { SG2: 10 }, 'm1')]);
const failed = { ...labelled('FR/weee', {}), outcome: 'failed' as const, models: [] };
const now = october('inference-b', 5, [labelled('DE/weee', { 'A|B': 4, SG2: 8 }, 'm2'), failed], {
  supersedes: 'inference-a',
});
const rollback = {
  ...{ id: '1', country: 'DE', scheme: 'weee', time: '2026-11-02T00:00:00Z' },
  reason: 'Monitors\n# were | lamps',
};
const known = { figures: [before, now], figuresOfLastMonth: [{ ...before, month: '2026-09' }] };

describe('the report for people', () => {
  it('has all that the report has', () => {
    const text = markdown(monthReport({ ...known, rollbacks: [{ ...rollback, model: 'm2' }] })!);
    expect(text).toBe(`# Items of 2026-10

1 of 2 lines are labelled, 0.0 % of it with a confidence below 0.5.
Run inference-b, revision 1, closed at 2026-11-01T06:00:00.000Z.

## Corrections

- **To be corrected.** DE/weee: model m2 was taken back at 2026-11-02T00:00:00Z (Monitors # were \\| lamps). These items are its work: label the month again.

## Items by line

| country | scheme | items | low confidence |
| --- | --- | --- | --- |
| DE | weee | 12 | 0.0 % |

## Items by code

| country | scheme | code | items | low confidence |
| --- | --- | --- | --- | --- |
| DE | weee | A\\|B | 4 | 0.0 % |
| DE | weee | SG2 | 8 | 0.0 % |

## Not labelled

- FR/weee: failed

## Changes against run inference-a, which this one replaces

| country | scheme | code | before | now | change |
| --- | --- | --- | --- | --- | --- |
| DE | weee | A\\|B | 0 | 4 | +4 |
| DE | weee | SG2 | 10 | 8 | -2 |

## Changes against 2026-09

| country | scheme | code | before | now | change |
| --- | --- | --- | --- | --- | --- |
| DE | weee | A\\|B | 0 | 4 | +4 |
| DE | weee | SG2 | 10 | 8 | -2 |
`);
  });

  it('says of a correction that it was made', () => {
    const text = markdown(monthReport({ ...known, rollbacks: [{ ...rollback, model: 'm1' }] })!);
    expect(text).toContain('- Corrected. DE/weee: model m1 was taken back');
    expect(text).not.toContain('To be corrected');
  });
});
