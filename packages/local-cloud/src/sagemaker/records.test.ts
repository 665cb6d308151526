import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Readable } from 'node:stream';
import { batches, join, linesOf } from './records.ts';

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

const FILTER = "$['a','b']";
const record = fc.record({ a: fc.jsonValue(), b: line, c: line });
const asked = ({ a, b }: { a: unknown; b: unknown }) => `${JSON.stringify({ a, b })}\n`;

describe('batches', () => {
  it('lose, repeat and reorder no record, ask what the filter takes, and respect the limit', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(record), async (records) => {
        fc.pre(records.every((each) => Buffer.byteLength(asked(each)) <= 200));
        const lines = Readable.from(records.map((each) => JSON.stringify(each)));
        const found = await all(batches(lines, FILTER, 200));
        expect(JSON.stringify(found.flatMap((batch) => batch.records))).toBe(JSON.stringify(records));
        expect(found.map(({ payload }) => payload).join('')).toBe(records.map(asked).join(''));
        for (const { payload } of found) expect(Buffer.byteLength(payload)).toBeLessThanOrEqual(200);
      }),
    );
  });

  it.each([
    ['secret', /^ClientError: record 1 of the input is no JSON$/],
    ['["secret"]', /^ClientError: record 1 has not all that the filter/],
    ['"secret"', /^ClientError: record 1 of the input is no JSON object$/],
    ['{"a":"secret"}', /^ClientError: record 1 has not all that the filter/],
  ])('refuse %s without telling the content', async (text, message) => {
    await expect(all(batches(Readable.from([text]), FILTER, 200))).rejects.toThrow(message);
  });
});

describe('joining', () => {
  const batch = { records: [{ id: 1, secret: 'x' }, { id: 2 }], payload: '' };

  it('puts the answer beside the input and keeps what the filter takes', () => {
    expect(join(batch, '"x"\n{"y":1}\n', "$['id','SageMakerOutput']")).toBe(
      '{"id":1,"SageMakerOutput":"x"}\n{"id":2,"SageMakerOutput":{"y":1}}\n',
    );
  });

  it('fails for an answer too few, one that is no JSON, and a member that is not there', () => {
    expect(() => join(batch, '1\n', FILTER)).toThrow(/1 records to 2/);
    expect(() => join(batch, '1\nsecret\n', "$['id','SageMakerOutput']")).toThrow(
      /^ClientError: the model's answer is no JSON$/,
    );
    expect(() => join(batch, '1\n2\n', FILTER)).toThrow(/^ClientError: the joined record has not all/);
  });
});
