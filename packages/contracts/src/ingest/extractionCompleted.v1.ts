import * as z from 'zod';
import { defineEvent, type EventData } from '../event.ts';
import { catalogueVersion, count, country, hash, month, purpose, runId, s3Uri } from '../values.ts';

/**
 * The warehouse's rows lie in S3, split by country. A country that is not named here has no rows.
 * @classification internal
 */
export const extractionCompleted = defineEvent(
  'ingest',
  'ExtractionCompleted.v1',
  '1.0',
  z.object({
    runId,
    purpose,
    /** The month that is labelled, `YYYY-MM`; absent for training. */
    month: month.optional(),
    catalogueVersion,
    /** Rows that the warehouse gave, with those of unlisted countries. */
    rows: count,
    /** The countries that have rows. */
    countries: z.array(
      z.object({
        country,
        /** The country's dataset manifest. */
        manifest: s3Uri,
        /** Files of the dataset. */
        files: count,
        /** Rows of the dataset. */
        rows: count,
        /** Size of the dataset's files. */
        bytes: count,
        /** The dataset's identity: `hash` of its manifest. */
        hash,
      }),
    ),
    /** Partitions that the catalogue does not list; their rows are in no dataset. */
    unlisted: z.array(
      z.object({
        /** The country as the warehouse spells it; `null` holds the rows without a country. */
        partition: z.string().nullable(),
        /** Rows of the partition. */
        rows: count,
      }),
    ),
  }),
);
export type ExtractionCompleted = EventData<typeof extractionCompleted>;
