/**
 * The text rule of `Fn::Sub`: `${Name}` becomes what `valueOf` says, `${!Name}` the literal `${Name}`, and nothing that a
 * value contains is looked at again.
 */
export const substitute = (text: string, valueOf: (name: string) => string): string =>
  text.replaceAll(/\$\{([^{}]+)\}/g, (_match, name: string) =>
    name.startsWith('!') ? `\${${name.slice(1)}}` : valueOf(name),
  );

/** The names that {@link substitute} would ask for. */
export const substitutedNames = (text: string): string[] =>
  [...text.matchAll(/\$\{([^{}!][^{}]*)\}/g)].map(([, name = '']) => name);
