import * as z from 'zod';
import { defineEvent, type EventData } from '../event.ts';
import { catalogueVersion, s3Uri } from '../values.ts';

/**
 * Another version of the catalogue was published; runs that start from now on use it.
 * @classification internal
 */
export const catalogueChanged = defineEvent(
  'ingest',
  'CatalogueChanged.v1',
  '1.0',
  z.object({
    version: catalogueVersion,
    /** Where the catalogue's file lies. */
    uri: s3Uri,
    /** The version that was in force before; absent for the first. */
    previousVersion: catalogueVersion.optional(),
  }),
);
export type CatalogueChanged = EventData<typeof catalogueChanged>;
