import * as z from 'zod';
import { code, country, scheme } from '../values.ts';

const date = z.iso.date('it has to be a date such as 2026-01-31');

/** A code of a model line, valid on the days from `validFrom` to `validTo` (both included). */
export const codeListEntry = z.object({
  code,
  /**
   * What the regulator calls it.
   * @classification public
   */
  title: z.string().default(''),
  /**
   * The first day on which the code is valid; absent: since ever.
   * @classification public
   */
  validFrom: date.optional(),
  /**
   * The last day on which the code is valid; absent: until further notice.
   * @classification public
   */
  validTo: date.optional(),
  /**
   * The code that takes its place.
   * @classification public
   */
  replacedBy: code.optional(),
});
export type CodeListEntry = z.infer<typeof codeListEntry>;

/** How the range is searched. */
const scale = z.enum(['Auto', 'Linear', 'Logarithmic']).default('Auto');

/** A hyperparameter's range, as SageMaker's tuning takes it. */
export const range = z.discriminatedUnion(
  'type',
  [
    z.object({
      /** Whole numbers. */
      type: z.literal('integer'),
      /** The smallest value that is tried. */
      min: z.int(),
      /** The largest value that is tried. */
      max: z.int(),
      scale,
    }),
    z.object({
      /** Any numbers. */
      type: z.literal('continuous'),
      /** The smallest value that is tried. */
      min: z.number(),
      /** The largest value that is tried. */
      max: z.number(),
      scale,
    }),
    z.object({
      /** One of some values. */
      type: z.literal('categorical'),
      /** The values that are tried. */
      values: z.array(z.string()).min(1),
    }),
  ],
  'it has to be a map whose type is integer, continuous or categorical',
);

/** One way to train a line: static hyperparameters and the ranges that tuning searches. */
export const algorithm = z.object({
  /** Which algorithm it is. */
  name: z.literal('blazingtext').default('blazingtext'),
  /** Hyperparameters that every trial has. `word_ngrams` 1: the prepared text already has the title's word pairs as tokens. */
  static: z
    .record(z.string(), z.string())
    .default({ mode: 'supervised', buckets: '100000', min_count: '1', word_ngrams: '1', early_stopping: 'False' }),
  /** Hyperparameters that are searched. Lines of a few hundred rows learn nothing in fewer or smaller steps than the defaults. */
  ranges: z.record(z.string(), range).default({
    learning_rate: { type: 'continuous', min: 0.3, max: 1, scale: 'Logarithmic' },
    epochs: { type: 'integer', min: 15, max: 35, scale: 'Auto' },
    vector_dim: { type: 'integer', min: 16, max: 32, scale: 'Auto' },
  }),
});
export type Algorithm = z.infer<typeof algorithm>;

/** What a model line is to be like. */
export const lineSettings = z.object({
  /** The line's code list. Absent: every code seen in the line's labelled rows is valid. */
  codes: z.array(codeListEntry).min(1).optional(),
  /** The ways to train the line; the best trial of all becomes the candidate. */
  algorithms: z.array(algorithm).min(1).prefault([{}]),
  /** Trials per algorithm. */
  trials: z.int().min(1).max(100).default(4),
  /** Macro-F1 that a candidate must gain over the winner to replace it. */
  margin: z.number().min(0).max(1).default(0.002),
  /** Fewer usable rows than this: the line is not trained. */
  minimumRows: z.int().min(2).default(20),
});
export type LineSettings = z.infer<typeof lineSettings>;

/** A country and its schemes. */
export const countrySettings = z.object({
  /**
   * ISO 639-1, of the items' titles.
   * @classification public
   */
  languages: z.array(z.string().regex(/^[a-z]{2}$/, 'it has to be an ISO 639-1 code such as de')).default([]),
  /** The model lines of the country, by scheme. */
  schemes: z.record(scheme, lineSettings.prefault({})),
});

/**
 * The model lines with everything that is data, not code: `catalogue/<version>.json` in the data bucket. The smallest one is
 * `{ countries: { DE: { schemes: { weee: {} } } } }`; what is published has every default filled in.
 * @classification internal
 */
export const catalogue = z.object({
  /** The countries that take part, by ISO 3166-1 alpha-2 code. */
  countries: z.record(country, countrySettings),
});
/** With every default filled in: what is published, stored and pinned. */
export type Catalogue = z.infer<typeof catalogue>;
/** As people write it. */
export type CatalogueInput = z.input<typeof catalogue>;
