// Every value is marked as pure, so that a bundle which uses one event carries only the values that this event has.
// A value's comment describes each field that has none of its own; `@classification` says who may see it, where that is not
// what the whole event or file says: docs/contracts.md.
import * as z from 'zod';

/**
 * ISO 3166-1 alpha-2, upper case.
 * @classification public
 */
export const country = /* @__PURE__ */ z.string().regex(/^[A-Z]{2}$/);
/**
 * One classification that a country asks for, e.g. `weee`, `battery`, `packaging`.
 * @classification public
 */
export const scheme = /* @__PURE__ */ z.string().regex(/^[a-z][a-z0-9-]{0,15}$/);
/** The run: `<purpose>-<scheduled time or the operator's token>`. Part of execution names (<= 80 characters), hence short. */
export const runId = /* @__PURE__ */ z.string().regex(/^(training|inference)-[A-Za-z0-9][A-Za-z0-9-]{0,31}$/);
/** What the run is for: to train models, or to label a month of sales. */
export const purpose = /* @__PURE__ */ z.enum(['training', 'inference']);
/** Who asked for an inference: the comparison of two models, or the labelling of a month. */
export const caller = /* @__PURE__ */ z.enum(['evaluation', 'production']);
/** A calendar month, `YYYY-MM`. */
export const month = /* @__PURE__ */ z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/);
/** An instant, ISO 8601 in UTC. */
export const instant = /* @__PURE__ */ z.iso.datetime();
/** `s3://bucket/key`; a prefix ends with `/`. */
export const s3Uri = /* @__PURE__ */ z.string().regex(/^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\/[A-Za-z0-9._/=-]*$/);
/** A SHA-256 in hex. */
export const hash = /* @__PURE__ */ z.string().regex(/^[0-9a-f]{64}$/);
/** A count of rows, bytes or files. */
export const count = /* @__PURE__ */ z.int().nonnegative();
/** A share between 0 and 1. */
export const share = /* @__PURE__ */ z.number().min(0).max(1);
/** The Amazon Resource Name of an execution. */
export const arn = /* @__PURE__ */ z.string().regex(/^arn:/);
/** A name that is not empty. */
export const name = /* @__PURE__ */ z.string().min(1);
/**
 * A regulator's classification code.
 * @classification public
 */
export const code = /* @__PURE__ */ z.string().min(1).max(64);
/** The version of a published catalogue: the first 16 hex digits of its content's SHA-256. */
export const catalogueVersion = /* @__PURE__ */ z.string().regex(/^[0-9a-f]{16}$/);
/** The id of a decision, in hex; the whole record lies in the winners table under it. */
export const decisionId = /* @__PURE__ */ z.string().regex(/^[0-9a-f]{32}$/);
/** Version of the file's contract. A reader of version 1 takes every 1.x: fields may have been added. */
export const fileVersion = /* @__PURE__ */ z.string().regex(/^1\.\d+$/);

/** A published catalogue: which version it is, and where its file lies. */
export const storedCatalogue = /* @__PURE__ */ z.object({ version: catalogueVersion, uri: s3Uri });

/** The unit of training: one scheme of one country. */
export const line = /* @__PURE__ */ z.object({ country, scheme });
export type Line = z.infer<typeof line>;

/** `DE/weee`, as people and tables write a line. */
export const lineName = ({ country, scheme }: Line): string => `${country}/${scheme}`;
