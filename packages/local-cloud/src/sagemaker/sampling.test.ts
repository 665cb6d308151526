import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { checkRanges, sample } from './sampling.ts';

const scaling = fc.constantFrom('Auto', 'Linear', 'Logarithmic');

describe('sample', () => {
  it('stays within any range, with values of the right type', () => {
    const bounds = fc.tuple(
      fc.double({ min: 1e-6, max: 0.99, noNaN: true }),
      fc.double({ min: 1e-6, max: 0.99, noNaN: true }),
    );
    fc.assert(
      fc.property(
        bounds,
        fc.tuple(fc.integer({ min: 1, max: 1e7 }), fc.nat(1e7)),
        scaling,
        fc.nat(),
        (reals, [low, width], ScalingType, seed) => {
          const [min, max] = [Math.min(...reals), Math.max(...reals)];
          const ranges = {
            ContinuousParameterRanges: [{ Name: 'real', MinValue: String(min), MaxValue: String(max), ScalingType }],
            IntegerParameterRanges: [
              { Name: 'whole', MinValue: String(low), MaxValue: String(low + width), ScalingType },
            ],
            CategoricalParameterRanges: [{ Name: 'word', Values: ['a', 'b'] }],
          } as const;
          const mutable = structuredClone(ranges) as never;
          checkRanges(mutable, ['other']);
          const values = sample(mutable, seed, 1);
          expect(Number(values['real'])).toBeGreaterThanOrEqual(min);
          expect(Number(values['real'])).toBeLessThanOrEqual(max);
          expect(Number.isInteger(Number(values['whole']))).toBe(true);
          expect(Number(values['whole'])).toBeGreaterThanOrEqual(low);
          expect(Number(values['whole'])).toBeLessThanOrEqual(low + width);
          expect(['a', 'b']).toContain(values['word']);
          expect(sample(mutable, seed, 1)).toEqual(values);
        },
      ),
    );
  });

  it('reaches both ends of an integer range, and every word', () => {
    const ranges = {
      IntegerParameterRanges: [{ Name: 'n', MinValue: '1', MaxValue: '3' }],
      CategoricalParameterRanges: [{ Name: 'w', Values: ['a', 'b'] }],
    };
    const trials = Array.from({ length: 60 }, (_, number) => sample(ranges, 1, number + 1));
    expect(new Set(trials.map(({ n }) => n))).toEqual(new Set(['1', '2', '3']));
    expect(new Set(trials.map(({ w }) => w))).toEqual(new Set(['a', 'b']));
  });

  it('searches by magnitude where the range says so', () => {
    const range = { Name: 'rate', MinValue: '0.0001', MaxValue: '1' };
    const small = (ScalingType: 'Logarithmic' | 'Linear' | 'Auto') =>
      Array.from({ length: 200 }, (_, number) =>
        Number(sample({ ContinuousParameterRanges: [{ ...range, ScalingType }] }, 5, number)['rate']),
      ).filter((value) => value < 0.01).length;
    expect(small('Logarithmic')).toBeGreaterThan(70);
    expect(small('Linear')).toBeLessThan(20);
    expect(small('Auto')).toBe(small('Logarithmic'));
  });
});

describe('ranges', () => {
  const range = { Name: 'x', MinValue: '0', MaxValue: '1' };
  it.each([
    ['with a name that is a static value too', { IntegerParameterRanges: [{ ...range, Name: 'mode' }] }],
    ['given twice', { IntegerParameterRanges: [range], ContinuousParameterRanges: [range] }],
    ['that are no numbers', { ContinuousParameterRanges: [{ ...range, MinValue: '' }] }],
    ['of integers with fractions', { IntegerParameterRanges: [{ ...range, MaxValue: '1.5' }] }],
    ['upside down', { IntegerParameterRanges: [{ ...range, MinValue: '2' }] }],
    ['from zero by magnitude', { ContinuousParameterRanges: [{ ...range, ScalingType: 'Logarithmic' as const }] }],
  ])('%s are refused', (_, ranges) => {
    expect(() => {
      checkRanges(ranges, ['mode']);
    }).toThrow(/^The hyperparameter \[/);
  });
});
