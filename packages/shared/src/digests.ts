import { createHash } from 'node:crypto';

/** SHA-256 in hex over parts that can't run into each other. */
export function sha256(...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/** The id of an event of ours: the same parts give the same id, so that a repeated publication can be told. */
export const eventId = (...parts: readonly string[]): string => sha256(...parts).slice(0, 32);

/** The version of a catalogue: of its content, whatever the order of its keys. */
export const contentVersion = (value: unknown): string => sha256(canonicalJson(value)).slice(0, 16);

/** JSON with every object's keys sorted. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
