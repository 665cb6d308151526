/**
 * JSON as EventBridge reads it: a repeated key is kept (each one counts), a number keeps its own spelling, and whatever
 * follows the first value is not looked at. `JSON.parse` loses all three.
 */
export type Json =
  | { readonly kind: 'object'; readonly members: readonly (readonly [name: string, value: Json])[] }
  | { readonly kind: 'array'; readonly items: readonly Json[] }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'literal'; readonly text: string };

/** The text is no JSON. The message is the one of the parser that AWS uses (Jackson). */
export class JsonSyntaxError extends Error {
  override readonly name = 'JsonSyntaxError';
}

const EXPECTED_VALUE = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";
const DEEPEST = 1000;

/** The first JSON value of `text`, or undefined where there is none. Throws {@link JsonSyntaxError}. */
export function parseJson(text: string): Json | undefined {
  const reader = new Reader(text);
  reader.skipSpace();
  return reader.atEnd ? undefined : reader.value(0);
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get atEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  skipSpace(): void {
    this.#take(/[ \t\r\n]*/y);
  }

  value(depth: number): Json {
    this.skipSpace();
    if (depth > DEEPEST)
      throw new JsonSyntaxError(`Document nesting depth (${depth}) exceeds the maximum allowed (${DEEPEST})`);
    const first = this.#text[this.#at];
    if (first === '{') return this.#object(depth);
    if (first === '[') return this.#array(depth);
    if (first === '"') return { kind: 'string', value: this.#string() };
    const number = this.#take(/-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y);
    if (number !== '') return { kind: 'number', text: number };
    return this.#literal();
  }

  #object(depth: number): Json {
    const members: [string, Json][] = [];
    this.#entries('}', 'Object', () => {
      if (this.#text[this.#at] !== '"') this.#unexpected('was expecting double-quote to start field name');
      const name = this.#string();
      this.skipSpace();
      if (this.#text[this.#at] !== ':') this.#unexpected('was expecting a colon to separate field name and value');
      this.#at += 1;
      members.push([name, this.value(depth + 1)]);
    });
    return { kind: 'object', members };
  }

  #array(depth: number): Json {
    const items: Json[] = [];
    this.#entries(']', 'Array', () => items.push(this.value(depth + 1)));
    return { kind: 'array', items };
  }

  #entries(close: string, what: string, entry: () => void): void {
    this.#at += 1;
    this.skipSpace();
    if (this.#text[this.#at] === close) {
      this.#at += 1;
      return;
    }
    for (;;) {
      this.skipSpace();
      this.#moreOf(what);
      entry();
      this.skipSpace();
      this.#moreOf(what);
      const next = this.#text[this.#at];
      if (next !== close && next !== ',') this.#unexpected(`was expecting comma to separate ${what} entries`);
      this.#at += 1;
      if (next === close) return;
    }
  }

  #moreOf(what: string): void {
    if (this.atEnd) throw new JsonSyntaxError(`Unexpected end-of-input: expected close marker for ${what}`);
  }

  #string(): string {
    const quoted = this.#take(/"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"/y);
    if (quoted === '') throw new JsonSyntaxError('Unexpected end-of-input in VALUE_STRING');
    return String(JSON.parse(quoted));
  }

  #literal(): Json {
    const token = this.#take(/[\p{L}\p{N}_$]+/uy);
    if (token === 'true' || token === 'false' || token === 'null') return { kind: 'literal', text: token };
    if (token !== '') throw new JsonSyntaxError(`Unrecognized token '${token}': was expecting ${EXPECTED_VALUE}`);
    return this.#unexpected(`expected a valid value ${EXPECTED_VALUE}`);
  }

  #unexpected(expectation: string): never {
    const found = this.#text.slice(this.#at, this.#at + 1);
    if (found === '') throw new JsonSyntaxError('Unexpected end-of-input');
    throw new JsonSyntaxError(`Unexpected character ('${found}' (code ${found.charCodeAt(0)})): ${expectation}`);
  }

  #take(expression: RegExp): string {
    expression.lastIndex = this.#at;
    const found = expression.exec(this.#text)?.[0] ?? '';
    this.#at += found.length;
    return found;
  }
}
