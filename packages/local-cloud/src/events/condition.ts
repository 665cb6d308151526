import { canonical, cidrBlock } from './cidr.ts';
import { invalidPattern, type Json, type Members } from './json.ts';
import { equalTo, numericTest, sameNumber } from './numeric.ts';
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

type Operators = ReadonlyMap<string, (operand: Json) => Condition>;
type Comparison = (value: string, operand: string) => boolean;

const equals: Comparison = (value, operand) => value === operand;
const startsWith: Comparison = (value, operand) => value.startsWith(operand);
const endsWith: Comparison = (value, operand) => value.endsWith(operand);
const ignoringCase =
  (comparison: Comparison): Comparison =>
  (value, operand) =>
    comparison(value.toLowerCase(), operand.toLowerCase());

const ONE_KEY = 'Only one key allowed in match expression';
const TOO_MANY_ELEMENTS = 'Too many elements in numeric expression';
const IGNORE_CASE_STRING = 'equals-ignore-case match pattern must be a string';
const IGNORE_CASE_LIST = 'Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported.';

const OPERATORS: Operators = new Map([
  ['exactly', (operand) => text(equals, operand, 'exact match pattern must be a string')],
  ['prefix', (operand) => affix('prefix', startsWith, operand)],
  ['suffix', (operand) => affix('suffix', endsWith, operand)],
  ['equals-ignore-case', (operand) => text(ignoringCase(equals), operand, IGNORE_CASE_STRING)],
  ['wildcard', wildcard],
  // AWS speaks of a prefix here: https://github.com/aws/event-ruler (JsonRuleCompiler)
  ['cidr', (operand) => onText(cidrBlock(textOf(operand, 'prefix match pattern must be a string')))],
  ['numeric', (operand) => ({ test: numericTest(operand) })],
  ['exists', exists],
  ['anything-but', anythingBut],
]);

const ANYTHING_BUT: Operators = new Map([
  ['prefix', noneOf((operand) => nonEmptyAffix(startsWith, operand))],
  ['suffix', noneOf((operand) => nonEmptyAffix(endsWith, operand))],
  ['wildcard', noneOf(wildcard)],
  ['equals-ignore-case', noneOf((operand) => text(ignoringCase(equals), operand, IGNORE_CASE_LIST))],
]);

/** Reads one entry of a field's list. Throws InvalidEventPatternException. */
export function condition(entry: Json): Condition {
  switch (entry.kind) {
    case 'object':
      return expression(entry.members, OPERATORS, {
        none: 'Match expression name not found',
        unknown: 'Unrecognized match type',
        more: ['numeric', 'anything-but'].includes(entry.members[0]?.[0] ?? '') ? TOO_MANY_ELEMENTS : ONE_KEY,
      });
    case 'array':
      throw invalidPattern('Match value must be String, number, true, false, or null');
    case 'string': {
      const wanted = canonical(entry.value);
      return onText((value) => canonical(value) === wanted);
    }
    case 'number':
      return { test: (leaf) => leaf.kind === 'number' && sameNumber(leaf.text, entry.text) };
    case 'literal':
      return { test: (leaf) => leaf.kind === 'literal' && leaf.text === entry.text };
  }
}

interface Refusals {
  readonly none: string;
  /** The operator's name follows. */
  readonly unknown: string;
  readonly more: string;
}

/** Reads an object of one member: an operator and its operand. */
function expression([first, ...more]: Members, operators: Operators, refusals: Refusals): Condition {
  if (first === undefined) throw invalidPattern(refusals.none);
  const [operator, operand] = first;
  const read = operators.get(operator);
  if (read === undefined) throw invalidPattern(`${refusals.unknown} ${operator}`);
  const result = read(operand);
  if (more.length > 0) throw invalidPattern(refusals.more);
  return result;
}

const onText = (test: (value: string) => boolean): Condition => ({
  test: (leaf) => leaf.kind === 'string' && test(leaf.value),
});

function textOf(operand: Json, otherwise: string): string {
  if (operand.kind !== 'string') throw invalidPattern(otherwise);
  return operand.value;
}

function text(comparison: Comparison, operand: Json, otherwise: string): Condition {
  const wanted = textOf(operand, otherwise);
  return onText((value) => comparison(value, wanted));
}

function affix(operator: 'prefix' | 'suffix', comparison: Comparison, operand: Json): Condition {
  if (operand.kind !== 'object') return text(comparison, operand, `${operator} match pattern must be a string`);
  const ignored: Operators = new Map([
    ['equals-ignore-case', (inner) => text(ignoringCase(comparison), inner, IGNORE_CASE_STRING)],
  ]);
  return expression(operand.members, ignored, {
    none: `${operator === 'prefix' ? 'Prefix' : 'Suffix'} expression name not found`,
    unknown: `Unsupported ${operator} pattern:`,
    more: ONE_KEY,
  });
}

function nonEmptyAffix(comparison: Comparison, operand: Json): Condition {
  const result = text(comparison, operand, 'prefix/suffix match pattern must be a string');
  if (operand.kind === 'string' && operand.value === '') throw invalidPattern('Null prefix/suffix not allowed');
  return result;
}

function wildcard(operand: Json): Condition {
  const parsed = parseWildcard(textOf(operand, 'wildcard match pattern must be a string'));
  return { ...onText((value) => matchesWildcard(parsed, value)), wildcards: [parsed] };
}

function exists(operand: Json): Condition {
  const wanted = operand.kind === 'literal' ? operand.text : '';
  if (wanted === 'true') return { test: () => true };
  if (wanted === 'false') return { test: () => false, absent: true };
  throw invalidPattern('exists match pattern must be either true or false.');
}

/** Every value satisfies it that the list does not name: a value of another type, null too, but not a missing field. */
function anythingBut(operand: Json): Condition {
  if (operand.kind === 'object') {
    return expression(operand.members, ANYTHING_BUT, {
      none: 'Anything-But expression name not found',
      unknown: 'Unsupported anything-but pattern:',
      more: TOO_MANY_ELEMENTS,
    });
  }
  const values = scalarOrList(operand);
  if (values.some(({ kind }) => kind !== 'string' && kind !== 'number')) {
    throw invalidPattern('Inside anything but list, start|null|boolean is not supported.');
  }
  if (new Set(values.map(({ kind }) => kind)).size !== 1) {
    throw invalidPattern(
      'Inside anything but list, either all values are number or string, mixed type is not supported',
    );
  }
  return noneOf((value) => (value.kind === 'number' ? { test: equalTo(value) } : condition(value)))(operand);
}

function scalarOrList(operand: Json): readonly Json[] {
  if (operand.kind === 'object' || operand.kind === 'literal') {
    throw invalidPattern('Value of anything-but must be an array or single string/number value.');
  }
  return operand.kind === 'array' ? operand.items : [operand];
}

/** Reads a value, or a list of them, as what no value of the field may be. */
function noneOf(read: (operand: Json) => Condition): (operand: Json) => Condition {
  return (operand) => {
    const unwanted = scalarOrList(operand).map(read);
    return {
      test: (leaf) => !unwanted.some((each) => each.test(leaf)),
      wildcards: unwanted.flatMap(({ wildcards = [] }) => wildcards),
    };
  };
}
