import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Readable } from 'node:stream';
import { parseJsonPath, select } from './jsonPath.ts';
import { batches, inOrder, linesOf, recordFilters } from './records.ts';

const all = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
};
const from = (bytes: Buffer, size: number) =>
  Readable.from(
    Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
      bytes.subarray(index * size, (index + 1) * size),
    ),
  );
const line = fc.string({ unit: 'grapheme' }).map((text) => text.replace(/[\r\n]/g, ''));

describe('linesOf', () => {
  it('finds the same lines however the bytes are cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(line), fc.integer({ min: 1, max: 9 }), fc.boolean(), async (lines, size, ended) => {
        fc.pre(ended || lines.at(-1) !== '');
        const text = lines.join('\n') + (ended && lines.length > 0 ? '\n' : '');
        expect(await all(linesOf(from(Buffer.from(text), size)))).toEqual(lines);
      }),
    );
  });
});

describe('batches', () => {
  it('lose, repeat and reorder nothing, and respect both limits', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(line), fc.integer({ min: 1, max: 5 }), async (lines, records) => {
        const limits = { bytes: 200, records };
        fc.pre(lines.every((each) => Buffer.byteLength(each) < 200));
        const found = await all(batches(Readable.from(lines), (each) => each, limits));
        expect(found.flatMap((batch) => batch.lines)).toEqual(lines);
        expect(found.map(({ payload }) => payload).join('')).toBe(lines.map((each) => `${each}\n`).join(''));
        for (const batch of found) {
          expect(batch.lines.length).toBeLessThanOrEqual(records);
          expect(Buffer.byteLength(batch.payload)).toBeLessThanOrEqual(200);
        }
      }),
    );
  });
});

describe('inOrder', () => {
  it('gives results in order and never has more under way than allowed', async () => {
    let underWay = 0;
    let most = 0;
    const work = async (delay: number): Promise<number> => {
      underWay += 1;
      most = Math.max(most, underWay);
      for (let turn = 0; turn < delay; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      underWay -= 1;
      return delay;
    };
    const items = [5, 1, 3, 0, 4, 2];
    expect(await all(inOrder(Readable.from(items), 3, work))).toEqual(items);
    expect(most).toBe(3);
  });
});

describe('a JSONPath', () => {
  it.each([
    ['$', { a: 1 }, { a: 1 }],
    ['$.a', { a: 1 }, 1],
    ["$['a b']", { 'a b': 1 }, 1],
    ['$.a.b', { a: { b: null } }, null],
    ["$.a['b','c']", { a: { b: 1, c: 2, d: 3 } }, { b: 1, c: 2 }],
    ["$[ 'b' , 'a' ]", { a: 1, b: 2, c: 3 }, { b: 2, a: 1 }],
    ['$.a.b', { a: 1 }, undefined],
    ["$['a','b']", { a: 1 }, undefined],
    ['$.constructor', {}, undefined],
  ])('%s selects from %j', (path, value, part) => {
    expect(select(parseJsonPath(path)!, value)).toEqual(part);
  });

  it.each(['', 'a', '$[0]', '$[1:]', '$..a', '$.*', "$['a','b'].c", '$.', "$['a"])('%s is not supported', (path) => {
    expect(parseJsonPath(path)).toBeUndefined();
  });

  it('of any member name is found again', () => {
    const name = fc.string().filter((text) => !/['\\]/.test(text));
    fc.assert(
      fc.property(name, fc.jsonValue(), (member, value) => {
        expect(select(parseJsonPath(`$['${member}']`)!, { [member]: value })).toEqual(value);
      }),
    );
  });
});

describe('joining', () => {
  const batch = { lines: ['{"id":1}', '[2]'], payload: '' };

  it('puts the answer beside the input, or both below names of their own', () => {
    const { output } = recordFilters({ JoinSource: 'Input' });
    expect(output(batch, '"x"\n"y"\n')).toBe(
      '{"id":1,"SageMakerOutput":"x"}\n{"SageMakerInput":[2],"SageMakerOutput":"y"}\n',
    );
  });

  it('is not needed for answers to be kept as they are', () => {
    expect(recordFilters({}).output(batch, 'a b\nc')).toBe('a b\nc\n');
    expect(recordFilters({ OutputFilter: '$.a' }).output(batch, '{"a":1}\n{"a":2}')).toBe('1\n2\n');
  });

  it('never tells the content of a record that is no JSON', () => {
    const { output } = recordFilters({ JoinSource: 'Input' });
    expect(() => output({ lines: ['secret', 'secret'], payload: '' }, '1\n2')).toThrow(
      /^ClientError: the input is no JSON$/,
    );
  });
});
