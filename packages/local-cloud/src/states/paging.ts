import { z } from 'zod';

/** Members of every List operation; a token is the position of the next page. */
export const paging = {
  maxResults: z.int().min(0).max(1000).default(0),
  nextToken: z.string().regex(/^\d+$/).default('0'),
};

/** One page of `all`. */
export function page<T>(all: readonly T[], { maxResults, nextToken }: { maxResults: number; nextToken: string }) {
  const start = Number(nextToken);
  const end = start + (maxResults || 100);
  return { items: all.slice(start, end), nextToken: end < all.length ? String(end) : undefined };
}
