import { describe, expect, it } from '@jest/globals';
import {
  classificationRunCompleted,
  type ClassificationRunCompleted,
} from '@regulabel/contracts/ingest/classificationRunCompleted.v1';
import { predictionExamples } from '@regulabel/contracts/inference/prediction.v1.examples';
import { buildEvent, exampleData } from '@regulabel/contracts/testing';
import * as fc from 'fast-check';
import { figuresOf, LOW_CONFIDENCE, type Row } from './figures.ts';

const typical = predictionExamples.typical;
const rowOf = (change: Partial<Row>): Row => ({ ...typical, ...change });

const runOf = (rows: number): ClassificationRunCompleted => {
  const [line] = exampleData(classificationRunCompleted).lines;
  const { detail } = buildEvent(classificationRunCompleted, { data: { lines: [{ ...line!, rows }] } });
  return detail.data;
};
/** The run's figures when its one prefix has these rows, in portions. */
const figured = (run: ClassificationRunCompleted, ...portions: readonly Row[][]) =>
  figuresOf(run, async function* () {
    for (const portion of portions) yield await Promise.resolve(portion);
  });

describe('the figures of a run', () => {
  it('sum quantities by code, over all portions, and keep apart what is of low confidence', async () => {
    const { lines } = await figured(
      runOf(4),
      [
        rowOf({ code: 'SG2', quantity: 12 }),
        rowOf({ code: 'SG4', quantity: 5, confidence: LOW_CONFIDENCE }),
        rowOf({ code: 'SG2', quantity: 3, confidence: LOW_CONFIDENCE - 0.01 }),
      ],
      [rowOf({ code: 'SG2', quantity: 1, model: 'another' })],
    );
    expect(lines).toEqual([
      {
        country: 'DE',
        scheme: 'weee',
        outcome: 'labelled',
        models: ['another', typical.model].sort(),
        codes: [
          { code: 'SG2', rows: 3, quantity: 16, lowConfidence: 3 },
          { code: 'SG4', rows: 1, quantity: 5, lowConfidence: 0 },
        ],
      },
    ]);
  });

  it('lose no item, whatever the rows and their portions', async () => {
    const rows = fc.record({
      code: fc.constantFrom('A', 'B', 'C'),
      quantity: fc.nat(1000),
      confidence: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(rows)), async (portions) => {
        const all = portions.flat();
        const { lines } = await figured(runOf(all.length), ...portions.map((portion) => portion.map(rowOf)));
        const codes = lines[0]!.codes;
        const sum = (of: readonly { quantity: number }[]) => of.reduce((total, { quantity }) => total + quantity, 0);
        expect(sum(codes)).toBe(sum(all));
        expect(codes.reduce((total, each) => total + each.lowConfidence, 0)).toBe(
          sum(all.filter(({ confidence }) => confidence < LOW_CONFIDENCE)),
        );
        expect(codes.map(({ code }) => code)).toEqual([...new Set(all.map(({ code }) => code))].sort());
      }),
    );
  });

  it('have lines without predictions as well, as what they ended', async () => {
    const { detail } = buildEvent(classificationRunCompleted, {}, 'superseding');
    const lines = detail.data.lines.filter(({ outcome }) => outcome !== 'labelled').reverse();
    const figures = await figured({ ...detail.data, month: '2026-10', lines });
    expect(figures).toMatchObject({ runId: 'inference-again', revision: 2, supersedes: detail.data.supersedes });
    expect(figures.lines.map(({ country, outcome, codes }) => [country, outcome, codes])).toEqual([
      ['DE', 'no-winner', []],
      ['FR', 'failed', []],
      ['IT', 'empty', []],
    ]);
  });

  it('are refused when rows are missing, or more than announced', async () => {
    await expect(figured(runOf(2), [typical])).rejects.toMatchObject({
      name: 'PredictionsIncomplete',
      message: expect.stringContaining('has 1 prediction rows; run inference-20261101T020000Z announced 2'),
    });
    await expect(figured(runOf(0), [typical])).rejects.toMatchObject({ name: 'PredictionsIncomplete' });
  });

  it.each<[string, Partial<Row>]>([
    ['country', { country: 'FR' }],
    ['scheme', { scheme: 'battery' }],
    ['month', { month: '2026-09' }],
    ['run', { run: 'inference-other' }],
  ])('are refused when a row is of another %s', async (path, change) => {
    await expect(figured(runOf(1), [rowOf(change)])).rejects.toMatchObject({
      name: 'ContractError',
      problems: [{ path }],
    });
  });

  it('are refused when a labelled line does not say where its predictions are', async () => {
    const {
      lines: [line],
      ...run
    } = runOf(1);
    delete line!.predictions;
    await expect(figured({ ...run, lines: [line!] })).rejects.toMatchObject({ name: 'ContractError' });
  });
});
