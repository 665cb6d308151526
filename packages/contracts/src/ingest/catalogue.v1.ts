import * as z from 'zod';
import { catalogueVersion, code, country, instant, s3Uri, scheme } from '../values.ts';

const date = z.iso.date('it has to be a date such as 2026-01-31');

/** A code of a model line, valid on the days from `validFrom` to `validTo` (both included). */
export const codeListEntry = z.object({
  code,
  title: z.string().default(''),
  validFrom: date.optional(),
  validTo: date.optional(),
  replacedBy: code.optional(),
});
export type CodeListEntry = z.infer<typeof codeListEntry>;

/** A hyperparameter's range, as SageMaker's tuning takes it. */
export const range = z.discriminatedUnion(
  'type',
  [
    z.object({
      type: z.literal('integer'),
      min: z.int(),
      max: z.int(),
      scale: z.enum(['Auto', 'Linear', 'Logarithmic']).default('Auto'),
    }),
    z.object({
      type: z.literal('continuous'),
      min: z.number(),
      max: z.number(),
      scale: z.enum(['Auto', 'Linear', 'Logarithmic']).default('Auto'),
    }),
    z.object({ type: z.literal('categorical'), values: z.array(z.string()).min(1) }),
  ],
  'it has to be a map whose type is integer, continuous or categorical',
);

/** One way to train a line: static hyperparameters and the ranges that tuning searches. */
export const algorithm = z.object({
  name: z.literal('blazingtext').default('blazingtext'),
  /** `word_ngrams` 1: the prepared text already has the title's word pairs as tokens. */
  static: z
    .record(z.string(), z.string())
    .default({ mode: 'supervised', buckets: '100000', min_count: '1', word_ngrams: '1', early_stopping: 'False' }),
  /** Lines of a few hundred rows learn nothing in fewer or smaller steps than these. */
  ranges: z.record(z.string(), range).default({
    learning_rate: { type: 'continuous', min: 0.3, max: 1, scale: 'Logarithmic' },
    epochs: { type: 'integer', min: 15, max: 35, scale: 'Auto' },
    vector_dim: { type: 'integer', min: 16, max: 32, scale: 'Auto' },
  }),
});
export type Algorithm = z.infer<typeof algorithm>;

export const lineSettings = z.object({
  /** Absent: every code seen in the line's labelled rows is valid. */
  codes: z.array(codeListEntry).min(1).optional(),
  algorithms: z.array(algorithm).min(1).prefault([{}]),
  /** Trials per algorithm. */
  trials: z.int().min(1).max(100).default(4),
  /** Macro-F1 that a candidate must gain over the winner to replace it. */
  margin: z.number().min(0).max(1).default(0.002),
  /** Fewer usable rows than this: the line is not trained. */
  minimumRows: z.int().min(2).default(20),
});
export type LineSettings = z.infer<typeof lineSettings>;

export const countrySettings = z.object({
  /** ISO 639-1, of the items' titles. */
  languages: z.array(z.string().regex(/^[a-z]{2}$/, 'it has to be an ISO 639-1 code such as de')).default([]),
  schemes: z.record(scheme, lineSettings.prefault({})),
});

/** The model lines with everything that is data, not code. The smallest one is `{ countries: { DE: { schemes: { weee: {} } } } }`. */
export const catalogue = z.object({ countries: z.record(country, countrySettings) });
/** With every default filled in: what is published, stored and pinned. */
export type Catalogue = z.infer<typeof catalogue>;
/** As people write it. */
export type CatalogueInput = z.input<typeof catalogue>;

/** Which published catalogue is in force: one item of the runs table. */
export const catalogueInForce = z.object({
  version: catalogueVersion,
  uri: s3Uri,
  previousVersion: catalogueVersion.optional(),
  publishedAt: instant,
  /** Whether `CatalogueChanged` for it is known to be on the bus. */
  announced: z.boolean(),
});
export type CatalogueInForce = z.infer<typeof catalogueInForce>;
