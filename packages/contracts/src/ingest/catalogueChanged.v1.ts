import * as z from 'zod';
import { defineEvent } from '../event.ts';
import { catalogueVersion, s3Uri } from '../values.ts';

/** Another version of the catalogue was published; runs that start from now on use it. */
export const catalogueChanged = defineEvent({
  producer: 'ingest',
  detailType: 'CatalogueChanged.v1',
  schemaVersion: '1.0',
  data: z.object({ version: catalogueVersion, uri: s3Uri, previousVersion: catalogueVersion.optional() }),
  example: {
    version: '0123456789abcdef',
    uri: 's3://regulabel-dev-data-111122223333-eu-west-1/catalogue/0123456789abcdef.json',
  },
});
