import * as z from 'zod';

/** `DefinitionString` as serverless-step-functions writes it: text, with CloudFormation's expressions under names of their own. */
const definitionString = z.union([
  z.string().transform((text) => ({ text, expressions: {} })),
  z
    .object({ 'Fn::Sub': z.tuple([z.string(), z.record(z.string(), z.unknown())]) })
    .transform(({ 'Fn::Sub': [text, expressions] }) => ({ text, expressions })),
]);

const PLACEHOLDER = /\$\{([^{}!]+)\}/;

/**
 * The definition `after` with its expressions resolved. Their values are those that CloudFormation gave them when it
 * deployed `before`: they stand in `running`, at the same places. Undefined when `running` is not what `before` describes,
 * or `after` has an expression that `before` had not: then only a deployment knows the value.
 */
export function resolveDefinition(before: unknown, after: unknown, running: string): string | undefined {
  const known = valuesOf(definitionString.parse(before), running);
  const { text, expressions } = definitionString.parse(after);
  const parts = text.split(PLACEHOLDER).map((part, index) =>
    // Every other part is a placeholder's name.
    index % 2 === 0 ? part : known?.get(expressionOf(part, expressions)),
  );
  return parts.includes(undefined) ? undefined : parts.join('');
}

/** The value of each expression of a definition that was deployed as `running`: what stands between the texts around it. */
function valuesOf(
  { text, expressions }: z.infer<typeof definitionString>,
  running: string,
): ReadonlyMap<string, string> | undefined {
  const values = new Map<string, string>();
  const parts = text.split(PLACEHOLDER);
  let at = 0;
  for (const [index, part] of parts.entries()) {
    if (index % 2 === 0) {
      if (!running.startsWith(part, at)) return undefined;
      at += part.length;
      continue;
    }
    const next = parts[index + 1];
    const end = next ? running.indexOf(next, at) : running.length;
    const value = running.slice(at, end);
    const expression = expressionOf(part, expressions);
    if ((values.get(expression) ?? value) !== value) return undefined;
    values.set(expression, value);
    at = end;
  }
  return at === running.length ? values : undefined;
}

const expressionOf = (name: string, expressions: Readonly<Record<string, unknown>>): string =>
  JSON.stringify(expressions[name] ?? { Ref: name });
