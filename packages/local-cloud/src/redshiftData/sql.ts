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
  /** As written, quotes included. */
  readonly partitionBy: readonly string[];
  /** PARTITION BY ... INCLUDE: the partition columns stay in the files. */
  readonly include: boolean;
  readonly manifest: boolean;
  readonly kmsKeyId: string | undefined;
}

export interface Copy {
  readonly kind: 'copy';
  /** As written, quotes and schema included. */
  readonly table: string;
  readonly from: string;
  readonly role: string;
}

export interface PlainSql {
  readonly kind: 'sql';
  readonly sql: string;
}

// In these patterns a space stands for any space, which may be missing where no two words would become one.
const SPACE = String.raw`(?:\s+|(?!\w)|(?<!\w))`;
const STRING = "'(?:[^']|'')*'";
const NAME = String.raw`(?:[A-Za-z_]\w*|"(?:[^"]|"")+")`;
const ROLE = `IAM_ROLE (?<role>${STRING})`;
const FORMAT = `(?<format>(?:FORMAT (?:AS )?)?PARQUET)`;

/** https://docs.aws.amazon.com/redshift/latest/dg/r_UNLOAD.html */
const UNLOAD = String.raw`UNLOAD \( (?<select>${STRING}) \) TO (?<to>${STRING})`;
const UNLOAD_OPTIONS = [
  ROLE,
  FORMAT,
  String.raw`PARTITION BY \( (?<partitionBy>${NAME}(?: , ${NAME})*) \)(?<include> INCLUDE)?`,
  '(?<manifest>MANIFEST VERBOSE)',
  '(?<encrypted>ENCRYPTED)',
  `KMS_KEY_ID (?<kmsKeyId>${STRING})`,
];

/** https://docs.aws.amazon.com/redshift/latest/dg/r_COPY.html */
const COPY = String.raw`COPY (?<table>${NAME}(?:\.${NAME})?) FROM (?<from>${STRING})`;
const COPY_OPTIONS = [ROLE, FORMAT];

/** Throws {@link SqlError} for an UNLOAD or COPY that cannot be run here, naming the place where it went wrong. */
export function parseStatement(sql: string): Unload | Copy | PlainSql {
  const [, word = ''] = /^\s*(\w+)/.exec(sql) ?? [];
  if (/^unload$/i.test(word)) return unloadOf(partsOf(sql, UNLOAD, UNLOAD_OPTIONS));
  if (/^copy$/i.test(word)) return copyOf(partsOf(sql, COPY, COPY_OPTIONS));
  return { kind: 'sql', sql };
}

type Parts = Readonly<Partial<Record<string, string>>>;

/** The named parts of a statement and of its options, which come in any order, each at most once. */
function partsOf(sql: string, statement: string, options: readonly string[]): Parts {
  const parts: Parts = {};
  let position = 0;
  const accept = (pattern: string): boolean => {
    const match = new RegExp(` ${pattern} `.replaceAll(' ', SPACE), 'iy');
    match.lastIndex = position;
    const found = match.exec(sql);
    if (found === null) return false;
    Object.assign(parts, found.groups);
    position = match.lastIndex;
    return true;
  };
  const unexpected = (): SqlError => {
    const [near = 'end of input'] = /\S+/.exec(sql.slice(position)) ?? [];
    return new SqlError(`syntax error at or near "${near}" (or the local cloud does not support it)`);
  };
  if (!accept(statement)) throw unexpected();
  const left = new Set(options);
  while (!/^;?\s*$/.test(sql.slice(position))) {
    const option = [...left].find(accept);
    if (option === undefined) throw unexpected();
    left.delete(option);
  }
  return parts;
}

function unloadOf({ select, to, partitionBy, include, manifest, encrypted, kmsKeyId, ...parts }: Parts): Unload {
  if ((encrypted === undefined) !== (kmsKeyId === undefined)) {
    throw new SqlError('ENCRYPTED and KMS_KEY_ID must be given together to unload Parquet');
  }
  return {
    kind: 'unload',
    select: unquote(select),
    to: s3Path(to),
    role: required(parts),
    partitionBy: partitionBy?.match(new RegExp(NAME, 'g')) ?? [],
    include: include !== undefined,
    manifest: manifest !== undefined,
    kmsKeyId: kmsKeyId === undefined ? undefined : unquote(kmsKeyId),
  };
}

const copyOf = ({ table = '', from, ...parts }: Parts): Copy => ({
  kind: 'copy',
  table,
  from: s3Path(from),
  role: required(parts),
});

/** The role, checked together with the format, as both are needed. */
function required({ role, format }: Parts): string {
  if (format === undefined) throw new SqlError('FORMAT AS PARQUET is required, the only format of the local cloud');
  if (role === undefined) throw new SqlError("IAM_ROLE 'arn:aws:iam::<account>:role/<name>' is required");
  return unquote(role);
}

function s3Path(text: string | undefined): string {
  const path = unquote(text);
  if (/^s3:\/\/[^/]+/.test(path)) return path;
  throw new SqlError(`'${path}' is no S3 path: s3://bucket/prefix`);
}

const unquote = (text = "''"): string => text.slice(1, -1).replaceAll("''", "'");
