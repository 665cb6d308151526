import { describe, expect, it } from '@jest/globals';
import { exampleCatalogue } from '../testing/examples.ts';
import { parameterRangesOf } from './parameterRanges.ts';

describe('parameterRangesOf', () => {
  it('sorts ranges by type, every value a string', () => {
    expect(
      parameterRangesOf({
        epochs: { type: 'integer', min: 10, max: 40, scale: 'Auto' },
        learning_rate: { type: 'continuous', min: 0.05, max: 1, scale: 'Logarithmic' },
        early_stopping: { type: 'categorical', values: ['True', 'False'] },
      }),
    ).toEqual({
      IntegerParameterRanges: [{ Name: 'epochs', MinValue: '10', MaxValue: '40', ScalingType: 'Auto' }],
      ContinuousParameterRanges: [
        { Name: 'learning_rate', MinValue: '0.05', MaxValue: '1', ScalingType: 'Logarithmic' },
      ],
      CategoricalParameterRanges: [{ Name: 'early_stopping', Values: ['True', 'False'] }],
    });
  });

  it('loses none of the default ranges', () => {
    const { ranges } = exampleCatalogue.countries['DE']!.schemes['weee']!.algorithms[0]!;
    const names = Object.values(parameterRangesOf(ranges)).flatMap((of) => of.map(({ Name }) => Name));
    expect(names.sort()).toEqual(Object.keys(ranges).sort());
  });
});
