import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseStatement } from './sql.ts';

const ROLE = 'arn:aws:iam::111122223333:role/unload';

/** Options of UNLOAD, and what each says. */
const OPTIONS = {
  "IAM_ROLE '${ROLE}'": { role: ROLE },
  'FORMAT AS PARQUET': {},
  'partition by (country, "Day") include': { partitionBy: ['country', '"Day"'], include: true },
  'MANIFEST VERBOSE': { manifest: true },
  ENCRYPTED: {},
  "KMS_KEY_ID 'key-1'": { kmsKeyId: 'key-1' },
} as const;
const text = (option: string) => option.replace('${ROLE}', ROLE);
const expected = Object.assign({}, ...Object.values(OPTIONS)) as Record<string, unknown>;
const quote = (sql: string) => `'${sql.replaceAll("'", "''")}'`;
const ending = `FORMAT PARQUET IAM_ROLE '${ROLE}'`;

describe('UNLOAD', () => {
  it('is understood with its options in any order and any space', () => {
    const orders = fc.shuffledSubarray(Object.keys(OPTIONS), { minLength: Object.keys(OPTIONS).length });
    const spaces = fc.constantFrom(' ', '\n  ', '\t');
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
        const select = `select 'x' -- ${end}`;
        expect(parseStatement(`UNLOAD (${quote(select)}) TO 's3://b/p' ${ending}`)).toMatchObject({ select });
      }),
    );
  });

  it.each([
    ['an option that it does not know, by its name', `${ending} HEADER`, /near "HEADER"/],
    ['a format of manifest that has no row counts', `${ending} MANIFEST`, /near "MANIFEST"/],
    ['words that ran together', `${ending} ENCRYPTEDKMS_KEY_ID 'k'`, /near "ENCRYPTEDKMS_KEY_ID"/],
    ['an option given twice', `${ending} MANIFEST VERBOSE MANIFEST VERBOSE`, /near "MANIFEST"/],
    ['another format', `FORMAT AS CSV IAM_ROLE '${ROLE}'`, /near "FORMAT"/],
    ['no format', `IAM_ROLE '${ROLE}'`, /FORMAT AS PARQUET/],
    ['no role', 'PARQUET', /IAM_ROLE/],
    ['a default role', 'PARQUET IAM_ROLE default', /near "IAM_ROLE"/],
    ['a key without ENCRYPTED', `${ending} KMS_KEY_ID 'k'`, /ENCRYPTED and KMS_KEY_ID/],
    ['ENCRYPTED without a key', `${ending} ENCRYPTED`, /ENCRYPTED and KMS_KEY_ID/],
    ['a partition without columns', `${ending} PARTITION BY ()`, /near "PARTITION"/],
    ['an unfinished option', `${ending} KMS_KEY_ID`, /near "KMS_KEY_ID"/],
  ])('refuses %s', (_, options, message) => {
    expect(() => parseStatement(`UNLOAD ('select 1') TO 's3://b/p' ${options}`)).toThrow(message);
  });
});

describe('COPY', () => {
  it('is understood', () => {
    const copy = { kind: 'copy', table: 'public."Items"', from: 's3://b/p', role: ROLE };
    expect(parseStatement(`COPY public."Items" FROM 's3://b/p' ${ending}`)).toEqual(copy);
    expect(parseStatement(`copy items from's3://b/p'iam_role '${ROLE}' format as parquet ;`)).toMatchObject({
      table: 'items',
    });
  });

  it.each([
    ["COPY t FROM '/etc/passwd' PARQUET", /no S3 path/],
    [`COPY t FROM 's3://b/p' ${ending} MANIFEST`, /near "MANIFEST"/],
    [`COPY (select 1) TO 'file'`, /syntax error/],
    [`COPY t TO '/tmp/file'`, /syntax error/],
  ])('refuses %s', (sql, message) => {
    expect(() => parseStatement(sql)).toThrow(message);
  });
});

describe('any other statement', () => {
  it('stays as it is', () => {
    fc.assert(
      fc.property(fc.string(), (end) => {
        const sql = `select ${end}`;
        expect(parseStatement(sql)).toEqual({ kind: 'sql', sql });
      }),
    );
  });
});
