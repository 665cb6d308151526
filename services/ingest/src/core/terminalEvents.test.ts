import { comparisonFailed } from '@regulabel/contracts/evaluation/comparisonFailed.v1';
import { modelHeld } from '@regulabel/contracts/evaluation/modelHeld.v1';
import { modelPromoted } from '@regulabel/contracts/evaluation/modelPromoted.v1';
import { modelRejected } from '@regulabel/contracts/evaluation/modelRejected.v1';
import { inferenceCompleted } from '@regulabel/contracts/inference/inferenceCompleted.v1';
import { inferenceFailed } from '@regulabel/contracts/inference/inferenceFailed.v1';
import { inferenceSkipped } from '@regulabel/contracts/inference/inferenceSkipped.v1';
import { extractionCompleted } from '@regulabel/contracts/ingest/extractionCompleted.v1';
import { extractionFailed } from '@regulabel/contracts/ingest/extractionFailed.v1';
import { lineResult } from '@regulabel/contracts/ingest/runSummary.v1';
import { modelTrained } from '@regulabel/contracts/training/modelTrained.v1';
import { trainingFailed } from '@regulabel/contracts/training/trainingFailed.v1';
import { trainingSkipped } from '@regulabel/contracts/training/trainingSkipped.v1';
import type { EventContract } from '@regulabel/contracts/event';
import { parseStrictly } from '@regulabel/contracts/parse';
import { buildEvent, exampleData } from '@regulabel/contracts/testing';
import { describe, expect, it } from '@jest/globals';
import { exampleRun } from '../testing/exampleRun.ts';
import { verdictOf, type terminalEvents } from './terminalEvents.ts';

type Terminal = (typeof terminalEvents)[number];

/** What an event of this contract, its example changed by `change`, makes of the example run's lines. */
const resultsOf = (contract: EventContract, change: object = {}) =>
  verdictOf(buildEvent(contract as Terminal, { data: change }))
    .results(exampleRun)
    .map((result) => parseStrictly(lineResult, result, 'a result'));

const weee = { country: 'DE', scheme: 'weee' };

describe('verdictOf', () => {
  it('reads run, id and time from the event', () => {
    const event = buildEvent(modelPromoted);
    expect(verdictOf(event)).toMatchObject({
      runId: event.detail.data.runId,
      eventId: event.detail.metadata.id,
      at: '2026-11-01T04:00:00.000Z',
    });
  });

  it('takes the lines of countries without rows as empty', () => {
    expect(resultsOf(extractionCompleted)).toEqual([{ country: 'FR', scheme: 'weee', outcome: 'empty' }]);
    expect(resultsOf(extractionCompleted, { countries: [] })).toHaveLength(3);
  });

  it('takes a failed extraction as the failure of every line', () => {
    const results = resultsOf(extractionFailed);
    expect(results).toHaveLength(3);
    expect(results[0]).toEqual({
      country: 'DE',
      scheme: 'battery',
      outcome: 'failed',
      reason: 'UnloadFailed: relation "labelled_items" does not exist',
    });
  });

  it.each([
    ['unchanged', { outcome: 'skipped', reason: 'unchanged' }],
    ['untrainable', { outcome: 'skipped', reason: 'untrainable' }],
    ['empty', { outcome: 'empty' }],
  ])('takes a training that was skipped as %s', (reason, outcome) => {
    const { explanation } = exampleData(trainingSkipped);
    expect(resultsOf(trainingSkipped, { reason })).toEqual([{ ...weee, explanation, ...outcome }]);
  });

  it.each([
    [modelPromoted, 'promoted', 'better'],
    [modelRejected, 'rejected', 'not-better-than-winner'],
    [modelHeld, 'held', 'winner-changed'],
  ] as const)('takes %p', (contract, outcome, reason) => {
    const { explanation } = exampleData(contract);
    expect(resultsOf(contract)).toEqual([{ ...weee, outcome, reason, explanation }]);
  });

  it.each([trainingFailed, comparisonFailed, inferenceFailed])('takes %p as a failure', (contract) => {
    const { error, cause } = exampleData(contract);
    expect(resultsOf(contract)).toEqual([{ ...weee, outcome: 'failed', reason: `${error}: ${cause}` }]);
  });

  it("takes an evaluation's failed inference as the line's failure too", () => {
    expect(resultsOf(inferenceFailed, { caller: 'evaluation' })).toMatchObject([{ ...weee, outcome: 'failed' }]);
  });

  it('says where the predictions of a labelled line are', () => {
    const { models, rows } = exampleData(inferenceCompleted);
    const [model] = models;
    expect(resultsOf(inferenceCompleted)).toEqual([
      { ...weee, outcome: 'labelled', rows, predictions: model?.predictions, summary: model?.summary },
    ]);
  });

  it('takes a line without a winner', () => {
    expect(resultsOf(inferenceSkipped)).toEqual([{ ...weee, outcome: 'no-winner' }]);
  });

  it("leaves a line under way after its evaluation's inference", () => {
    expect(resultsOf(inferenceCompleted, { caller: 'evaluation' })).toEqual([]);
  });

  it('refuses an event that ends no line', () => {
    expect(() => resultsOf(modelTrained)).toThrow('ModelTrained.v1 ends no line');
  });

  it('bounds a reason, so that the completion of a large run fits an event', () => {
    const [result] = resultsOf(trainingFailed, { cause: 'x'.repeat(2000) });
    expect(result?.reason).toHaveLength(1000);
  });
});
