/** As much of Redshift's SQL as must be understood here: UNLOAD and COPY. Everything else goes to DuckDB as it is. */

/** A statement that Redshift would refuse; the message is what DescribeStatement shows after `ERROR: `. */
export class SqlError extends Error {
  override readonly name = 'SqlError';
}

export interface Unload {
  readonly kind: 'unload';
  readonly select: string;
  readonly to: string;
  readonly role: string;
  readonly partitionBy: readonly string[];
  /** PARTITION BY ... INCLUDE: the partition columns stay in the files. */
  readonly include: boolean;
  readonly manifest: 'none' | 'plain' | 'verbose';
  readonly kmsKeyId?: string;
  readonly allowOverwrite: boolean;
  readonly maxFileBytes: number;
}

export interface Copy {
  readonly kind: 'copy';
  /** As written, quotes and schema included. */
  readonly table: string;
  readonly columns: readonly string[];
  readonly from: string;
  readonly role: string;
}

export interface PlainSql {
  readonly kind: 'sql';
  readonly sql: string;
}

/** Throws {@link SqlError} for what is no UNLOAD or COPY that can be run here, naming the option. */
export function parseStatement(sql: string): Unload | Copy | PlainSql {
  const cursor = new Cursor(sql);
  if (cursor.accept('UNLOAD')) return parseUnload(cursor);
  if (cursor.accept('COPY')) return parseCopy(cursor);
  return { kind: 'sql', sql: quoteDateParts(sql) };
}

interface Token {
  readonly type: 'word' | 'identifier' | 'string' | 'other';
  /** Upper case for words, without quotes for strings. */
  readonly value: string;
  readonly source: string;
  readonly start: number;
}

const TOKEN =
  /\s+|--[^\n]*|\/\*[\s\S]*?\*\/|(?<string>'(?:[^']|'')*')|(?<dollar>\$\$[\s\S]*?\$\$)|(?<identifier>"(?:[^"]|"")*")|(?<word>[A-Za-z_][\w$]*)|(?<other>\d+(?:\.\d+)?|[\s\S])/gy;

function tokensOf(sql: string): Token[] {
  return [...sql.matchAll(TOKEN)].flatMap((match) => {
    const [source] = match;
    const { string, dollar, identifier, word, other } = match.groups ?? {};
    const token = (type: Token['type'], value: string): Token[] => [{ type, value, source, start: match.index }];
    if (string !== undefined) return token('string', string.slice(1, -1).replaceAll("''", "'"));
    if (dollar !== undefined) return token('string', dollar.slice(2, -2));
    if (identifier !== undefined) return token('identifier', identifier);
    if (word !== undefined) return token('word', word.toUpperCase());
    return other === undefined ? [] : token('other', other);
  });
}

class Cursor {
  readonly #tokens: readonly Token[];
  #position = 0;

  constructor(sql: string) {
    this.#tokens = tokensOf(sql);
  }

  get done(): boolean {
    const rest = this.#tokens.slice(this.#position);
    return rest.length === 0 || (rest.length === 1 && rest[0]?.value === ';');
  }

  /** Takes the next token if it is this word or sign. */
  accept(value: string): boolean {
    const token = this.#tokens[this.#position];
    if (token?.value !== value || (token.type !== 'word' && token.type !== 'other')) return false;
    this.#position += 1;
    return true;
  }

  expect(value: string): void {
    if (!this.accept(value)) throw this.unexpected();
  }

  take(...types: Token['type'][]): Token {
    const token = this.#tokens[this.#position];
    if (token === undefined || !types.includes(token.type)) throw this.unexpected();
    this.#position += 1;
    return token;
  }

  string(): string {
    return this.take('string').value;
  }

  /** `(name, ...)` as written. */
  names(): string[] {
    const names: string[] = [];
    this.expect('(');
    do names.push(this.take('word', 'identifier').source);
    while (this.accept(','));
    this.expect(')');
    return names;
  }

  unexpected(): SqlError {
    const token = this.#tokens[this.#position];
    return new SqlError(`syntax error at ${token === undefined ? 'end of input' : `or near "${token.source}"`}`);
  }
}

/** The options of UNLOAD and COPY may come in any order, each at most once. */
function parseOptions<T>(cursor: Cursor, statement: string, options: Record<string, (found: T) => void>, found: T): T {
  const seen = new Set<string>();
  while (!cursor.done) {
    const { value: name } = cursor.take('word');
    const option = Object.hasOwn(options, name) ? options[name] : undefined;
    if (option === undefined) {
      throw new SqlError(`the option ${name} of ${statement} is unknown or not supported by the local cloud`);
    }
    if (seen.has(name)) throw new SqlError(`conflicting or redundant options: ${name}`);
    seen.add(name);
    option(found);
  }
  return found;
}

interface UnloadOptions {
  role?: string;
  parquet?: true;
  partitionBy: string[];
  include: boolean;
  manifest: Unload['manifest'];
  encrypted: boolean;
  kmsKeyId?: string;
  allowOverwrite: boolean;
  maxFileBytes: number;
}

const MB = 2 ** 20;
const LARGEST_FILE = 6.2 * 1024 * MB;

/** https://docs.aws.amazon.com/redshift/latest/dg/r_UNLOAD.html */
function parseUnload(cursor: Cursor): Unload {
  cursor.expect('(');
  const select = cursor.string();
  cursor.expect(')');
  cursor.expect('TO');
  const to = s3Path(cursor);
  const none: UnloadOptions = {
    partitionBy: [],
    include: false,
    manifest: 'none',
    encrypted: false,
    allowOverwrite: false,
    maxFileBytes: LARGEST_FILE,
  };
  const { role, parquet, encrypted, ...options } = parseOptions<UnloadOptions>(
    cursor,
    'UNLOAD',
    {
      IAM_ROLE: (found) => (found.role = cursor.string()),
      ...formatOptions(cursor),
      PARTITION: (found) => {
        cursor.expect('BY');
        found.partitionBy = cursor.names();
        found.include = cursor.accept('INCLUDE');
      },
      MANIFEST: (found) => (found.manifest = cursor.accept('VERBOSE') ? 'verbose' : 'plain'),
      ENCRYPTED: (found) => (found.encrypted = true),
      KMS_KEY_ID: (found) => (found.kmsKeyId = cursor.string()),
      ALLOWOVERWRITE: (found) => (found.allowOverwrite = true),
      MAXFILESIZE: (found) => (found.maxFileBytes = fileSize(cursor)),
      PARALLEL: () => cursor.accept('ON') || cursor.accept('TRUE'),
    },
    none,
  );
  if (parquet === undefined) throw new SqlError('UNLOAD needs FORMAT AS PARQUET, the only format of the local cloud');
  if (encrypted !== (options.kmsKeyId !== undefined)) {
    throw new SqlError('ENCRYPTED and KMS_KEY_ID must be given together to unload Parquet');
  }
  if (hasOuterLimit(select)) throw new SqlError('Limit clause is not supported in the outermost SELECT of UNLOAD');
  return { kind: 'unload', select, to, role: required(role), ...options };
}

/** https://docs.aws.amazon.com/redshift/latest/dg/r_COPY.html */
function parseCopy(cursor: Cursor): Copy {
  let table = cursor.take('word', 'identifier').source;
  if (cursor.accept('.')) table += `.${cursor.take('word', 'identifier').source}`;
  const columns = cursor.accept('FROM') ? [] : cursor.names();
  if (columns.length > 0) cursor.expect('FROM');
  const from = s3Path(cursor);
  const { role, parquet } = parseOptions<{ role?: string; parquet?: true }>(
    cursor,
    'COPY',
    { IAM_ROLE: (found) => (found.role = cursor.string()), ...formatOptions(cursor) },
    {},
  );
  if (parquet === undefined) throw new SqlError('COPY needs FORMAT AS PARQUET, the only format of the local cloud');
  return { kind: 'copy', table, columns, from, role: required(role) };
}

function formatOptions(cursor: Cursor): Record<string, (found: { parquet?: true }) => void> {
  return {
    FORMAT: (found) => {
      cursor.accept('AS');
      cursor.expect('PARQUET');
      found.parquet = true;
    },
    PARQUET: (found) => (found.parquet = true),
  };
}

function s3Path(cursor: Cursor): string {
  const path = cursor.string();
  if (/^s3:\/\/[^/]+/.test(path)) return path;
  throw new SqlError(`'${path}' is no S3 path: s3://bucket/prefix`);
}

function required(role: string | undefined): string {
  if (role !== undefined) return role;
  throw new SqlError("IAM_ROLE 'arn:aws:iam::<account>:role/<name>' is required");
}

function fileSize(cursor: Cursor): number {
  cursor.accept('AS');
  const number = Number(cursor.take('other').value);
  const bytes = number * (cursor.accept('GB') ? 1024 * MB : (cursor.accept('MB'), MB));
  if (bytes >= 5 * MB && bytes <= LARGEST_FILE) return bytes;
  throw new SqlError('MAXFILESIZE must be between 5 MB and 6.2 GB');
}

function hasOuterLimit(select: string): boolean {
  let depth = 0;
  return tokensOf(select).some(({ type, value }) => {
    if (type === 'other') depth += Number(value === '(') - Number(value === ')');
    return type === 'word' && value === 'LIMIT' && depth === 0;
  });
}

/** Redshift takes `dateadd(month, ...)`; DuckDB needs the part in quotes. */
function quoteDateParts(sql: string): string {
  const tokens = tokensOf(sql);
  const parts = tokens.filter(
    ({ type }, at) =>
      type === 'word' && tokens[at - 1]?.value === '(' && DATE_FUNCTIONS.has(tokens[at - 2]?.value ?? ''),
  );
  return parts.reduceRight(
    (text, { start, source }) => `${text.slice(0, start)}'${source}'${text.slice(start + source.length)}`,
    sql,
  );
}

const DATE_FUNCTIONS = new Set(['DATEADD', 'DATEDIFF', 'DATE_PART']);
