import { z } from 'zod';
import { AwsError, type Caller, type Operation } from './aws.ts';
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

type ItemsOf<S extends z.ZodRawShape> = (
  input: z.output<z.ZodObject<S>>,
  caller: Caller,
) => readonly unknown[] | Promise<readonly unknown[]>;

/**
 * Makes List operations: `list` is the answer's member for the items, `id` what tells them apart (undefined: themselves),
 * `itemsOf` gives all of them. What comes and goes between two pages makes no other item repeat or vanish.
 */
export function paging(names: Paging) {
  const { size = '', token, next = token, truncated, most, longest = most, usual = longest, least = 1 } = names;
  const count = z.coerce.number().pipe(z.int().min(least).max(most)).default(usual);
  const page = { [size]: count, [token]: z.string().optional() };
  return <S extends z.ZodRawShape>(list: string, id: string | undefined, shape: S, itemsOf: ItemsOf<S>): Operation =>
    operation<z.ZodRawShape>({ ...shape, ...page }, async ({ [size]: asked, [token]: after, ...input }, caller) => {
      const all = await itemsOf(input as z.output<z.ZodObject<S>>, caller);
      const ids = id === undefined ? all : all.map((item) => (item as Readonly<Record<string, unknown>>)[id]);
      const start = typeof after === 'string' ? startOf(after, ids, names) : 0;
      const end = start + Math.min(longest, Number(asked) || usual);
      const more = end < all.length;
      return {
        [list]: all.slice(start, end),
        ...(truncated !== undefined && { [truncated]: more }),
        [next]: more ? Buffer.from(JSON.stringify([end, ids[end - 1]])).toString('base64url') : undefined,
      };
    });
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
