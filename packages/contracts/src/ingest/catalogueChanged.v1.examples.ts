import { eventExamples } from '../example.ts';
import { catalogue } from '../exampleValues.ts';
import { catalogueChanged } from './catalogueChanged.v1.ts';

export const catalogueChangedExamples = eventExamples(catalogueChanged, {
  typical: { ...catalogue, previousVersion: 'fedcba9876543210' },
  minimal: catalogue,
  invalid: [
    { path: 'data.version', value: 'v2', reason: 'a version is 16 hex digits' },
    { path: 'data.uri', value: 'catalogue/0123456789abcdef.json', reason: 'an S3 URI names its bucket' },
    { path: 'data.previousVersion', value: null, reason: 'where there was no version before, the field is absent' },
  ],
});
