/**
 * The one way from an item's text to what a model sees, in training and in labelling alike.
 *
 * {@link normalise} is the item's identity: duplicates and the side of the split hang on it, so changing it would move
 * rows that once trained a model into the test set. It must not change. {@link source} may: a model and its rows come from
 * the same job image.
 */

export interface ItemText {
  readonly title: string | null;
  readonly brand: string | null;
  readonly description: string | null;
}

/** Words: runs of letters (with their marks) or of digits, lower case, in the order of the text. */
export interface NormalText {
  readonly title: readonly string[];
  readonly brand: readonly string[];
  readonly description: readonly string[];
}

/** What is read of a field, in UTF-16 units before and in words after cleaning: titles are short, and time must stay linear. */
const LIMITS = {
  title: { characters: 256, words: 128 },
  brand: { characters: 64, words: 8 },
  description: { characters: 2048, words: 32 },
} as const;

/** The token of an item without any letter or digit: it has to be labelled all the same. No word and no trigram looks so. */
export const PLACEHOLDER = '#';

export function normalise(item: ItemText): NormalText {
  const field = (name: keyof ItemText): string[] => words(item[name] ?? '', LIMITS[name]);
  return { title: field('title'), brand: field('brand'), description: field('description') };
}

/** Two items with the same text have the same key. Fields can't run into each other: words contain neither blank nor `|`. */
export const textKey = ({ title, brand, description }: NormalText): string =>
  [title, brand, description].map((field) => field.join(' ')).join('|');

/**
 * The line for the classifier, tokens separated by single blanks: all words, then from the title alone its pairs of neighbours
 * (`a_b`) and its words' trigrams (`#<pa`). N-grams of descriptions cost several times the tokens and made models worse.
 */
export function source(text: NormalText): string {
  const title = text.title.flatMap(unspaced);
  const rest = [...text.brand, ...text.description].flatMap(unspaced);
  const tokens = [...title, ...rest, ...pairs(title), ...text.title.flatMap(trigrams)];
  return tokens.length === 0 ? PLACEHOLDER : tokens.join(' ');
}

function words(raw: string, limit: { characters: number; words: number }): string[] {
  const text = withoutMarkup(raw.slice(0, limit.characters).toWellFormed()).normalize('NFKC').toLowerCase();
  const found: string[] = [];
  // Format characters (soft hyphen, zero-width joiners) would cut words in two.
  for (const [word] of text.replace(/\p{Cf}/gu, '').matchAll(/\p{L}[\p{L}\p{M}]*|\p{N}+/gu)) {
    if (found.length === limit.words) break;
    found.push(word);
  }
  return found;
}

const withoutMarkup = (text: string): string =>
  text
    .replace(/<[/!]?[a-z][^<>]*>/gi, ' ')
    .replaceAll('&amp;', '&')
    .replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]{2,8}));/gi, (_entity, decimal, hex, name) =>
      typeof name === 'string' ? namedCharacter(name) : numberedCharacter(decimal, hex),
    );

function numberedCharacter(decimal: unknown, hex: unknown): string {
  const point = typeof decimal === 'string' ? Number.parseInt(decimal, 10) : Number.parseInt(String(hex), 16);
  return point <= 0x10ffff ? String.fromCodePoint(point).toWellFormed() : ' ';
}

/** HTML names an accented letter by its letter and its accent (`ouml`); whatever else has a name is no part of a word. */
const ACCENTS: Readonly<Record<string, string>> = {
  uml: '\u0308',
  acute: '\u0301',
  grave: '\u0300',
  circ: '\u0302',
  tilde: '\u0303',
  cedil: '\u0327',
  ring: '\u030a',
  caron: '\u030c',
};
const LETTERS: Readonly<Record<string, string>> = {
  szlig: 'ß',
  aelig: 'æ',
  oelig: 'œ',
  oslash: 'ø',
  thorn: 'þ',
  eth: 'ð',
};

function namedCharacter(name: string): string {
  const accent = ACCENTS[name.slice(1)];
  return accent === undefined ? (LETTERS[name.toLowerCase()] ?? ' ') : `${name.charAt(0)}${accent}`;
}

/** Scripts that put no blanks between words: neighbouring characters take the words' place. */
const UNSPACED = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]/u;

function unspaced(word: string): string[] {
  if (!UNSPACED.test(word)) return [word];
  const characters = Array.from(word);
  return characters.length < 3 ? [word] : characters.slice(1).map((next, at) => `${characters[at] ?? ''}${next}`);
}

const pairs = (list: readonly string[]): string[] => list.slice(1).map((next, at) => `${list[at] ?? ''}_${next}`);

function trigrams(word: string): string[] {
  const characters = Array.from(`<${word}>`);
  if (characters.length <= 3) return [];
  return characters.slice(2).map((last, at) => `#${characters[at] ?? ''}${characters[at + 1] ?? ''}${last}`);
}
