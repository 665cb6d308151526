/**
 * fastText as WebAssembly has one thread, and with one thread it sets up only the first tenth of its word vectors
 * (https://github.com/facebookresearch/fastText/blob/v0.9.2/src/densematrix.cc, `uniform`): the rest is whatever the memory
 * held, which makes small models fail. So we hand it all vectors, as if they were trained before.
 */

const LABEL = '__label__';
/** fastText counts the end of a line as a word. */
const END_OF_LINE = '</s>';

/** The words that fastText will keep of training lines, the most frequent first. */
export function vocabulary(lines: Uint8Array, minCount: number): string[] {
  const counts = new Map<string, number>();
  const count = (word: string): void => {
    counts.set(word, (counts.get(word) ?? 0) + 1);
  };
  for (const line of text(lines)) {
    for (const [word] of line.matchAll(/[^ \t\r\v\f\0]+/g)) if (!word.startsWith(LABEL)) count(word);
    count(END_OF_LINE);
  }
  return [...counts]
    .filter(([, times]) => times >= minCount)
    .sort(([, a], [, b]) => b - a)
    .map(([word]) => word);
}

/** Vectors for `words` in fastText's text format, evenly spread over -1/dim to 1/dim; the same for the same words. */
export function initialVectors(words: readonly string[], dim: number): Uint8Array {
  const random = lehmer();
  const chunks = [Buffer.from(`${words.length} ${dim}\n`)];
  for (const word of words) {
    const values = Array.from({ length: dim }, () => ((random() * 2 - 1) / dim).toFixed(6));
    chunks.push(Buffer.from(`${word} ${values.join(' ')}\n`));
  }
  return Buffer.concat(chunks);
}

function* text(lines: Uint8Array): Generator<string> {
  const buffer = Buffer.from(lines.buffer, lines.byteOffset, lines.byteLength);
  for (let start = 0; start < buffer.length;) {
    const end = buffer.indexOf('\n', start);
    yield buffer.toString('utf8', start, end < 0 ? buffer.length : end);
    start = end < 0 ? buffer.length : end + 1;
  }
}

/** Lehmer's generator, as fastText itself uses it (`std::minstd_rand`); numbers between 0 and 1. */
function lehmer(): () => number {
  let state = 1;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}
