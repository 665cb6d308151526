import { z } from 'zod';
import { AwsError } from '../aws.ts';
import { noSuchKey, preconditionFailed, sameEtag, type ObjectVersion } from './objects.ts';

const text = z.string().optional();

export const readConditions = { IfMatch: text, IfNoneMatch: text, IfModifiedSince: text, IfUnmodifiedSince: text };
export const writeConditions = { IfMatch: text, IfNoneMatch: z.literal('*').optional() };
type Conditions = Partial<Record<keyof typeof readConditions, string | undefined>>;

/**
 * Which condition of a read does not hold. ETags outrank times, and what fails outranks what is not modified.
 * https://www.rfc-editor.org/rfc/rfc9110#name-precedence-of-preconditions
 */
export function unmet(version: ObjectVersion, { IfMatch, IfNoneMatch, ...times }: Conditions): string | undefined {
  const matches = (etag: string): boolean => etag === '*' || sameEtag(etag, version.etag);
  // A time that cannot be read is no condition: every comparison with NaN is false.
  const [since, until] = [times.IfModifiedSince, times.IfUnmodifiedSince].map((time) => Date.parse(time ?? '') / 1000);
  if (IfMatch === undefined ? version.lastModified > Number(until) : !matches(IfMatch))
    return IfMatch === undefined ? 'If-Unmodified-Since' : 'If-Match';
  if (IfNoneMatch === undefined ? version.lastModified <= Number(since) : matches(IfNoneMatch))
    return IfNoneMatch === undefined ? 'If-Modified-Since' : 'If-None-Match';
  return undefined;
}

export function checkRead(version: ObjectVersion, conditions: Conditions): void {
  const condition = unmet(version, conditions);
  if (condition === 'If-Match' || condition === 'If-Unmodified-Since') throw preconditionFailed(condition);
  if (condition === undefined) return;
  const members = { ETag: version.etag, LastModified: version.lastModified };
  throw new AwsError('NotModified', 'Not Modified', { status: 304, members });
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html */
export function checkWrite(current: ObjectVersion | undefined, key: string, given: Conditions): void {
  if (given.IfNoneMatch !== undefined && current !== undefined) throw preconditionFailed('If-None-Match');
  if (given.IfMatch === undefined) return;
  if (current === undefined) throw noSuchKey(key);
  if (!sameEtag(given.IfMatch, current.etag)) throw preconditionFailed('If-Match');
}
