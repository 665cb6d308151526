import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { internally } from './aws.ts';
import { paging } from './paging.ts';

interface Item {
  readonly Name: string;
}
const caller = internally('tests');
const inPages = paging({ size: 'Limit', token: 'Marker', next: 'NextMarker', truncated: 'Truncated', most: 100 });
/** A List operation over what `items` holds at the moment of each call. */
const list = (items: () => readonly Item[]) => inPages('Items', 'Name', {}, items);
const names = fc.uniqueArray(fc.string(), { maxLength: 40 });
const itemsOf = (of: readonly string[]): Item[] => of.map((Name) => ({ Name }));

/** Reads page by page; between two pages `meanwhile` happens. */
async function readAll(items: () => readonly Item[], Limit: number, meanwhile = (): void => undefined) {
  const read: string[] = [];
  for (let Marker: unknown; ;) {
    const page = (await list(items)({ Limit, ...(Marker !== undefined && { Marker }) }, caller)) as {
      Items: Item[];
      Truncated: boolean;
      NextMarker?: string;
    };
    expect(page.Items.length).toBeLessThanOrEqual(Limit);
    expect(page.Truncated).toBe(page.NextMarker !== undefined);
    read.push(...page.Items.map(({ Name }) => Name));
    if (page.NextMarker === undefined) return read;
    Marker = page.NextMarker;
    meanwhile();
  }
}

describe('a list in pages', () => {
  it('is the whole list, whatever the size of a page', async () => {
    await fc.assert(
      fc.asyncProperty(names, fc.integer({ min: 1, max: 50 }), async (all, size) => {
        expect(await readAll(() => itemsOf(all), size)).toEqual(all);
      }),
    );
  });

  it('repeats nothing and hides nothing when newer items come to the front', async () => {
    await fc.assert(
      fc.asyncProperty(names, fc.integer({ min: 1, max: 50 }), async (all, size) => {
        let present = all;
        const meanwhile = (): void => {
          present = [`newer ${present.length} ${present[0] ?? ''}`, ...present];
        };
        expect(await readAll(() => itemsOf(present), size, meanwhile)).toEqual(all);
      }),
    );
  });

  it('goes on in the place of an item that is gone', async () => {
    let present = ['a', 'b', 'c', 'd'];
    const meanwhile = (): void => {
      present = present.filter((name) => name !== 'b');
    };
    expect(await readAll(() => itemsOf(present), 2, meanwhile)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('leaves the size of a page to the service', async () => {
    const all = itemsOf(Array.from({ length: 101 }, (_, index) => `item ${index}`));
    const answer = (await list(() => all)({}, caller)) as { Items: Item[] };
    expect(answer.Items.length).toBe(100);
  });

  it('refuses sizes out of range, tokens of another making, and never crashes on one', async () => {
    const call = async (input: object) => list(() => itemsOf(['a']))({ ...input }, caller);
    for (const Limit of [0, 101, 1.5, 'x'])
      await expect(call({ Limit })).rejects.toMatchObject({ code: 'ValidationException', message: /^Limit: / });
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string(),
          fc.json().map((json) => Buffer.from(json).toString('base64url')),
        ),
        (Marker) => expect(call({ Marker })).rejects.toMatchObject({ code: 'ValidationException' }),
      ),
    );
    await expect(call({ Other: 1 })).rejects.toMatchObject({ code: 'NotImplemented' });
  });
});
