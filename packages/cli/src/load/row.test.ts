import { describe, expect, it } from '@jest/globals';
import { catalogue } from '@regulabel/contracts/ingest/catalogue.v1';
import { readHeader } from './header.ts';
import { checkRow } from './row.ts';
import { TABLES, type Kind } from './tables.ts';

const CATALOGUE = catalogue.parse({
  countries: { DE: { schemes: { weee: {}, battery: {} } }, FR: { schemes: { weee: {} } } },
});

/** Checks one row of a file with these columns. */
function check(kind: Kind, row: Readonly<Record<string, string | null>>) {
  const header = readHeader('FILE', Object.keys(row), TABLES[kind]);
  const rules = { table: TABLES[kind], header, catalogue: CATALOGUE, month: '2026-03' };
  return checkRow({ line: 2, fields: Object.values(row) }, rules);
}

const LABELLED = { item_id: '1', country: 'DE', title: 'Toaster', scheme: 'weee', code: 'A' };
const SOLD = { item_id: '1', country: 'DE', title: 'Toaster' };

describe('a labelled row', () => {
  it("has the warehouse's columns, blanks around identifiers taken away, and texts as they are", () => {
    const row = {
      Code: ' A1 ',
      SCHEME: 'WEEE',
      title: ' Toaster ',
      Country: ' de',
      item_id: '1 ',
      note: 'x',
      brand: ' ',
    };
    expect(check('labelled', row)).toEqual({
      values: ['1', 'DE', ' Toaster ', null, null, 'weee', 'A1', null],
      undated: false,
    });
  });

  it.each([
    ['2026-01-31', '2026-01-31 00:00:00.000'],
    ['2026-01-31 12:30', '2026-01-31 12:30:00.000'],
    ['2026-01-31T12:30:15.5Z', '2026-01-31 12:30:15.500'],
    ['2026-01-31 00:30:00+01', '2026-01-30 23:30:00.000'],
    ['2026-01-31T12:30:00-0530', '2026-01-31 18:00:00.000'],
  ])('was labelled at %s, which is %s in UTC', (labelled_at, utc) => {
    expect(check('labelled', { ...LABELLED, labelled_at })).toMatchObject({
      values: [...Array<unknown>(7).fill(expect.anything()), utc].with(3, null).with(4, null),
    });
  });

  it.each([
    ['missing-item_id', { item_id: ' ' }, ''],
    ['missing-item_id', { item_id: null }, ''],
    ['missing-country', { country: '' }, ''],
    ['missing-title', { title: '\t' }, ''],
    ['missing-scheme', { scheme: '' }, ''],
    ['missing-code', { code: '' }, ''],
    ['unknown-country', { country: 'XX' }, 'XX'],
    ['unknown-country', { country: '__proto__' }, '__PROTO__'],
    ['unknown-scheme', { country: 'FR', scheme: 'battery' }, 'FR/battery'],
    ['unknown-scheme', { scheme: 'constructor' }, 'DE/constructor'],
    ['null-byte', { title: 'a\0b' }, 'a\0b'],
    ['too-long', { title: 'x'.repeat(65_536) }, 'title, 65536 bytes'],
    ['too-long', { description: '漢'.repeat(21_846) }, 'description, 65538 bytes'],
    ['bad-labelled_at', { labelled_at: '31.01.2026' }, '31.01.2026'],
    ['bad-labelled_at', { labelled_at: '2026-02-30' }, '2026-02-30'],
    ['bad-labelled_at', { labelled_at: '2026-01-31T25:00' }, '2026-01-31T25:00'],
  ])('is rejected as %s: %j', (reason, change, detail) => {
    expect(check('labelled', { ...LABELLED, ...change })).toEqual({ reason, detail });
  });

  it('may be as long as the warehouse takes', () => {
    expect(check('labelled', { ...LABELLED, title: 'x'.repeat(65_535) })).toHaveProperty('values');
  });
});

describe('a sold row', () => {
  it('is one piece, sold in the month that was asked for, if it does not say', () => {
    expect(check('sold', SOLD)).toEqual({
      values: ['1', 'DE', 'Toaster', null, null, '1', '2026-03-01'],
      undated: true,
    });
    expect(check('sold', { ...SOLD, quantity: '', sold_on: '' })).toEqual(check('sold', SOLD));
  });

  it.each([
    ['3', '2026-01-31'],
    ['3.0', '2026-01-31 23:59:59+01'],
    [' 3 ', '2026-01-31T00:00:00Z'],
  ])('has quantity %j and date %j', (quantity, sold_on) => {
    expect(check('sold', { ...SOLD, quantity, sold_on })).toEqual({
      values: ['1', 'DE', 'Toaster', null, null, '3', '2026-01-31'],
      undated: false,
    });
  });

  it.each([
    ['bad-quantity', { quantity: '-1' }],
    ['bad-quantity', { quantity: '1.5' }],
    ['bad-quantity', { quantity: '2147483648' }],
    ['bad-quantity', { quantity: 'two' }],
    ['bad-sold_on', { sold_on: '01/02/2026' }],
    ['bad-sold_on', { sold_on: '2026-13-01' }],
  ])('is rejected as %s: %j', (reason, change) => {
    expect(check('sold', { ...SOLD, ...change })).toEqual({ reason, detail: Object.values(change)[0] });
  });
});

describe('a broken row', () => {
  const header = readHeader('FILE', ['item_id', 'country', 'title'], TABLES.sold);
  const rules = { table: TABLES.sold, header, catalogue: CATALOGUE, month: '2026-03' };

  it('is rejected with what is broken', () => {
    expect(checkRow({ line: 2, fields: ['1', 'DE'] }, rules)).toEqual({
      reason: 'wrong-field-count',
      detail: '2, the header has 3',
    });
    expect(checkRow({ line: 2, fields: ['1', 'DE', 'a" b'], unpaired: true }, rules)).toEqual({
      reason: 'unpaired-quotes',
      detail: 'a" b',
    });
  });
});

describe('readHeader', () => {
  it('passes over columns that the table does not have', () => {
    expect(readHeader('FILE', ['Note', ' TITLE', 'country', 'item_id', 'code'], TABLES.sold)).toEqual({
      positions: [3, 2, 1, undefined, undefined, undefined, undefined],
      width: 5,
      ignored: ['Note', 'code'],
    });
  });

  it.each([
    [
      ['item_id', 'name'],
      'FILE has no column country, title: it needs item_id, country, title; its first line has "item_id, name"',
    ],
    [['item_id', 'country', 'title', 'Title'], 'FILE has the column title twice'],
    [['i\0t\0e\0m\0', 'x'], /it looks like UTF-16 without a byte order mark: --encoding utf-16le$/],
    [['x'.repeat(1000)], /"x{1,200}\.\.\."$/],
  ])('refuses %j', (names, message) => {
    expect(() => readHeader('FILE', names, TABLES.sold)).toThrow(message);
  });
});
