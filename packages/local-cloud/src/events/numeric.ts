import { invalidPattern, type Json } from './json.ts';

type Test = (leaf: Json) => boolean;
interface Comparison {
  readonly limit: number;
  readonly holds: (value: number, limit: number) => boolean;
}

/** EventBridge compares numbers within ±5e9, and six digits after the point. */
const LIMIT = 5e9;

const COMPARISONS = new Map<string, Comparison['holds']>([
  ['=', (value, limit) => value === limit],
  ['<', (value, limit) => value < limit],
  ['<=', (value, limit) => value <= limit],
  ['>', (value, limit) => value > limit],
  ['>=', (value, limit) => value >= limit],
]);

/** A number in millionths, shifted to be positive; undefined where EventBridge does not compare it. */
function comparable(text: string): number | undefined {
  const value = Number(text);
  return Math.abs(value) <= LIMIT ? Math.trunc(1e6 * (LIMIT + value)) : undefined;
}

export function sameNumber(left: string, right: string): boolean {
  const value = comparable(left);
  return left === right || (value !== undefined && value === comparable(right));
}

/** The test of `{"numeric": [">", 0, "<=", 5]}`. Throws InvalidEventPatternException. */
export function numericTest(operand: Json): Test {
  if (operand.kind !== 'array') throw invalidPattern('Value of numeric must be an array.');
  const [operator, limit, ...rest] = operand.items;
  if (operator?.kind !== 'string') throw invalidPattern(`Invalid member in numeric match: ${firstToken(operator)}`);
  const first = comparison(operator.value, limit);
  if (rest.length === 0) return within([first]);
  if (!operator.value.startsWith('>')) throw invalidPattern('Too many elements in numeric expression');
  const second = upperLimit(rest);
  if (first.limit >= second.limit) throw invalidPattern('Bottom must be less than top');
  return within([first, second]);
}

/** The test of a number in `anything-but`. Throws InvalidEventPatternException. */
export const equalTo = (number: Json): Test => within([comparison('=', number)]);

function within(comparisons: readonly Comparison[]): Test {
  return (leaf) => {
    const value = leaf.kind === 'number' ? comparable(leaf.text) : undefined;
    return value !== undefined && comparisons.every(({ holds, limit }) => holds(value, limit));
  };
}

function comparison(operator: string, operand: Json | undefined): Comparison {
  const holds = COMPARISONS.get(operator);
  if (holds === undefined) throw invalidPattern(`Unrecognized numeric range operator: ${operator}`);
  if (operand?.kind !== 'number') {
    throw invalidPattern(`Value of ${operator === '=' ? 'equals' : operator} must be numeric`);
  }
  const limit = comparable(operand.text);
  if (limit === undefined) throw invalidPattern('Value must be between -5.0E9 and 5.0E9, inclusive');
  return { limit, holds };
}

function upperLimit([operator, operand, ...more]: readonly Json[]): Comparison {
  if (operator?.kind !== 'string') throw invalidPattern(`Bad value in numeric range: ${firstToken(operator)}`);
  if (operator.value !== '<' && operator.value !== '<=') {
    throw invalidPattern(`Bad numeric range operator: ${operator.value}`);
  }
  const result = comparison(operator.value, operand);
  if (more.length > 0) throw invalidPattern('Too many terms in numeric range expression');
  return result;
}

/** What stands where a text should, as AWS's parser shows it: one token; `]` where the list ended. */
function firstToken(value: Exclude<Json, { kind: 'string' }> | undefined): string {
  if (value === undefined) return ']';
  if ('text' in value) return value.text;
  return value.kind === 'object' ? '{' : '[';
}
