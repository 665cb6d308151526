import { InvalidPattern } from './invalidPattern.ts';

/** A wildcard expression, taken apart: literal bytes (UTF-8, the value's quotes included) and `*`. */
export type Wildcard = readonly Token[];
type Token = number | '*';

const STAR = 0x2a;
const BACKSLASH = 0x5c;

/** `*` stands for any text, `\*` and `\\` for themselves. Throws {@link InvalidPattern}. */
export function parseWildcard(text: string): Wildcard {
  // The positions that AWS reports count bytes of the quoted value.
  const bytes = Buffer.from(`"${text}"`);
  const tokens: Token[] = [];
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    const next = bytes[at + 1];
    if (byte === STAR) {
      if (next === STAR) throw new InvalidPattern(`Consecutive wildcard characters at pos ${at}`);
      tokens.push('*');
    } else if (byte === BACKSLASH) {
      if (next !== STAR && next !== BACKSLASH) throw new InvalidPattern(`Invalid escape character at pos ${at}`);
      tokens.push(next);
      at += 1;
    } else tokens.push(byte);
  }
  return tokens;
}

/** Whether the whole of `value` matches. Linear: on a mismatch only the last `*` takes one byte more. */
export function matchesWildcard(wildcard: Wildcard, value: string): boolean {
  const bytes = Buffer.from(`"${value}"`);
  let token = 0;
  let resume = -1;
  let from = 0;
  for (let at = 0; at < bytes.length;) {
    if (wildcard[token] === '*') {
      resume = token += 1;
      from = at;
    } else if (wildcard[token] === bytes[at]) {
      token += 1;
      at += 1;
    } else if (resume >= 0) {
      token = resume;
      at = from += 1;
    } else return false;
  }
  return token === wildcard.length;
}

/** How many prefixes of a field's wildcards may match one value at the same time before AWS calls the rule too complex. */
const MOST_PREFIXES = 10;
/** Where the search for such a value gives up: wildcards with that many combinations are not met in practice. */
const MOST_COMBINATIONS = 20_000;

/**
 * Throws when some value could match more than ten prefixes of these wildcards (those of one field) at a time, which is
 * what "too complex" means: https://github.com/aws/event-ruler (MachineComplexityEvaluator).
 */
export function refuseComplex(wildcards: readonly Wildcard[]): void {
  const alphabet = new Set<number>(wildcards.flat().filter((token) => token !== '*'));
  // One byte that no literal of the wildcards names stands for all others.
  alphabet.add(-1);
  const start = wildcards.map((_, wildcard) => `${wildcard}:-1`);
  const seen = new Set([start.join()]);
  const pending = [start];
  for (let active = pending.pop(); active !== undefined && seen.size < MOST_COMBINATIONS; active = pending.pop()) {
    for (const byte of alphabet) {
      const next = step(wildcards, active, byte);
      if (weight(wildcards, next) > MOST_PREFIXES) {
        throw new InvalidPattern(
          'Rule is too complex - try using fewer wildcard characters or fewer repeating character sequences after a wildcard character',
        );
      }
      const reached = [...next].sort();
      const key = reached.join();
      if (reached.length === 0 || seen.has(key)) continue;
      seen.add(key);
      pending.push(reached);
    }
  }
}

/** The prefixes (`wildcard:token`, the token last consumed) that match after one more byte. */
function step(wildcards: readonly Wildcard[], active: readonly string[], byte: number): Set<string> {
  const reached = new Set<string>();
  for (const [wildcard, tokens, at] of prefixes(wildcards, active)) {
    const star = tokens[at + 1] === '*';
    if (tokens[at] === '*') reached.add(`${wildcard}:${at}`);
    if (star || tokens[at + 1] === byte) reached.add(`${wildcard}:${at + 1}`);
    if (star && tokens[at + 2] === byte) reached.add(`${wildcard}:${at + 2}`);
  }
  return reached;
}

/** Each prefix counts, and so does the `*` that follows one, since it matches the same value. */
function weight(wildcards: readonly Wildcard[], reached: ReadonlySet<string>): number {
  let count = reached.size;
  for (const [wildcard, tokens, at] of prefixes(wildcards, reached)) {
    if (tokens[at + 1] === '*' && !reached.has(`${wildcard}:${at + 1}`)) count += 1;
  }
  return count;
}

function* prefixes(wildcards: readonly Wildcard[], states: Iterable<string>): Generator<[number, Wildcard, number]> {
  for (const state of states) {
    const [wildcard = 0, at = 0] = state.split(':').map(Number);
    yield [wildcard, wildcards[wildcard] ?? [], at];
  }
}
