/** What a request is about, by lower-case condition key, e.g. `aws:principalarn`. */
export type Context = Readonly<Record<string, string | readonly string[] | undefined>>;

/**
 * Whether a text is what a pattern of a policy means: `*` any run of characters, `?` one, `${aws:PrincipalArn}` the
 * request's value of that key (taken literally), `${*}`, `${?}` and `${$}` those characters. A variable without a single
 * value matches nothing. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
 */
export function matchesPattern(pattern: string, text: string, context: Context = {}): boolean {
  if (!/[*?]|\$\{/.test(pattern)) return pattern === text;
  return compiled(pattern, context, texts)?.test(text) ?? false;
}

/** Actions are matched whatever their case. */
export const matchesAction = (pattern: string, action: string): boolean =>
  matchesPattern(pattern.toLowerCase(), action.toLowerCase());

/**
 * As {@link matchesPattern}, part by part: no wildcard crosses one of an ARN's first five colons. `*` alone is every
 * resource. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
export function matchesArn(pattern: string, arn: string, context: Context = {}): boolean {
  return pattern === '*' || (compiled(pattern, context, arns)?.test(arn) ?? false);
}

const VARIABLE_OR_WILDCARD = /\$\{([^}]*)\}|[*?]/g;
/** What patterns without variables mean, as text and as ARNs. */
const texts = new Map<string, RegExp>();
const arns = new Map<string, RegExp>();

function compiled(pattern: string, context: Context, known: Map<string, RegExp>): RegExp | undefined {
  const remembered = known.get(pattern);
  if (remembered !== undefined) return remembered;
  let source = '';
  let end = 0;
  let colons = 0;
  let varies = false;
  for (const { 0: found, 1: name, index } of pattern.matchAll(VARIABLE_OR_WILDCARD)) {
    const literal = pattern.slice(end, index);
    source += RegExp.escape(literal);
    colons += literal.split(':').length - 1;
    end = index + found.length;
    const any = known === arns && colons < 5 ? '[^:]' : '.';
    if (name === undefined) source += found === '*' ? `${any}*` : any;
    else if (['*', '?', '$'].includes(name)) source += RegExp.escape(name);
    else {
      const value = context[name.toLowerCase()];
      if (typeof value !== 'string') return undefined;
      varies = true;
      source += RegExp.escape(value);
    }
  }
  const expression = new RegExp(`^${source}${RegExp.escape(pattern.slice(end))}$`, 's');
  if (!varies) known.set(pattern, expression);
  return expression;
}
