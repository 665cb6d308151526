import { describe, expect, it } from '@jest/globals';
import { AlgorithmFailure } from './failure.ts';
import { parseHyperparameters } from './hyperparameters.ts';

describe('the hyperparameters', () => {
  it('have BlazingText’s defaults', () => {
    expect(parseHyperparameters({ mode: 'supervised', word_ngrams: '1' })).toEqual({
      mode: 'supervised',
      buckets: 2_000_000,
      epochs: 5,
      learning_rate: 0.05,
      min_count: 5,
      vector_dim: 100,
      word_ngrams: 1,
      early_stopping: 'False',
      min_epochs: 5,
      patience: 4,
    });
  });

  it('are strings, in any form that SageMaker’s tuning writes numbers, and may name the objective', () => {
    for (const [text, rate] of [
      ['0.5', 0.5],
      ['1', 1],
      ['5e-1', 0.5],
      ['.5', 0.5],
      ['0.05123456789012345', 0.05123456789012345],
    ] as const) {
      const given = {
        mode: 'supervised',
        word_ngrams: '1',
        learning_rate: text,
        _tuning_objective_metric: 'validation:accuracy',
      };
      expect(parseHyperparameters(given).learning_rate).toBe(rate);
    }
  });

  it.each([
    [{}, /^Hyperparameters: mode: only "supervised"/],
    [{ mode: 'skipgram' }, /mode: only "supervised"/],
    [{ mode: 'supervised', epochs: '0' }, /epochs: /],
    [{ mode: 'supervised', epochs: '1.5' }, /epochs: a whole number is needed/],
    [{ mode: 'supervised', epochs: 5 }, /epochs: /],
    [{ mode: 'supervised', learning_rate: '-1' }, /learning_rate: a number is needed/],
    [{ mode: 'supervised', learning_rate: '0' }, /learning_rate: /],
    [{ mode: 'supervised', learning_rate: 'Infinity' }, /learning_rate: /],
    [{ mode: 'supervised', subwords: 'True' }, /subwords/],
    [{ mode: 'supervised', early_stopping: 'True' }, /early_stopping: the engine here can not stop early/],
    [{ mode: 'supervised', epochs: '0', min_count: 'x' }, /epochs: .*; min_count: /],
    [{ mode: 'supervised', buckets: '10000000', vector_dim: '300' }, /buckets 10000000 x vector_dim 300 is more than/],
    [null, /Hyperparameters: /],
  ])('%j are refused with the reason', (given, reason) => {
    expect(() => parseHyperparameters(given)).toThrow(AlgorithmFailure);
    expect(() => parseHyperparameters(given)).toThrow(reason);
  });
});
