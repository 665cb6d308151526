/** What a request is about, by lower-case condition key, e.g. `aws:principalarn`. */
export type Context = Readonly<Record<string, string | readonly string[] | undefined>>;

/**
 * Whether a text is what a pattern of a policy means: `*` any run of characters, `?` one, `${aws:PrincipalArn}` the
 * request's value of that key (taken literally), `${*}`, `${?}` and `${$}` those characters. A variable without a single
 * value matches nothing. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
 */
export function matchesPattern(pattern: string, text: string, context: Context = {}): boolean {
  if (!/[*?]|\$\{/.test(pattern)) return pattern === text;
  return compiled(pattern, context)?.test(text) ?? false;
}

/** Actions are matched whatever their case. */
export const matchesAction = (pattern: string, action: string): boolean =>
  matchesPattern(pattern.toLowerCase(), action.toLowerCase());

/**
 * As {@link matchesPattern}, part by part: no wildcard crosses one of an ARN's first five colons. `*` alone is every
 * resource. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
export function matchesArn(pattern: string, arn: string, context: Context = {}): boolean {
  if (pattern === '*') return true;
  const [patterns, parts] = [partsOfPattern(pattern), partsOf(arn)];
  return (
    patterns.length === parts.length &&
    patterns.every((part, index) => matchesPattern(part, parts[index] ?? '', context))
  );
}

/** Six parts; the colons of the resource itself separate nothing. */
function partsOf(arn: string): string[] {
  const parts = arn.split(':');
  return parts.length > 6 ? [...parts.slice(0, 5), parts.slice(5).join(':')] : parts;
}

const patternParts = new Map<string, readonly string[]>();

/** Nor do the colons of a variable's name. */
function partsOfPattern(pattern: string): readonly string[] {
  const known = patternParts.get(pattern);
  if (known !== undefined) return known;
  const masked = pattern.replace(/\$\{[^}]*\}/g, (variable) => variable.replaceAll(':', '\0'));
  const parts = partsOf(masked).map((part) => part.replaceAll('\0', ':'));
  patternParts.set(pattern, parts);
  return parts;
}

const VARIABLE_OR_WILDCARD = /\$\{([^}]*)\}|[*?]/g;
const withoutVariables = new Map<string, RegExp>();

function compiled(pattern: string, context: Context): RegExp | undefined {
  const known = withoutVariables.get(pattern);
  if (known !== undefined) return known;
  let source = '';
  let end = 0;
  let varies = false;
  for (const { 0: found, 1: name, index } of pattern.matchAll(VARIABLE_OR_WILDCARD)) {
    source += RegExp.escape(pattern.slice(end, index));
    end = index + found.length;
    if (name === undefined) source += found === '*' ? '.*' : '.';
    else if (['*', '?', '$'].includes(name)) source += RegExp.escape(name);
    else {
      const value = context[name.toLowerCase()];
      if (typeof value !== 'string') return undefined;
      varies = true;
      source += RegExp.escape(value);
    }
  }
  const expression = new RegExp(`^${source}${RegExp.escape(pattern.slice(end))}$`, 's');
  if (!varies) withoutVariables.set(pattern, expression);
  return expression;
}
