import * as z from 'zod';

/** ISO 3166-1 alpha-2, upper case. */
export const country = z.string().regex(/^[A-Z]{2}$/);
/** One classification that a country asks for, e.g. `weee`, `battery`, `packaging`. */
export const scheme = z.string().regex(/^[a-z][a-z0-9-]{0,15}$/);
/** `<purpose>-<scheduled time or the operator's token>`; part of execution names (<= 80), hence short. */
export const runId = z.string().regex(/^(training|inference)-[A-Za-z0-9][A-Za-z0-9-]{0,31}$/);
export const purpose = z.enum(['training', 'inference']);
/** Who asked for an inference: the comparison of two models, or the labelling of a month. */
export const caller = z.enum(['evaluation', 'production']);
/** A calendar month, `YYYY-MM`. */
export const month = z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/);
/** An instant, ISO 8601 in UTC. */
export const instant = z.iso.datetime();
/** `s3://bucket/key`; a prefix ends with `/`. */
export const s3Uri = z.string().regex(/^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\/[A-Za-z0-9._/=-]*$/);
/** A SHA-256 in hex. */
export const hash = z.string().regex(/^[0-9a-f]{64}$/);
/** A count of rows, bytes or files. */
export const count = z.int().nonnegative();
/** A share between 0 and 1. */
export const share = z.number().min(0).max(1);
export const arn = z.string().regex(/^arn:/);
/** A regulator's classification code. */
export const code = z.string().min(1).max(64);
/** The version of a published catalogue: the first 16 hex digits of its content's SHA-256. */
export const catalogueVersion = z.string().regex(/^[0-9a-f]{16}$/);

/** The unit of training: one scheme of one country. */
export const line = z.object({ country, scheme });
export type Line = z.infer<typeof line>;

/** `DE/weee`, as people and tables write a line. */
export const lineName = ({ country, scheme }: Line): string => `${country}/${scheme}`;
