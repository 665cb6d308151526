import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseStatement, SqlError } from './sql.ts';

const ROLE = 'arn:aws:iam::111122223333:role/unload';

/** Options of UNLOAD, and what each says. */
const OPTIONS = {
  "IAM_ROLE '${ROLE}'": { role: ROLE },
  'FORMAT AS PARQUET': {},
  'partition by (country, "Day") include': { partitionBy: ['country', '"Day"'], include: true },
  'MANIFEST VERBOSE': { manifest: 'verbose' },
  ENCRYPTED: {},
  "KMS_KEY_ID 'key-1'": { kmsKeyId: 'key-1' },
  ALLOWOVERWRITE: { allowOverwrite: true },
  'MaxFileSize AS 0.5 GB': { maxFileBytes: 512 * 2 ** 20 },
  'PARALLEL ON': {},
} as const;
const text = (option: string) => option.replace('${ROLE}', ROLE);
const expected = Object.assign({}, ...Object.values(OPTIONS)) as Record<string, unknown>;
const quote = (sql: string) => `'${sql.replaceAll("'", "''")}'`;
const ending = `FORMAT PARQUET IAM_ROLE '${ROLE}'`;

describe('UNLOAD', () => {
  it('is understood with its options in any order and any space', () => {
    const orders = fc.shuffledSubarray(Object.keys(OPTIONS), { minLength: Object.keys(OPTIONS).length });
    const spaces = fc.constantFrom(' ', '\n  ', ' /* so */ ', ' -- so\n');
    fc.assert(
      fc.property(orders, spaces, (options, space) => {
        const words = ['unload', "('select 1 as a')", 'TO', "'s3://bucket/prefix/'", ...options.map(text)];
        expect(parseStatement(`${words.join(space)};`)).toEqual({
          kind: 'unload',
          select: 'select 1 as a',
          to: 's3://bucket/prefix/',
          ...expected,
        });
      }),
    );
  });

  it('gives back any query that was quoted for it', () => {
    fc.assert(
      fc.property(fc.string(), (end) => {
        const select = `select 'x' -- ${end.replace(/limit/gi, '')}`;
        expect(parseStatement(`UNLOAD (${quote(select)}) TO 's3://b/p' ${ending}`)).toMatchObject({ select });
      }),
    );
    expect(parseStatement(`UNLOAD ($$select 'DE'$$) TO 's3://b/p' ${ending}`)).toMatchObject({ select: "select 'DE'" });
  });

  it.each([
    ['an option that it does not know, by its name', `${ending} HEADER`, /option HEADER of UNLOAD/],
    ['an option of all objects', `${ending} CONSTRUCTOR`, /option CONSTRUCTOR of UNLOAD/],
    ['an option given twice', `${ending} MANIFEST MANIFEST`, /redundant options: MANIFEST/],
    ['another format', `FORMAT AS CSV IAM_ROLE '${ROLE}'`, /syntax error at or near "CSV"/],
    ['no format', `IAM_ROLE '${ROLE}'`, /FORMAT AS PARQUET/],
    ['no role', 'PARQUET', /IAM_ROLE/],
    ['a default role', 'PARQUET IAM_ROLE default', /syntax error at or near "default"/],
    ['a key without ENCRYPTED', `${ending} KMS_KEY_ID 'k'`, /ENCRYPTED and KMS_KEY_ID/],
    ['ENCRYPTED without a key', `${ending} ENCRYPTED`, /ENCRYPTED and KMS_KEY_ID/],
    ['PARALLEL OFF', `${ending} PARALLEL OFF`, /option OFF/],
    ['files too small', `${ending} MAXFILESIZE 4 MB`, /between 5 MB and 6.2 GB/],
    ['a partition without columns', `${ending} PARTITION BY ()`, /syntax error/],
    ['an unfinished option', `${ending} KMS_KEY_ID`, /end of input/],
  ])('refuses %s', (_, options, message) => {
    expect(() => parseStatement(`UNLOAD ('select 1') TO 's3://b/p' ${options}`)).toThrow(message);
  });

  it('refuses LIMIT where Redshift does', () => {
    const unload = (select: string) => () => parseStatement(`UNLOAD ('${select}') TO 's3://b/p' ${ending}`);
    expect(unload('select * from t limit 5')).toThrow(SqlError);
    expect(unload('select * from (select * from t limit 5)')).not.toThrow();
    expect(unload("select ''limit'' as \"limit\" from t")).not.toThrow();
  });
});

describe('COPY', () => {
  it('is understood with and without columns', () => {
    const copy = { kind: 'copy', table: 'public."Items"', columns: ['a', 'b'], from: 's3://b/p', role: ROLE };
    expect(parseStatement(`COPY public."Items" (a, b) FROM 's3://b/p' ${ending}`)).toEqual(copy);
    expect(parseStatement(`copy items from 's3://b/p' iam_role '${ROLE}' format as parquet`)).toMatchObject({
      table: 'items',
      columns: [],
    });
  });

  it.each([
    ["COPY t FROM '/etc/passwd' PARQUET", /no S3 path/],
    [`COPY t FROM 's3://b/p' ${ending} MANIFEST`, /option MANIFEST of COPY/],
    [`COPY (select 1) TO 'file'`, /syntax error/],
    [`COPY t TO '/tmp/file'`, /syntax error/],
  ])('refuses %s', (sql, message) => {
    expect(() => parseStatement(sql)).toThrow(message);
  });
});

describe('any other statement', () => {
  it('stays as it is, but for date parts, which DuckDB wants in quotes', () => {
    const sql = "select DateAdd( month , -1, d), datediff(day, a, b), 'dateadd(day, ', month from t -- dateadd(day";
    expect(parseStatement(sql)).toEqual({
      kind: 'sql',
      sql: "select DateAdd( 'month' , -1, d), datediff('day', a, b), 'dateadd(day, ', month from t -- dateadd(day",
    });
  });

  it('never loses a character', () => {
    fc.assert(
      fc.property(fc.string(), (end) => {
        const sql = `select ${end}`;
        fc.pre(!/date/i.test(sql));
        expect(parseStatement(sql)).toEqual({ kind: 'sql', sql });
      }),
    );
  });
});
