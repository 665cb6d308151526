import { describe, expect, it } from '@jest/globals';
import { winnerRolledBack } from '@regulabel/contracts/evaluation/winnerRolledBack.v1';
import { buildEvent } from '@regulabel/contracts/testing';
import * as fc from 'fast-check';
import { rollbackOf } from './corrections.ts';
import { labelled, october } from './figures.fixture.ts';
import type { Figures } from './figures.ts';
import { monthAfter } from './months.ts';
import { monthReport, type Known } from './report.ts';

const reported = (known: Partial<Known>) =>
  monthReport({ figures: [], figuresOfLastMonth: [], rollbacks: [], ...known })!;
const first = october('inference-a', 1, [labelled('DE/weee', { SG2: 10, SG4: 5 }, 'm1')]);
const again = october('inference-b', 5, [labelled('DE/weee', { SG2: 7, SG5: 8 }, 'm2')], { supersedes: 'inference-a' });
const takenBack = (model: string, time: string) =>
  rollbackOf(buildEvent(winnerRolledBack, { metadata: { time }, data: { from: { model } } }));

describe("a month's report", () => {
  it('is none while nothing is known of the month', () => {
    expect(reported({ figuresOfLastMonth: [first] })).toBeUndefined();
  });

  it('gives items and the share of low confidence by line and code', () => {
    const line = labelled('DE/weee', { SG2: 30, SG4: 10 });
    const [sure, unsure] = line.codes;
    const codes = [sure!, { ...unsure!, lowConfidence: 5 }];
    expect(reported({ figures: [october('inference-a', 1, [{ ...line, codes }])] })).toMatchObject({
      month: '2026-10',
      runId: 'inference-a',
      lowConfidenceBelow: 0.5,
      lowConfidence: 0.125,
      lines: [
        {
          rows: 2,
          quantity: 40,
          lowConfidence: 0.125,
          codes: [
            { code: 'SG2', quantity: 30, lowConfidence: 0 },
            { code: 'SG4', quantity: 10, lowConfidence: 0.5 },
          ],
        },
      ],
    });
  });

  it('is about the highest revision of the run that was closed last, in whatever order they are known', () => {
    const later = { ...first, revision: 3 };
    fc.assert(
      fc.property(
        fc.shuffledSubarray([first, { ...first, revision: 2 }, later, again], { minLength: 4 }),
        (figures) => {
          expect(reported({ figures })).toEqual(reported({ figures: [again, later] }));
        },
      ),
    );
    expect(reported({ figures: [first, later] })).toMatchObject({ runId: 'inference-a', revision: 3 });
  });

  it('says which run it replaces, and what that changed once the figures of that one are known', () => {
    expect(reported({ figures: [again] }).supersedes).toEqual({ runId: 'inference-a' });
    expect(reported({ figures: [again, first] }).supersedes).toEqual({
      runId: 'inference-a',
      changes: [
        { country: 'DE', scheme: 'weee', code: 'SG2', before: 10, now: 7 },
        { country: 'DE', scheme: 'weee', code: 'SG4', before: 5, now: 0 },
        { country: 'DE', scheme: 'weee', code: 'SG5', before: 0, now: 8 },
      ],
    });
  });

  it('compares with the figures of last month that count', () => {
    const september = (figures: Figures): Figures => ({ ...figures, month: '2026-09' });
    const report = reported({ figures: [first], figuresOfLastMonth: [september(first), september(again)] });
    expect(report.lastMonth).toEqual({
      ...{ month: '2026-09', runId: 'inference-b', revision: 1 },
      changes: [
        { country: 'DE', scheme: 'weee', code: 'SG2', before: 7, now: 10 },
        { country: 'DE', scheme: 'weee', code: 'SG4', before: 0, now: 5 },
        { country: 'DE', scheme: 'weee', code: 'SG5', before: 8, now: 0 },
      ],
    });
    expect(reported({ figures: [first] })).not.toHaveProperty('lastMonth');
  });

  it('takes a line that could not be labelled for unknown, and one without sales for nothing sold', () => {
    const was = october('inference-a', 1, [labelled('DE/weee', { SG2: 10 }), labelled('FR/weee', { A: 4 })]);
    const unlabelled = (name: string, outcome: 'failed' | 'empty') => ({ ...labelled(name, {}), outcome, models: [] });
    const now = october('inference-c', 1, [unlabelled('DE/weee', 'failed'), unlabelled('FR/weee', 'empty')]);
    expect(reported({ figures: [now], figuresOfLastMonth: [was] }).lastMonth?.changes).toEqual([
      { country: 'FR', scheme: 'weee', code: 'A', before: 4, now: 0 },
    ]);
  });
});

describe('a rollback', () => {
  const rollbacks = [takenBack('m1', '2026-11-01T03:00:00.000Z')];

  it('asks for a correction of the month that is the work of the model', () => {
    expect(reported({ figures: [first], rollbacks }).corrections).toEqual([
      {
        country: 'DE',
        scheme: 'weee',
        model: 'm1',
        time: '2026-11-01T03:00:00.000Z',
        reason: 'Monitors were labelled as lamps since October.',
        state: 'needed',
      },
    ]);
  });

  it('has been corrected for once a later run has labelled the line without the model', () => {
    expect(reported({ figures: [first, again], rollbacks }).corrections).toMatchObject([
      { model: 'm1', state: 'made' },
    ]);
  });

  it.each([
    ['another model', takenBack('m0', '2026-11-01T03:00:00.000Z')],
    ['the same model before the run began', takenBack('m1', '2026-11-01T00:59:59.999Z')],
  ])('of %s is none of the month’s business', (_, rollback) => {
    expect(reported({ figures: [first], rollbacks: [rollback] }).corrections).toEqual([]);
  });
});

describe('monthAfter', () => {
  it.each([
    ['2026-10', 1, '2026-11'],
    ['2026-12', 1, '2027-01'],
    ['2026-01', -1, '2025-12'],
    ['2026-10', -1, '2026-09'],
  ])('%s and %d is %s', (month, by, expected) => {
    expect(monthAfter(month, by)).toBe(expected);
  });
});
