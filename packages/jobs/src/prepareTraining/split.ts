import { createHash } from 'node:crypto';

/**
 * Never to change: another salt would deal the rows anew, and rows that once trained a model would come to judge it.
 */
const SALT = 'regulabel-split-1';

/** Where a row belongs, in this run and all others. */
export type Part = 'train' | 'validation' | 'test';

/** The identity of a text in 32 hex digits. */
export const digestOf = (textKey: string): string =>
  createHash('sha256').update(SALT).update('\n').update(textKey).digest('hex').slice(0, 32);

/** 80 % train, 10 % validation, 10 % test, by the digest alone. */
export function partOf(digest: string): Part {
  const share = Number.parseInt(digest.slice(0, 12), 16) / 2 ** 48;
  if (share < 0.8) return 'train';
  return share < 0.9 ? 'validation' : 'test';
}
