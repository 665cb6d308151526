import * as z from 'zod';
import { defineEvent } from '../event.ts';
import { catalogueVersion, count, country, hash, month, purpose, runId, s3Uri } from '../values.ts';

/** The warehouse's rows lie in S3, split by country. A country that is not named here has no rows. */
export const extractionCompleted = defineEvent({
  producer: 'ingest',
  detailType: 'ExtractionCompleted.v1',
  schemaVersion: '1.0',
  data: z.object({
    runId,
    purpose,
    month: month.optional(),
    catalogueVersion,
    rows: count,
    countries: z.array(z.object({ country, manifest: s3Uri, files: count, rows: count, bytes: count, hash })),
    /** Partitions that the catalogue does not list; `null` holds the rows without a country. */
    unlisted: z.array(z.object({ partition: z.string().nullable(), rows: count })),
  }),
  example: {
    runId: 'training-20261101T020000Z',
    purpose: 'training',
    catalogueVersion: '0123456789abcdef',
    rows: 1203,
    countries: [
      {
        country: 'DE',
        manifest:
          's3://regulabel-dev-data-111122223333-eu-west-1/datasets/training/training-20261101T020000Z/DE/manifest.json',
        files: 1,
        rows: 1200,
        bytes: 40960,
        hash: '2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae',
      },
    ],
    unlisted: [{ partition: null, rows: 3 }],
  },
});
