import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { CommandError } from '../errors.ts';
import type { Encoding } from './decode.ts';
import { checkFile, openSource, type SourceRow } from './source.ts';

const KNOWN = ['item_id', 'country', 'title'];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'regulabel-source-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

let files = 0;
async function fileOf(content: string | Buffer, ending = 'csv'): Promise<string> {
  const file = join(folder, `${(files += 1)}.${ending}`);
  await writeFile(file, content);
  return file;
}

async function read(
  file: string,
  encoding: Encoding = 'utf-8',
): Promise<{ header: readonly string[]; rows: SourceRow[] }> {
  const source = await openSource(file, { known: KNOWN, encoding });
  return { header: source.header, rows: (await Array.fromAsync(source.rows())).flat() };
}

/** The refusal, word for word but for the file's name. */
async function refusal(content: string | Buffer, encoding: Encoding = 'utf-8', ending = 'csv'): Promise<string> {
  const file = await fileOf(content, ending);
  const error: unknown = await read(file, encoding).catch((caught: unknown) => caught);
  if (!(error instanceof CommandError)) throw new Error('it was not refused', { cause: error });
  return error.message.replaceAll(file, 'FILE');
}

const ENCODERS: Readonly<Record<string, { declared: Encoding; encode: (text: string) => Buffer }>> = {
  'UTF-8': { declared: 'utf-8', encode: (text) => Buffer.from(text) },
  'UTF-8 with a mark': { declared: 'utf-8', encode: (text) => Buffer.from(`\ufeff${text}`) },
  'UTF-16 LE with a mark': { declared: 'utf-8', encode: (text) => Buffer.from(`\ufeff${text}`, 'utf16le') },
  'UTF-16 BE with a mark': { declared: 'utf-8', encode: (text) => Buffer.from(`\ufeff${text}`, 'utf16le').swap16() },
  'UTF-16 LE, declared': { declared: 'utf-16le', encode: (text) => Buffer.from(text, 'utf16le') },
  'UTF-16 BE, declared': { declared: 'utf-16be', encode: (text) => Buffer.from(text, 'utf16le').swap16() },
  'Latin-1, declared': { declared: 'latin1', encode: (text) => Buffer.from(text, 'latin1') },
};

const quoted = (field: string): string => `"${field.replaceAll('"', '""')}"`;

/** A field, quoted where it has to be, and elsewhere where `always`. */
const written = (field: string, always: boolean): string =>
  always || /^"|[,;\t\r\n]/.test(field) ? quoted(field) : field;

describe('a CSV file', () => {
  it.each(Object.entries(ENCODERS))(
    'gives back any rows, with any delimiter and line break, in %s',
    async (name, to) => {
      const characters = name.startsWith('Latin-1')
        ? fc.constantFrom(...Array.from('abc "\',;\t\r\nÄéß¿ÿ0'))
        : fc.oneof(
            fc.constantFrom(...Array.from('abc "\',;\t\r\nÄß漢😀0\0\ufeff')),
            fc.string({ minLength: 1, maxLength: 1, unit: 'binary' }),
          );
      // A carriage return that ends a row cannot be told from a line break's.
      const field = fc
        .string({ unit: characters, maxLength: 8 })
        .map((text) => text.toWellFormed().replace(/\r+$/, ''));
      const rows = fc.array(fc.tuple(fc.constantFrom('1', 'x'), field, field), { maxLength: 6 });
      await fc.assert(
        fc.asyncProperty(
          rows,
          fc.constantFrom(',', ';', '\t'),
          fc.constantFrom('\n', '\r\n'),
          fc.record({ always: fc.boolean(), blank: fc.boolean(), end: fc.boolean() }),
          async (expected, delimiter, lineBreak, { always, blank, end }) => {
            const lines = [['Item_ID', 'COUNTRY', 'title'], ...expected].map((fields) =>
              fields.map((each) => written(each, always)).join(delimiter),
            );
            const text = lines.join(blank ? lineBreak + lineBreak : lineBreak) + (end ? lineBreak : '');
            const { header, rows: found } = await read(await fileOf(to.encode(text)), to.declared);
            expect(header).toEqual(['Item_ID', 'COUNTRY', 'title']);
            expect(found.map(({ fields }) => fields)).toEqual(expected);
            const starts = lines.map(
              (_, at) => lines.slice(0, at).join(lineBreak).split('\n').length + (at > 0 ? 1 : 0),
            );
            if (!blank) expect(found.map(({ line }) => line)).toEqual(starts.slice(1));
          },
        ),
        { numRuns: 60 },
      );
    },
  );

  it('is cut alike wherever its pieces end', async () => {
    // Rows of 17 bytes shift against the pieces that are read, 256 KiB each.
    const rows = Array.from({ length: 60_000 }, (_, at) => `${String(at).padStart(6, '0')};"ä""\r\n;"`);
    const { rows: found } = await read(await fileOf(`item_id;title\r\n${rows.join('\r\n')}\r\n`));
    expect(found).toHaveLength(rows.length);
    expect(
      found.every(({ fields: [id, title], unpaired }, at) => Number(id) === at && title === 'ä"\r\n;' && !unpaired),
    ).toBe(true);
    expect(found.at(-1)?.line).toBe(2 + 2 * (rows.length - 1));
  });

  it('keeps quotes within unquoted fields, and says of rows whose quotes do not pair up', async () => {
    const { rows } = await read(await fileOf('item_id,title\n1,24" monitor\n2,"24" monitor"\n3,"a" \n'));
    expect(rows).toEqual([
      { line: 2, fields: ['1', '24" monitor'] },
      { line: 3, fields: ['2', '24" monitor'], unpaired: true },
      { line: 4, fields: ['3', 'a'] },
    ]);
  });

  it('takes line breaks as they come', async () => {
    const { rows } = await read(await fileOf('item_id,title\r\n1,a\n\n2,b\r\n \n3,c'));
    expect(rows.map(({ line, fields }) => [line, ...fields])).toEqual([
      [2, '1', 'a'],
      [4, '2', 'b'],
      [6, '3', 'c'],
    ]);
  });

  it.each([
    ['only blank lines', '\n \r\n', 'FILE is empty: it has nothing but blank lines'],
    [
      'a quote that never closes',
      'item_id,title\n1,a\n2,"b\n3,c\n',
      'FILE: a quoted field of the row that begins in line 3 does not end; close its quote, and double every quote within it',
    ],
    [
      'Latin-1 that was not declared',
      Buffer.from('item_id,title\n1,Käse\n', 'latin1'),
      'FILE is not UTF-8: byte 18 (0xE4, in line 2) does not belong there; say what it is with --encoding (latin1, utf-16be, utf-16le)',
    ],
    ['a character that was cut off', Buffer.from('item_id,title\n1,ä').subarray(0, -1), /byte 17 \(0xC3, in line 2\)/],
    ['half a surrogate', Buffer.from('\ufeffitem_id,title\n1,\ud83dx', 'utf16le'), /is not UTF-16LE: byte 35 .*line 2/],
  ])('is refused with %s', async (_, content, message) => {
    const said = await refusal(content);
    if (typeof message === 'string') expect(said).toBe(message);
    else expect(said).toMatch(message);
  });

  it('names the place of the first wrong byte, however far it is', async () => {
    const rows = Array.from({ length: 50_000 }, (_, at) => `${at},Käse`).join('\n');
    const good = Buffer.from(`item_id,title\n${rows}\n1,`);
    expect(await refusal(Buffer.concat([good, Buffer.from([0xff])]))).toContain(
      `byte ${good.length + 1} (0xFF, in line 50002)`,
    );
  });

  it('is not read into memory by a quote that never closes', async () => {
    const file = await fileOf(`item_id,title\n1,"${'x'.repeat(17_000_000)}`);
    await expect(read(file)).rejects.toThrow('the row that begins in line 2 does not end');
  });

  it('of anything at all ends in rows or in a CommandError', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 200 }),
        fc.constantFrom<Encoding>('utf-8', 'utf-16le', 'latin1'),
        async (bytes, encoding) => {
          const result: unknown = await read(await fileOf(Buffer.from(bytes)), encoding).catch(
            (error: unknown) => error,
          );
          if (result instanceof Error) expect(result).toBeInstanceOf(CommandError);
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('a Parquet file', () => {
  async function parquet(select: string, name = 'file'): Promise<string> {
    const file = join(folder, `${name}.parquet`);
    const database = await DuckDBInstance.create(':memory:');
    const connection = await database.connect();
    await connection.run(`COPY (${select}) TO '${file}' (FORMAT parquet)`);
    connection.closeSync();
    database.closeSync();
    return file;
  }

  it('gives its rows as text, in order, whatever the types and its name', async () => {
    const file = await parquet(
      `SELECT i AS Item_ID, CASE WHEN i % 2 = 0 THEN 'DE' END AS country, DATE '2026-01-31' AS sold_on, 2.0::DOUBLE AS quantity,
       'Käse'::BLOB AS title FROM range(300000) r(i)`.replace("'Käse'::BLOB", "encode('Käse')"),
      'country=X[1]*',
    );
    const { header, rows } = await read(file);
    expect(header).toEqual(['Item_ID', 'country', 'sold_on', 'quantity', 'title']);
    expect(rows.slice(0, 2)).toEqual([
      { line: 1, fields: ['0', 'DE', '2026-01-31', '2.0', 'Käse'] },
      { line: 2, fields: ['1', null, '2026-01-31', '2.0', 'Käse'] },
    ]);
    expect(rows.every(({ line, fields: [id] }, at) => line === at + 1 && Number(id) === at)).toBe(true);
    expect(rows).toHaveLength(300_000);
  });

  it('is refused when it is not whole, or none', async () => {
    expect(await refusal('PAR1 and no more', 'utf-8', 'parquet')).toMatch(/^FILE cannot be read as Parquet: .+/);
    expect(await refusal('item_id,title\n', 'utf-8', 'parquet')).toMatch(/no Parquet file/);
  });
});

describe('checkFile', () => {
  it('says what is no file to load', async () => {
    await mkdir(join(folder, 'items'));
    await expect(checkFile(join(folder, 'items'))).rejects.toThrow(/items is a folder$/);
    await expect(checkFile(join(folder, 'nothing.csv'))).rejects.toThrow(/nothing.csv cannot be read: .*ENOENT/);
    await expect(checkFile('/dev/null')).rejects.toThrow('/dev/null is no regular file');
    await expect(checkFile(await fileOf(''))).rejects.toThrow(/is empty$/);
    await expect(checkFile(await fileOf(Buffer.from([0x1f, 0x8b, 8])))).rejects.toThrow(/gzip: unpack it first$/);
    await expect(checkFile(await fileOf('PK\u0003\u0004', 'xlsx'))).rejects.toThrow(/save the sheet as CSV$/);
    await expect(checkFile(await fileOf('x'))).resolves.toBeUndefined();
  });
});
