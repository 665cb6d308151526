import { AwsError } from '../aws.ts';

/**
 * JSON as EventBridge reads it: a repeated key is kept (each one counts), a number keeps its own spelling, and whatever
 * follows the first value is not looked at. `JSON.parse` loses all three.
 */
export type Json =
  | { readonly kind: 'object'; readonly members: Members }
  | { readonly kind: 'array'; readonly items: readonly Json[] }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'literal'; readonly text: string };
export type Members = readonly (readonly [name: string, value: Json])[];

/** AWS's refusal of an event pattern, without what its parser appends to the reason. */
export const invalidPattern = (reason: string): AwsError =>
  new AwsError('InvalidEventPatternException', `Event pattern is not valid. Reason: ${reason}`);

const EXPECTED_VALUE = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";
const DEEPEST = 1000;

/**
 * The first JSON value of `text`; a blank text is a literal without text. Throws InvalidEventPatternException with the
 * words of the parser that AWS uses (Jackson).
 */
export const parseJson = (text: string): Json =>
  text.trim() === '' ? { kind: 'literal', text: '' } : new Reader(text).value(0);

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(depth: number): Json {
    if (depth > DEEPEST)
      throw invalidPattern(`Document nesting depth (${depth}) exceeds the maximum allowed (${DEEPEST})`);
    const first = this.#next();
    if (first === '{') return { kind: 'object', members: this.#entries('}', 'Object', () => this.#member(depth)) };
    if (first === '[') return { kind: 'array', items: this.#entries(']', 'Array', () => this.value(depth + 1)) };
    if (first === '"') return { kind: 'string', value: this.#string() };
    const number = this.#take(/-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y);
    return number === '' ? this.#literal() : { kind: 'number', text: number };
  }

  #entries<T>(close: string, what: string, entry: () => T): T[] {
    const entries: T[] = [];
    this.#at += 1;
    for (let next = this.#next(); next !== close; this.#at += 1) {
      this.#moreOf(what);
      entries.push(entry());
      next = this.#next();
      this.#moreOf(what);
      if (next === close) break;
      if (next !== ',') this.#unexpected(`was expecting comma to separate ${what} entries`);
    }
    this.#at += 1;
    return entries;
  }

  #member(depth: number): [string, Json] {
    if (this.#next() !== '"') this.#unexpected('was expecting double-quote to start field name');
    const name = this.#string();
    if (this.#next() !== ':') this.#unexpected('was expecting a colon to separate field name and value');
    this.#at += 1;
    return [name, this.value(depth + 1)];
  }

  #moreOf(what: string): void {
    if (this.#next() === '') throw invalidPattern(`Unexpected end-of-input: expected close marker for ${what}`);
  }

  #string(): string {
    const quoted = this.#take(/"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"/y);
    if (quoted === '') throw invalidPattern('Unexpected end-of-input in VALUE_STRING');
    return String(JSON.parse(quoted));
  }

  #literal(): Json {
    const token = this.#take(/[\p{L}\p{N}_$]+/uy);
    if (token === 'true' || token === 'false' || token === 'null') return { kind: 'literal', text: token };
    if (token !== '') throw invalidPattern(`Unrecognized token '${token}': was expecting ${EXPECTED_VALUE}`);
    return this.#unexpected(`expected a valid value ${EXPECTED_VALUE}`);
  }

  #unexpected(expectation: string): never {
    const found = this.#next();
    if (found === '') throw invalidPattern('Unexpected end-of-input');
    throw invalidPattern(`Unexpected character ('${found}' (code ${found.charCodeAt(0)})): ${expectation}`);
  }

  /** The next character that is no space; nothing at the end. */
  #next(): string {
    this.#take(/[ \t\r\n]*/y);
    return this.#text.charAt(this.#at);
  }

  #take(expression: RegExp): string {
    expression.lastIndex = this.#at;
    const found = expression.exec(this.#text)?.[0] ?? '';
    this.#at += found.length;
    return found;
  }
}
