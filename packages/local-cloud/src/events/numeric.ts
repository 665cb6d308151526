import { InvalidPattern } from './invalidPattern.ts';
import type { Json } from './json.ts';

/** EventBridge compares numbers within ±5e9, and six digits after the point. */
const LIMIT = 5e9;

/** A number in millionths, shifted to be positive; undefined where EventBridge does not compare it. */
function comparable(text: string): number | undefined {
  const value = Number(text);
  return Math.abs(value) <= LIMIT ? Math.trunc(1e6 * (LIMIT + value)) : undefined;
}

export function sameNumber(left: string, right: string): boolean {
  const value = comparable(left);
  return value !== undefined && value === comparable(right);
}

/** The test of `{"numeric": [">", 0, "<=", 5]}`. Throws {@link InvalidPattern}. */
export function numericTest(operand: Json): (leaf: Json) => boolean {
  if (operand.kind !== 'array') throw new InvalidPattern('Value of numeric must be an array.');
  const [operator, limit, ...rest] = operand.items;
  if (operator?.kind !== 'string') throw new InvalidPattern(`Invalid member in numeric match: ${token(operator)}`);
  const first = comparison(operator.value, limit);
  if (rest.length === 0) return (leaf) => leaf.kind === 'number' && first.test(comparable(leaf.text));
  if (!operator.value.startsWith('>')) throw new InvalidPattern('Too many elements in numeric expression');
  const second = upperLimit(rest);
  if (first.limit >= second.limit) throw new InvalidPattern('Bottom must be less than top');
  return (leaf) => {
    const value = leaf.kind === 'number' ? comparable(leaf.text) : undefined;
    return first.test(value) && second.test(value);
  };
}

interface Comparison {
  readonly limit: number;
  test(value: number | undefined): boolean;
}

const COMPARISONS = new Map<string, (value: number, limit: number) => boolean>([
  ['=', (value, limit) => value === limit],
  ['<', (value, limit) => value < limit],
  ['<=', (value, limit) => value <= limit],
  ['>', (value, limit) => value > limit],
  ['>=', (value, limit) => value >= limit],
]);

function comparison(operator: string, operand: Json | undefined): Comparison {
  const compare = COMPARISONS.get(operator);
  if (compare === undefined) throw new InvalidPattern(`Unrecognized numeric range operator: ${operator}`);
  if (operand?.kind !== 'number') {
    throw new InvalidPattern(`Value of ${operator === '=' ? 'equals' : operator} must be numeric`);
  }
  const limit = comparable(operand.text);
  if (limit === undefined) throw new InvalidPattern('Value must be between -5.0E9 and 5.0E9, inclusive');
  return { limit, test: (value) => value !== undefined && compare(value, limit) };
}

function upperLimit([operator, operand, ...more]: readonly Json[]): Comparison {
  if (operator?.kind !== 'string') throw new InvalidPattern(`Bad value in numeric range: ${token(operator)}`);
  if (!operator.value.startsWith('<') || !COMPARISONS.has(operator.value)) {
    throw new InvalidPattern(`Bad numeric range operator: ${operator.value}`);
  }
  const result = comparison(operator.value, operand);
  if (more.length > 0) throw new InvalidPattern('Too many terms in numeric range expression');
  return result;
}

/** A value as AWS's parser shows it in a message: only the first token of it; `]` where the list ended. */
function token(value: Json | undefined): string {
  switch (value?.kind) {
    case undefined:
      return ']';
    case 'object':
      return '{';
    case 'array':
      return '[';
    case 'string':
      return value.value;
    case 'number':
    case 'literal':
      return value.text;
  }
}
