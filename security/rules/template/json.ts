/** Looking into templates and definitions, whose shape nobody has checked yet. */
export type JsonObject = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The member at the end of a path of member names and indexes; undefined where there is none. */
export const at = (value: unknown, ...path: readonly (string | number)[]): unknown =>
  path.reduce<unknown>(
    (inner, step) =>
      Array.isArray(inner) ? (inner as unknown[])[Number(step)] : isObject(inner) ? inner[step] : undefined,
    value,
  );

/** Templates allow one value where several may stand; nothing is an empty list. */
export const list = (value: unknown): readonly unknown[] => (value === undefined ? [] : [value].flat());

/** Empty for anything but text. */
export const text = (value: unknown): string => (typeof value === 'string' ? value : '');

export const isTrue = (value: unknown): boolean => String(value) === 'true';
