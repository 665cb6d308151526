import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Model } from './engine.ts';
import { AlgorithmFailure } from './failure.ts';
import { parseHyperparameters } from './hyperparameters.ts';

const ITEMS = { kettle: 'kettle water boil', toaster: 'toaster bread slots', 'camera%20x': 'camera lens zoom' };
const lines = Buffer.from(
  Array.from({ length: 60 }, (_, at) => {
    const [label, text] = Object.entries(ITEMS)[at % 3]!;
    return `__label__${label} ${text} n${at}\n`;
  }).join(''),
);
const hyperparameters = (more: Record<string, string> = {}) =>
  parseHyperparameters({
    mode: 'supervised',
    word_ngrams: '1',
    min_count: '1',
    vector_dim: '8',
    learning_rate: '0.5',
    epochs: '20',
    ...more,
  });

describe('a model', () => {
  let model: Model;
  beforeAll(async () => {
    model = await Model.train(lines, hyperparameters());
  });

  it('knows what it was taught', () => {
    expect(model.test(lines)).toEqual({ accuracy: 1, examples: 60 });
    expect(model.predict('bread toaster', 1).label).toEqual(['__label__toaster']);
    expect(model.predict('zoom lens', 3).label[0]).toBe('__label__camera%20x');
  });

  it('gives as many labels as asked for and as there are, the most probable first', () => {
    expect(model.predict('kettle', 2).label).toHaveLength(2);
    const { label, prob } = model.predict('kettle', 9);
    expect([label.length, prob.length]).toEqual([3, 3]);
    expect(prob).toEqual([...prob].sort((a, b) => b - a));
  });

  it('passes over labels that were not trained when it is tested', () => {
    expect(model.test(Buffer.from('__label__toaster bread\n__label__unheard bread\n'))).toEqual({
      accuracy: 1,
      examples: 1,
    });
  });

  it('is the same, byte by byte, for the same lines and hyperparameters', async () => {
    const again = await Model.train(lines, hyperparameters());
    expect(Buffer.compare(again.save(), model.save())).toBe(0);
    const other = await Model.train(lines, hyperparameters({ learning_rate: '0.4' }));
    expect(Buffer.compare(other.save(), model.save())).not.toBe(0);
  });

  it('answers the same after it was saved and loaded, with word pairs too', async () => {
    const pairs = await Model.train(lines, hyperparameters({ word_ngrams: '2', buckets: '1000' }));
    for (const one of [model, pairs]) {
      const loaded = await Model.load(one.save());
      expect(loaded.predict('water bread zoom', 3)).toEqual(one.predict('water bread zoom', 3));
    }
  });

  it('answers any text with a label and a probability, as one line', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 4 }), (text, k) => {
        const { label, prob } = model.predict(text, k);
        expect(label.length).toBe(Math.min(k, 3));
        expect(prob.every((probability) => probability >= 0 && probability <= 1)).toBe(true);
      }),
    );
    expect(model.predict('bread\nkettle water boil', 1).label).toEqual(
      model.predict('bread kettle water boil', 1).label,
    );
  });

  it('is refused when it is not one, or when nothing can be learnt', async () => {
    await expect(Model.load(Buffer.from('garbage'))).rejects.toThrow(AlgorithmFailure);
    await expect(Model.train(lines, hyperparameters({ min_count: '1000' }))).rejects.toThrow(
      /No token occurs 1000 times in the training lines: lower min_count/,
    );
  });
});
