import { createHash } from 'node:crypto';
import { AwsError } from '../aws.ts';
import type { Requests } from './shapes.ts';

type Ranges = NonNullable<Requests['HyperParameterTuning']['HyperParameterTuningJobConfig']['ParameterRanges']>;
type NumericRange = NonNullable<Ranges['IntegerParameterRanges']>[number];
type Scale = { readonly to: (value: number) => number; readonly from: (value: number) => number };

const LINEAR: Scale = { to: (x) => x, from: (x) => x };
const LOGARITHMIC: Scale = { to: Math.log, from: Math.exp };
const REVERSE_LOGARITHMIC: Scale = { to: (x) => -Math.log(1 - x), from: (x) => 1 - Math.exp(-x) };

/**
 * Random search, the values of trial `number` (from 1): the same for the same seed, whatever the order in which trials
 * run and however often the search is interrupted.
 */
export function sample(ranges: Ranges, seed: number, number: number): Record<string, string> {
  const chance = (name: string) =>
    createHash('sha256')
      .update(JSON.stringify([seed, number, name]))
      .digest()
      .readUIntBE(0, 6) /
    2 ** 48;
  const values: Record<string, string> = {};
  for (const range of ranges.CategoricalParameterRanges ?? []) {
    values[range.Name] = range.Values[Math.floor(chance(range.Name) * range.Values.length)] ?? '';
  }
  for (const range of ranges.ContinuousParameterRanges ?? []) {
    const { min, max, scale } = bounds(range);
    values[range.Name] = String(clamp(between(scale, min, max, chance(range.Name)), min, max));
  }
  for (const range of ranges.IntegerParameterRanges ?? []) {
    const { min, max, scale } = bounds(range);
    // Half a step beyond each end, so that the ends are as likely as the rest; a log needs its start above 0.
    const [low, high] = scale === LINEAR ? [min - 0.5, max + 0.5] : [min, max];
    values[range.Name] = String(clamp(Math.round(between(scale, low, high, chance(range.Name))), min, max));
  }
  return values;
}

/** Throws `ValidationException` for ranges that SageMaker would refuse. */
export function checkRanges(ranges: Ranges, fixed: readonly string[]): void {
  const { IntegerParameterRanges: integers = [], ContinuousParameterRanges: reals = [] } = ranges;
  const names = [...integers, ...reals, ...(ranges.CategoricalParameterRanges ?? [])].map(({ Name }) => Name);
  const twice = names.find((name, index) => names.indexOf(name) !== index || fixed.includes(name));
  if (twice !== undefined) throw invalid(twice, 'is given more than once, as a range or as a static value');
  for (const range of integers) checkBounds(range, Number.isSafeInteger);
  for (const range of reals) checkBounds(range, Number.isFinite);
  for (const { Name, ScalingType } of integers) {
    if (ScalingType === 'ReverseLogarithmic') throw invalid(Name, 'must be continuous for ReverseLogarithmic');
  }
}

function checkBounds(range: NumericRange, isValue: (value: number) => boolean): void {
  const { min, max } = bounds(range);
  if (!isValue(min) || !isValue(max)) {
    throw invalid(range.Name, `has bounds of the wrong type: ${range.MinValue}, ${range.MaxValue}`);
  }
  if (min > max) throw invalid(range.Name, `has MinValue ${range.MinValue} above MaxValue ${range.MaxValue}`);
  if (range.ScalingType === 'Logarithmic' && min <= 0)
    throw invalid(range.Name, 'needs values above 0 for Logarithmic');
  if (range.ScalingType === 'ReverseLogarithmic' && (min < 0 || max >= 1)) {
    throw invalid(range.Name, 'needs values from 0 to below 1 for ReverseLogarithmic');
  }
}

const invalid = (name: string, problem: string) =>
  new AwsError('ValidationException', `The hyperparameter [${name}] ${problem}.`);

function bounds(range: NumericRange): { min: number; max: number; scale: Scale } {
  const [min, max] = [numberOf(range.MinValue), numberOf(range.MaxValue)];
  return { min, max, scale: scaleOf(range.ScalingType ?? 'Auto', min, max) };
}

const numberOf = (text: string): number => (text.trim() === '' ? Number.NaN : Number(text));

function scaleOf(type: NonNullable<NumericRange['ScalingType']>, min: number, max: number): Scale {
  switch (type) {
    case 'Linear':
      return LINEAR;
    case 'Logarithmic':
      return LOGARITHMIC;
    case 'ReverseLogarithmic':
      return REVERSE_LOGARITHMIC;
    case 'Auto': // SageMaker does not say how it chooses; ranges over orders of magnitude are searched by magnitude.
      return min > 0 && max / min >= 1000 ? LOGARITHMIC : LINEAR;
  }
}

const between = (scale: Scale, min: number, max: number, chance: number): number =>
  scale.from(scale.to(min) + chance * (scale.to(max) - scale.to(min)));

const clamp = (value: number, min: number, max: number): number => Math.min(max, Math.max(min, value));
