import { describe, expect, it } from '@jest/globals';
import { changesSince, isFailure, type Present } from './check.ts';
import { releaseOf, type Release } from './release.ts';
import { reportOf } from './report.ts';
import type { Json, JsonObject } from './schema.ts';

const MODULE = 'inference/done.v1';

const eventSchema = (
  detailType: string,
  data: JsonObject,
  required: readonly string[] = Object.keys(data),
): JsonObject => ({
  type: 'object',
  properties: {
    source: { const: 'regulabel.inference' },
    'detail-type': { const: detailType },
    detail: {
      type: 'object',
      properties: { metadata: { type: 'object' }, data: { type: 'object', properties: data, required } },
      required: ['data'],
    },
  },
  required: ['source', 'detail-type', 'detail'],
});

const example = (data: JsonObject, schemaVersion = '1.0'): JsonObject => ({
  source: 'regulabel.inference',
  'detail-type': 'Done.v1',
  detail: { metadata: { schemaVersion }, data },
});

const pattern: JsonObject = { 'detail-type': ['Done.v1'], detail: { data: { caller: ['a'] } } };

/** The files of a release with one event, `Done.v1`, which has a caller. */
const files = (changes: Readonly<Record<string, Json | undefined>> = {}): ReadonlyMap<string, string> => {
  const all: Record<string, Json | undefined> = {
    [`schemas/draft-2020-12/${MODULE}.json`]: eventSchema('Done.v1', { caller: { enum: ['a', 'b'] } }),
    [`schemas/draft-04/${MODULE}.json`]: {},
    [`patterns/${MODULE}.a.json`]: pattern,
    [`examples/${MODULE}/typical.json`]: example({ caller: 'a' }),
    [`examples/${MODULE}/invalid.json`]: [],
    ...changes,
  };
  const present = Object.entries(all).filter((entry): entry is [string, Json] => entry[1] !== undefined);
  return new Map(present.map(([path, content]) => [path, JSON.stringify(content)]));
};

const published = releaseOf('1.0.0', files());

/** The working tree; it understands everything, unless told otherwise. */
const present = (
  version: string,
  changes: Readonly<Record<string, Json | undefined>> = {},
  parse: Present['parse'] = (_, document) => ({ document }),
): Present => ({ ...releaseOf(version, files(changes)), parse });

const told = (releases: readonly Release[], now: Present): string[] =>
  changesSince(releases, now).map((change) => {
    const { about, path, what } = change;
    return `${isFailure(change) ? 'refused' : 'fine'}: ${about} ${path} ${what}`.replaceAll(/ +/g, ' ');
  });

const schema = `schemas/draft-2020-12/${MODULE}.json`;
const withCaller = (...values: Json[]): JsonObject => eventSchema('Done.v1', { caller: { enum: values } });

describe('the working tree', () => {
  it('may be what was released', () => {
    expect(told([published], present('1.0.0'))).toEqual([]);
  });

  it('may be anything before the first release', () => {
    expect(told([], present('1.0.0'))).toEqual([]);
  });

  it('may have an additive change in a new minor version, of the package and of the event', () => {
    const grown = eventSchema('Done.v1', { caller: { enum: ['a', 'b'] }, more: { type: 'string' } }, ['caller']);
    const newExample = example({ caller: 'a' }, '1.1');
    const now = present('1.1.0', { [schema]: grown, [`examples/${MODULE}/typical.json`]: newExample });
    expect(told([published], now)).toEqual([`fine: ${MODULE} detail.data.more field added: absent -> optional string`]);
  });

  it.each(['1.0.0', '1.0.1'])('may not have one as %s, with an event that says 1.0 still', (version) => {
    const grown = eventSchema('Done.v1', { caller: { enum: ['a', 'b'] }, more: { type: 'string' } }, ['caller']);
    expect(told([published], present(version, { [schema]: grown }))).toEqual([
      `fine: ${MODULE} detail.data.more field added: absent -> optional string`,
      `refused: package.json version 1.0.0 -> ${version}`,
      `refused: ${MODULE} schemaVersion 1.0 -> 1.0`,
    ]);
  });

  it('may not be an earlier version, even unchanged', () => {
    expect(told([published], present('0.9.0'))).toEqual(['refused: package.json version 1.0.0 -> 0.9.0']);
  });

  it('may not have one in an event that goes back to an earlier minor version', () => {
    const grown = eventSchema('Done.v1', { caller: { enum: ['a', 'b'] }, more: { type: 'string' } }, ['caller']);
    const late = releaseOf('1.1.0', files({ [`examples/${MODULE}/typical.json`]: example({ caller: 'a' }, '1.10') }));
    const now = present('1.2.0', {
      [schema]: grown,
      [`examples/${MODULE}/typical.json`]: example({ caller: 'a' }, '1.9'),
    });
    expect(told([late], now)).toEqual([
      `fine: ${MODULE} detail.data.more field added: absent -> optional string`,
      `refused: ${MODULE} schemaVersion 1.10 -> 1.9`,
    ]);
  });

  it('may not have a breaking change in place, whatever its version', () => {
    const [change, ...others] = changesSince([published], present('2.0.0', { [schema]: withCaller('a', 'b', 'c') }));
    expect(others).toEqual([]);
    expect(change).toEqual({
      about: MODULE,
      path: 'detail.data.caller',
      what: 'values: "a" | "b" -> "a" | "b" | "c"',
      breaks: 'old consumers',
      why: 'new events may have "c", old consumers accept "a", "b"',
      remedy: 'go on sending only what was sent, or add inference/done.v2 beside .v1: docs/contracts.md',
    });
  });

  it('may have a new major beside the old one', () => {
    const next = eventSchema('Done.v2', { by: { enum: ['a', 'b', 'c'] } });
    const now = present('1.1.0', { 'schemas/draft-2020-12/inference/done.v2.json': next });
    expect(told([published], now)).toEqual(['fine: inference/done.v2 added']);
  });

  it('may not have it in place of the old one', () => {
    const next = eventSchema('Done.v2', { caller: { enum: ['a', 'b'] } });
    const now = present('2.0.0', { [schema]: undefined, 'schemas/draft-2020-12/inference/done.v2.json': next });
    expect(told([published], now)).toEqual([
      `refused: ${MODULE} gone`,
      'fine: inference/done.v2 added',
      `refused: patterns/${MODULE}.a.json detail-type no longer matches every Done.v1 that it matched in 1.0.0`,
    ]);
    expect(changesSince([published], now)[0]?.remedy).toBe(
      'put it back, or leave it as it was published, beside inference/done.v2: docs/contracts.md',
    );
  });
});

describe('a published pattern', () => {
  const optional = eventSchema('Done.v1', { caller: { enum: ['a', 'b'] } }, []);

  it('has to go on matching', () => {
    expect(told([published], present('2.0.0', { [schema]: optional }))).toEqual([
      `refused: ${MODULE} detail.data.caller field became optional: required -> optional`,
      `refused: patterns/${MODULE}.a.json detail.data.caller no longer matches every Done.v1 that it matched in 1.0.0`,
    ]);
  });

  it('of an older release has to, too', () => {
    const file = `patterns/${MODULE}.b.json`;
    const first = releaseOf(
      '1.0.0',
      files({ [file]: { 'detail-type': ['Done.v1'], detail: { data: { caller: ['b'] } } } }),
    );
    const second = releaseOf('1.10.0', files({ [file]: { 'detail-type': ['Done.v1'] } }));
    const now = present('2.0.0', { [schema]: withCaller('a'), [file]: { 'detail-type': ['Done.v1'] } });
    expect(told([second, first], now)).toEqual([
      `refused: ${MODULE} detail.data.caller values: "a" | "b" -> "a"`,
      `refused: ${file} detail.data.caller no longer matches every Done.v1 that it matched in 1.0.0`,
    ]);
  });

  it('may not be taken away', () => {
    expect(told([published], present('2.0.0', { [`patterns/${MODULE}.a.json`]: undefined }))).toEqual([
      `refused: patterns/${MODULE}.a.json gone`,
    ]);
  });

  it('has to match what the present code makes of an example', () => {
    const forgetful: Present['parse'] = () => ({ document: example({}) });
    expect(told([published], present('1.0.0', {}, forgetful))).toContain(
      `refused: released/1.0.0/examples/${MODULE}/typical.json no longer matched by patterns/${MODULE}.a.json`,
    );
  });

  it.each<[string, JsonObject]>([
    ['narrower', { ...pattern, detail: { data: { caller: ['a'], more: ['x'] } } }],
    ['wider', { 'detail-type': ['Done.v1'] }],
  ])('may not become %s under its name', (_, other) => {
    const file = `patterns/${MODULE}.a.json`;
    expect(told([published], present('1.1.0', { [file]: other }))).toEqual([`refused: ${file} changed`]);
  });

  it('may be written in another order', () => {
    const { detail, ...rest } = pattern;
    const now = present('1.0.0', { [`patterns/${MODULE}.a.json`]: { detail: detail ?? null, ...rest } });
    expect(told([published], now)).toEqual([]);
  });

  it('may come beside it, in a new minor version of the package', () => {
    const file = `patterns/${MODULE}.b.json`;
    const more = { [file]: { ...pattern, detail: { data: { caller: ['b'] } } } };
    expect(told([published], present('1.1.0', more))).toEqual([`fine: ${file} added`]);
    expect(told([published], present('1.0.0', more))).toContain('refused: package.json version 1.0.0 -> 1.0.0');
  });
});

describe('an example', () => {
  it('of any release has to be understood', () => {
    const second = releaseOf('1.1.0', files({ [`examples/${MODULE}/typical.json`]: example({ caller: 'b' }) }));
    const onlyB: Present['parse'] = (_, document) => {
      const text = JSON.stringify(document);
      return text.includes('"b"') ? { document } : { problem: 'detail.data.caller: it has to be b' };
    };
    const [change, ...others] = changesSince([published, second], present('1.1.0', {}, onlyB)).filter(isFailure);
    expect(change).toMatchObject({
      about: `released/1.0.0/examples/${MODULE}/typical.json`,
      what: 'no longer understood',
      why: 'detail.data.caller: it has to be b',
    });
    expect(others).toEqual([]);
  });
});

describe('the report', () => {
  it('says what changed, whom it breaks, and what to do', () => {
    const now = present('1.1.0', { [schema]: withCaller('a', 'b', 'c') });
    const text = reportOf(changesSince([published], now), { last: '1.0.0', present: '1.1.0' });
    expect(text).toBe(
      [
        'contracts: 1.0.0 (last release) -> 1.1.0 (working tree)',
        '',
        'inference/done.v1',
        '  detail.data.caller: values: "a" | "b" -> "a" | "b" | "c"',
        '    breaks old consumers: new events may have "c", old consumers accept "a", "b"',
        '    go on sending only what was sent, or add inference/done.v2 beside .v1: docs/contracts.md',
        '',
        '1 change of 1 must not be published',
      ].join('\n'),
    );
  });

  it('lists what is harmless too', () => {
    const now = present('1.1.0', { 'schemas/draft-2020-12/inference/file.v1.json': { type: 'object' } });
    expect(reportOf(changesSince([published], now), { last: '1.0.0', present: '1.1.0' })).toContain(
      'inference/file.v1\n  added\n\n1 change, none of which breaks anything',
    );
  });
});

describe('a version', () => {
  it('is read as a number is, and refused as anything else', () => {
    const late = releaseOf('1.10.0', files({ [schema]: withCaller('a', 'b', 'c') }));
    const now = present('1.10.0', { [schema]: withCaller('a', 'b', 'c') });
    expect(told([late, releaseOf('1.9.0', files())], now)).toEqual([]);
    expect(() => changesSince([published, releaseOf('next', files())], now)).toThrow(
      'next is not a version such as 1.2.3',
    );
  });
});
