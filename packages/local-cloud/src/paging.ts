import { z } from 'zod';
import { AwsError } from './aws.ts';
import type { Operation } from './aws.ts';
import { operation } from './operation.ts';

/** How a service has its lists read page by page: its names for what pages need, and its limits. */
export interface Paging {
  /** In the request: how many items at most. Left out where nobody can ask for that. */
  readonly size?: string;
  /** In the request: where to go on. */
  readonly token: string;
  /** In the answer: where to go on; by default called like `token`. */
  readonly next?: string;
  /** In the answer: whether there is more. */
  readonly truncated?: string;
  readonly most: number;
  /** No page is longer, even where more may be asked for; by default `most`. */
  readonly longest?: number;
  /** What nobody asked for, or 0 where that is allowed, comes to so many items; by default as many as go on a page. */
  readonly usual?: number;
  readonly least?: number;
  /** The code that refuses a token of somebody's own making. */
  readonly badToken?: string;
}

type Members = Readonly<Record<string, unknown>>;

/**
 * Makes a List operation out of one that answers everything: `list` is the member that is cut, `id` what tells its
 * items apart (undefined: themselves). What comes and goes between two pages makes no other item repeat or vanish.
 */
export function paging(names: Paging): (list: string, id: string | undefined, whole: Operation) => Operation {
  const { size = '', token, next = token, truncated, most, longest = most, usual = longest, least = 1 } = names;
  const count = z.coerce.number().pipe(z.int().min(least).max(most)).default(usual);
  const page = operation({ [size]: count, [token]: z.string().optional() }, (given) => given);
  return (list, id, whole) =>
    async ({ [size]: asked, [token]: after, ...input }, caller) => {
      const given = (await page({ [size]: asked, [token]: after }, caller)) as Members;
      const cursor = given[token] as string | undefined;
      const answer = (await whole(input, caller)) as Members;
      const all = answer[list] as readonly unknown[];
      const idAt = (index: number): unknown => (id === undefined ? all[index] : (all[index] as Members)[id]);
      const start =
        cursor === undefined
          ? 0
          : startOf(
              cursor,
              all.map((_, index) => idAt(index)),
              names,
            );
      const end = start + Math.min(longest, Number(given[size]) || usual);
      const more = end < all.length;
      return {
        ...answer,
        [list]: all.slice(start, end),
        ...(truncated !== undefined && { [truncated]: more }),
        [next]: more ? Buffer.from(JSON.stringify([end, idAt(end - 1)])).toString('base64url') : undefined,
      };
    };
}

/** A token says how many items came before, and which was the last of them: the next page follows it, or has its place. */
const tokenOf = z.tuple([z.int().min(1), z.union([z.string(), z.number()])]);

function startOf(token: string, ids: readonly unknown[], { badToken = 'ValidationException' }: Paging): number {
  try {
    const [before, last] = tokenOf.parse(JSON.parse(Buffer.from(token, 'base64url').toString()));
    const place = ids[before - 1] === last ? before - 1 : ids.indexOf(last);
    return place === -1 ? before - 1 : place + 1;
  } catch (cause) {
    throw new AwsError(badToken, 'The token for the next page is not valid', { cause });
  }
}
