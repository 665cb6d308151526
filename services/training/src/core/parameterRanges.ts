import type { Algorithm } from '@regulabel/contracts/ingest/catalogue.v1';
import * as z from 'zod';

const bounded = z.array(
  z.object({
    Name: z.string(),
    MinValue: z.string(),
    MaxValue: z.string(),
    ScalingType: z.enum(['Auto', 'Linear', 'Logarithmic']),
  }),
);

/** Hyperparameter ranges as CreateHyperParameterTuningJob takes them: every value a string. */
export const parameterRanges = z.object({
  IntegerParameterRanges: bounded,
  ContinuousParameterRanges: bounded,
  CategoricalParameterRanges: z.array(z.object({ Name: z.string(), Values: z.array(z.string()) })),
});
export type ParameterRanges = z.infer<typeof parameterRanges>;

export function parameterRangesOf(ranges: Algorithm['ranges']): ParameterRanges {
  const named = Object.entries(ranges);
  const boundedOf = (type: 'integer' | 'continuous') =>
    named.flatMap(([Name, range]) =>
      range.type === type
        ? [{ Name, MinValue: String(range.min), MaxValue: String(range.max), ScalingType: range.scale }]
        : [],
    );
  return {
    IntegerParameterRanges: boundedOf('integer'),
    ContinuousParameterRanges: boundedOf('continuous'),
    CategoricalParameterRanges: named.flatMap(([Name, range]) =>
      range.type === 'categorical' ? [{ Name, Values: range.values }] : [],
    ),
  };
}
