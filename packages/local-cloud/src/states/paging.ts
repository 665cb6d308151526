import { z } from 'zod';
import { AwsError } from '../aws.ts';

/** Members of every List operation. */
export const paging = {
  maxResults: z.number().int().min(0).max(1000).optional(),
  nextToken: z.string().optional(),
};

/** One page of `all`; the token is the position of the next. */
export function page<T>(
  all: readonly T[],
  { maxResults, nextToken }: { maxResults?: number | undefined; nextToken?: string | undefined },
): { items: readonly T[]; nextToken: { nextToken?: string } } {
  const size = maxResults === undefined || maxResults === 0 ? 100 : maxResults;
  const start = nextToken === undefined ? 0 : Number(Buffer.from(nextToken, 'base64url').toString());
  if (!Number.isInteger(start) || start < 0) throw new AwsError('InvalidToken', `Invalid Token: '${nextToken ?? ''}'`);
  const end = start + size;
  const more = end < all.length ? { nextToken: Buffer.from(String(end)).toString('base64url') } : {};
  return { items: all.slice(start, end), nextToken: more };
}
