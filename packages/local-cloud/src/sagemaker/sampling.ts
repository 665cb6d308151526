import { createHash } from 'node:crypto';
import { AwsError } from '../aws.ts';
import type { Requests } from './shapes.ts';

type Ranges = Requests['HyperParameterTuning']['HyperParameterTuningJobConfig']['ParameterRanges'];
type NumericRange = NonNullable<Ranges['IntegerParameterRanges']>[number];

/**
 * Random search, the values of trial `number` (from 1): the same for the same seed, whatever the order in which trials
 * run and however often the search is interrupted.
 */
export function sample(ranges: Ranges, seed: number, number: number): Record<string, string> {
  const chance = (name: string) => {
    const digest = createHash('sha256')
      .update(JSON.stringify([seed, number, name]))
      .digest();
    return digest.readUIntBE(0, 6) / 2 ** 48;
  };
  const values: Record<string, string> = {};
  for (const { Name, Values } of ranges.CategoricalParameterRanges ?? []) {
    values[Name] = Values[Math.floor(chance(Name) * Values.length)] ?? '';
  }
  for (const range of ranges.ContinuousParameterRanges ?? []) {
    const { min, max } = boundsOf(range);
    values[range.Name] = String(clamp(between(range, min, max, chance(range.Name)), min, max));
  }
  for (const range of ranges.IntegerParameterRanges ?? []) {
    const { min, max } = boundsOf(range);
    // Half a step beyond each end, so that the ends are as likely as the rest; a log needs its start above 0.
    const margin = isLogarithmic(range) ? 0 : 0.5;
    const value = Math.round(between(range, min - margin, max + margin, chance(range.Name)));
    values[range.Name] = String(clamp(value, min, max));
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
}

function checkBounds(range: NumericRange, isValue: (value: number) => boolean): void {
  const { min, max } = boundsOf(range);
  const text = `${range.MinValue}, ${range.MaxValue}`;
  if (!isValue(min) || !isValue(max)) throw invalid(range.Name, `has bounds of the wrong type: ${text}`);
  if (min > max) throw invalid(range.Name, `has a MinValue above its MaxValue: ${text}`);
  if (isLogarithmic(range) && min <= 0) throw invalid(range.Name, 'needs values above 0 for Logarithmic');
}

const invalid = (name: string, problem: string) =>
  new AwsError('ValidationException', `The hyperparameter [${name}] ${problem}.`);

const boundsOf = ({ MinValue, MaxValue }: NumericRange) => ({ min: numberOf(MinValue), max: numberOf(MaxValue) });

const numberOf = (text: string): number => (text.trim() === '' ? Number.NaN : Number(text));

/** SageMaker does not say what Auto chooses; here ranges over orders of magnitude are searched by magnitude. */
function isLogarithmic(range: NumericRange): boolean {
  const { min, max } = boundsOf(range);
  if (range.ScalingType === 'Linear') return false;
  return range.ScalingType === 'Logarithmic' || (min > 0 && max / min >= 1000);
}

function between(range: NumericRange, min: number, max: number, chance: number): number {
  if (!isLogarithmic(range)) return min + chance * (max - min);
  return Math.exp(Math.log(min) + chance * (Math.log(max) - Math.log(min)));
}

const clamp = (value: number, min: number, max: number): number => Math.min(max, Math.max(min, value));
