/** Random numbers that depend on nothing but their key: any part of the demo's data can be made again by itself. */
export interface Random {
  /** 0 <= x < 1 */
  next(): number;
  /** An integer from `min` to `max`, both included. */
  integer(min: number, max: number): number;
  chance(probability: number): boolean;
  pick<T>(values: readonly T[]): T;
}

/** A generator for a key, e.g. seed, table, month and row. (FNV-1a for the key, then mulberry32.) */
export function randomOf(...key: readonly (string | number)[]): Random {
  let state = 0x811c9dc5;
  for (const char of key.join('|')) state = Math.imul(state ^ (char.codePointAt(0) ?? 0), 0x01000193);
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const integer = (min: number, max: number): number => min + Math.floor(next() * (max - min + 1));
  return {
    next,
    integer,
    chance: (probability) => next() < probability,
    pick: <T>(values: readonly T[]): T => values[integer(0, values.length - 1)] as T,
  };
}
