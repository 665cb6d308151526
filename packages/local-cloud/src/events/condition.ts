import { cidrBlock, sameAddress } from './cidr.ts';
import { InvalidPattern } from './invalidPattern.ts';
import type { Json } from './json.ts';
import { numericTest, sameNumber } from './numeric.ts';
import { matchesWildcard, parseWildcard, type Wildcard } from './wildcard.ts';

/** What one entry of a field's list asks of the field. */
export interface Condition {
  /** Whether one value (a leaf) of the field satisfies it. */
  test(leaf: Json): boolean;
  /** `{"exists": false}`: satisfied by the absence of the field, and by that only. */
  readonly absent?: true;
  /** The wildcards in it, for the complexity limit. */
  readonly wildcards?: readonly Wildcard[];
}

type TextTest = (value: string) => boolean;

/** Reads one entry of a field's list. Throws {@link InvalidPattern}. */
export function condition(entry: Json): Condition {
  switch (entry.kind) {
    case 'object':
      return expression(entry.members);
    case 'array':
      throw new InvalidPattern('Match value must be String, number, true, false, or null');
    case 'string':
      return onText((value) => value === entry.value || sameAddress(entry.value, value));
    case 'number':
      return {
        test: (leaf) => leaf.kind === 'number' && (leaf.text === entry.text || sameNumber(leaf.text, entry.text)),
      };
    case 'literal':
      return { test: (leaf) => leaf.kind === 'literal' && leaf.text === entry.text };
  }
}

function expression(members: readonly (readonly [string, Json])[]): Condition {
  const [first, second] = members;
  if (first === undefined) throw new InvalidPattern('Match expression name not found');
  const [operator, operand] = first;
  const read = OPERATORS.get(operator);
  if (read === undefined) throw new InvalidPattern(`Unrecognized match type ${operator}`);
  const result = read(operand);
  if (second !== undefined) throw new InvalidPattern(TOO_MANY.get(operator) ?? ONE_KEY);
  return result;
}

const ONE_KEY = 'Only one key allowed in match expression';
const TOO_MANY_ELEMENTS = 'Too many elements in numeric expression';
const TOO_MANY = new Map([
  ['numeric', TOO_MANY_ELEMENTS],
  ['anything-but', TOO_MANY_ELEMENTS],
]);

const OPERATORS = new Map<string, (operand: Json) => Condition>([
  ['exactly', (operand) => onText(equals(text(operand, 'exact match pattern must be a string')))],
  ['prefix', (operand) => affix('prefix', operand)],
  ['suffix', (operand) => affix('suffix', operand)],
  ['equals-ignore-case', (operand) => onText(ignoringCase(equals, text(operand, IGNORE_CASE_STRING)))],
  ['wildcard', (operand) => wildcard(text(operand, 'wildcard match pattern must be a string'))],
  // AWS speaks of a prefix here: https://github.com/aws/event-ruler (JsonRuleCompiler)
  ['cidr', (operand) => onText(cidrBlock(text(operand, 'prefix match pattern must be a string')))],
  ['numeric', (operand) => ({ test: numericTest(operand) })],
  ['exists', exists],
  ['anything-but', anythingBut],
]);

const IGNORE_CASE_STRING = 'equals-ignore-case match pattern must be a string';
const TEXT_TESTS = {
  prefix:
    (operand: string): TextTest =>
    (value) =>
      value.startsWith(operand),
  suffix:
    (operand: string): TextTest =>
    (value) =>
      value.endsWith(operand),
};

const onText = (test: TextTest): Condition => ({ test: (leaf) => leaf.kind === 'string' && test(leaf.value) });
const equals =
  (operand: string): TextTest =>
  (value) =>
    value === operand;

function ignoringCase(test: (operand: string) => TextTest, operand: string): TextTest {
  const lower = test(operand.toLowerCase());
  return (value) => lower(value.toLowerCase());
}

function text(operand: Json | undefined, otherwise: string): string {
  if (operand?.kind !== 'string') throw new InvalidPattern(otherwise);
  return operand.value;
}

function affix(operator: 'prefix' | 'suffix', operand: Json): Condition {
  if (operand.kind !== 'object')
    return onText(TEXT_TESTS[operator](text(operand, `${operator} match pattern must be a string`)));
  const [first, second] = operand.members;
  const title = operator === 'prefix' ? 'Prefix' : 'Suffix';
  if (first === undefined) throw new InvalidPattern(`${title} expression name not found`);
  if (first[0] !== 'equals-ignore-case') throw new InvalidPattern(`Unsupported ${operator} pattern: ${first[0]}`);
  const test = ignoringCase(TEXT_TESTS[operator], text(first[1], IGNORE_CASE_STRING));
  if (second !== undefined) throw new InvalidPattern(ONE_KEY);
  return onText(test);
}

function wildcard(operand: string): Condition {
  const parsed = parseWildcard(operand);
  return { ...onText((value) => matchesWildcard(parsed, value)), wildcards: [parsed] };
}

function exists(operand: Json): Condition {
  const wanted = operand.kind === 'literal' ? operand.text : '';
  if (wanted === 'true') return { test: () => true };
  if (wanted === 'false') return { test: () => false, absent: true };
  throw new InvalidPattern('exists match pattern must be either true or false.');
}

/** Every value satisfies it that the list does not name: a value of another type, null too, but not a missing field. */
function anythingBut(operand: Json): Condition {
  if (operand.kind === 'object') return anythingButExpression(operand.members);
  scalarOrList(operand);
  const values = operand.kind === 'array' ? operand.items : [operand];
  const kinds = new Set(values.map(({ kind }) => kind));
  if (values.some(({ kind }) => kind !== 'string' && kind !== 'number')) {
    throw new InvalidPattern('Inside anything but list, start|null|boolean is not supported.');
  }
  if (kinds.size !== 1) {
    throw new InvalidPattern(
      'Inside anything but list, either all values are number or string, mixed type is not supported',
    );
  }
  return none(
    values.map((value) => (value.kind === 'number' ? { test: numericTest(equalTo(value)) } : condition(value))),
  );
}

const equalTo = (value: Json): Json => ({ kind: 'array', items: [{ kind: 'string', value: '=' }, value] });

function anythingButExpression(members: readonly (readonly [string, Json])[]): Condition {
  const [first, second] = members;
  if (first === undefined) throw new InvalidPattern('Anything-But expression name not found');
  const [operator, operand] = first;
  const read = ANYTHING_BUT.get(operator);
  if (read === undefined) throw new InvalidPattern(`Unsupported anything-but pattern: ${operator}`);
  scalarOrList(operand);
  const inner = (operand.kind === 'array' ? operand.items : [operand]).map(read);
  if (second !== undefined) throw new InvalidPattern(TOO_MANY_ELEMENTS);
  return none(inner);
}

const ANYTHING_BUT = new Map<string, (operand: Json) => Condition>([
  ['prefix', (operand) => onText(TEXT_TESTS.prefix(affixText(operand)))],
  ['suffix', (operand) => onText(TEXT_TESTS.suffix(affixText(operand)))],
  ['wildcard', (operand) => wildcard(text(operand, 'wildcard match pattern must be a string'))],
  [
    'equals-ignore-case',
    (operand) =>
      onText(
        ignoringCase(
          equals,
          text(operand, 'Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported.'),
        ),
      ),
  ],
]);

function affixText(operand: Json): string {
  const affix = text(operand, 'prefix/suffix match pattern must be a string');
  if (affix === '') throw new InvalidPattern('Null prefix/suffix not allowed');
  return affix;
}

function scalarOrList(operand: Json): void {
  if (operand.kind === 'object' || operand.kind === 'literal') {
    throw new InvalidPattern('Value of anything-but must be an array or single string/number value.');
  }
}

function none(conditions: readonly Condition[]): Condition {
  return {
    test: (leaf) => !conditions.some((each) => each.test(leaf)),
    wildcards: conditions.flatMap((each) => each.wildcards ?? []),
  };
}
