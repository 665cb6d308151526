import { invalidPattern } from './json.ts';

/** The literal texts between the `*` of a wildcard expression. */
export type Wildcard = readonly string[];

/** `*` stands for any text, `\*` and `\\` for themselves. Throws InvalidEventPatternException. */
export function parseWildcard(text: string): Wildcard {
  const literals: string[] = [];
  let literal = '';
  for (const { 0: part, index } of text.matchAll(/\*+|\\[*\\]?|[^*\\]+/g)) {
    // AWS counts the bytes of the quoted text.
    const position = 1 + Buffer.byteLength(text.slice(0, index));
    if (part === '\\') throw invalidPattern(`Invalid escape character at pos ${position}`);
    if (part.startsWith('**')) throw invalidPattern(`Consecutive wildcard characters at pos ${position}`);
    if (part === '*') {
      literals.push(literal);
      literal = '';
    } else literal += part.startsWith('\\') ? part.charAt(1) : part;
  }
  return [...literals, literal];
}

/** Whether the whole of `value` matches: each literal is taken at the first place where it can stand. */
export function matchesWildcard([first = '', ...others]: Wildcard, value: string): boolean {
  const last = others.at(-1);
  if (last === undefined) return value === first;
  if (!value.startsWith(first)) return false;
  let end = first.length;
  for (const literal of others.slice(0, -1)) {
    const found = value.indexOf(literal, end);
    if (found < 0) return false;
    end = found + literal.length;
  }
  return end + last.length <= value.length && value.endsWith(last);
}

/** How many prefixes of a field's wildcards may match one value at the same time before AWS calls the rule too complex. */
const MOST_PREFIXES = 10;
/** Where the search for such a value gives up: wildcards with that many combinations are not met in practice. */
const MOST_COMBINATIONS = 20_000;
/** Stands for all bytes that no literal names. */
const OTHER = -1;

/** All wildcards of a field in a row: bytes (the quotes around each included), `*`, and `start` before each of them. */
type Tokens = readonly (number | '*' | 'start')[];

/**
 * Throws when some value could match more than ten prefixes of these wildcards (those of one field) at a time, which is
 * what "too complex" means: https://github.com/aws/event-ruler (MachineComplexityEvaluator).
 */
export function refuseComplex(wildcards: readonly Wildcard[]): void {
  const tokens = wildcards.flatMap(tokensOf);
  const bytes = new Set([OTHER, ...tokens.filter((token) => typeof token === 'number')]);
  const start = tokens.flatMap((token, at) => (token === 'start' ? [at] : []));
  const seen = new Set([start.join()]);
  const pending = [start];
  for (let active = pending.pop(); active !== undefined && seen.size < MOST_COMBINATIONS; active = pending.pop()) {
    for (const byte of bytes) {
      const next = step(tokens, active, byte);
      if (weight(tokens, next) > MOST_PREFIXES) {
        throw invalidPattern(
          'Rule is too complex - try using fewer wildcard characters or fewer repeating character sequences after a wildcard character',
        );
      }
      const reached = [...next].sort((left, right) => left - right);
      if (reached.length === 0 || seen.has(reached.join())) continue;
      seen.add(reached.join());
      pending.push(reached);
    }
  }
}

function tokensOf(wildcard: Wildcard): Tokens {
  const literals = wildcard.map((literal) => [...Buffer.from(literal)]);
  const quote = '"'.charCodeAt(0);
  return [
    'start',
    quote,
    ...literals.flatMap((literal, at) => (at === 0 ? literal : ['*' as const, ...literal])),
    quote,
  ];
}

/** The prefixes (by the token last consumed) that match after one more byte. */
function step(tokens: Tokens, active: readonly number[], byte: number): Set<number> {
  const reached = new Set<number>();
  for (const at of active) {
    const star = tokens[at + 1] === '*';
    if (tokens[at] === '*') reached.add(at);
    if (star || tokens[at + 1] === byte) reached.add(at + 1);
    if (star && tokens[at + 2] === byte) reached.add(at + 2);
  }
  return reached;
}

/** Each prefix counts, and so does the `*` that follows one, since it matches the same value. */
function weight(tokens: Tokens, reached: ReadonlySet<number>): number {
  const stars = [...reached].filter((at) => tokens[at + 1] === '*' && !reached.has(at + 1));
  return reached.size + stars.length;
}
