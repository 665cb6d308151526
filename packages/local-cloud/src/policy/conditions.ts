import { matchesArn, matchesPattern, type Context } from './pattern.ts';

type Test = (value: string, expected: string, context: Context) => boolean;

const equals: Test = (value, expected, context) => {
  if (!expected.includes('${')) return value === expected;
  const literal = expected.replace(/\$\{[^}]*\}|[*?]/g, (found) => (found.length > 1 ? found : `\${${found}}`));
  return matchesPattern(literal, value, context);
};
const equalsIgnoringCase: Test = (value, expected, context) =>
  equals(value.toLowerCase(), expected.toLowerCase(), context);
const like: Test = (value, expected, context) => matchesPattern(expected, value, context);
const arn: Test = (value, expected, context) => matchesArn(expected, value, context);

/** What decides a single value; the negated operators are these, turned round. */
const TESTS: Readonly<Record<string, Test>> = {
  StringEquals: equals,
  StringEqualsIgnoreCase: equalsIgnoringCase,
  StringLike: like,
  ArnEquals: arn,
  ArnLike: arn,
  Bool: equalsIgnoringCase,
};
const NEGATED: Readonly<Record<string, string>> = {
  StringNotEquals: 'StringEquals',
  StringNotEqualsIgnoreCase: 'StringEqualsIgnoreCase',
  StringNotLike: 'StringLike',
  ArnNotEquals: 'ArnEquals',
  ArnNotLike: 'ArnLike',
};

export interface Condition {
  readonly set: 'ForAnyValue' | 'ForAllValues' | undefined;
  readonly operator: string;
  readonly ifExists: boolean;
  /** Lower case. */
  readonly key: string;
  readonly values: readonly string[];
}

/** An operator's parts; undefined for one that the local cloud does not have. */
export function parseOperator(text: string): Pick<Condition, 'set' | 'operator' | 'ifExists'> | undefined {
  const match = /^(?:(ForAnyValue|ForAllValues):)?(\w+?)(IfExists)?$/.exec(text);
  const operator = match?.[2] ?? '';
  if (operator !== 'Null' && !(operator in TESTS) && !(operator in NEGATED)) return undefined;
  return { set: match?.[1] as Condition['set'], operator, ifExists: match?.[3] !== undefined };
}

/**
 * Whether a request fulfils a condition. A key that the request does not have fulfils negated operators, `...IfExists`
 * and `ForAllValues`, and nothing else.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html
 */
export function holds({ set, operator, ifExists, key, values }: Condition, context: Context): boolean {
  const given = context[key] === undefined ? [] : [context[key]].flat();
  if (operator === 'Null') return values.includes(String(given.length === 0));
  const negated = operator in NEGATED;
  if (given.length === 0) return ifExists || set === 'ForAllValues' || (negated && set === undefined);
  const test = TESTS[NEGATED[operator] ?? operator];
  const fulfils = (value: string): boolean =>
    values.some((expected) => test?.(value, expected, context) === true) !== negated;
  return set === 'ForAllValues' || (negated && set === undefined) ? given.every(fulfils) : given.some(fulfils);
}
