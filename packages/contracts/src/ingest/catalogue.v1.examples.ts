import { documentExamples } from '../example.ts';
import { catalogue, type LineSettings } from './catalogue.v1.ts';

/** What a line has that names nothing, as it is published: every default filled in. */
const lineByDefault: LineSettings = {
  algorithms: [
    {
      name: 'blazingtext',
      static: { mode: 'supervised', buckets: '100000', min_count: '1', word_ngrams: '1', early_stopping: 'False' },
      ranges: {
        learning_rate: { type: 'continuous', min: 0.3, max: 1, scale: 'Logarithmic' },
        epochs: { type: 'integer', min: 15, max: 35, scale: 'Auto' },
        vector_dim: { type: 'integer', min: 16, max: 32, scale: 'Auto' },
      },
    },
  ],
  trials: 4,
  margin: 0.002,
  minimumRows: 20,
};

export const catalogueExamples = documentExamples(catalogue, {
  typical: {
    countries: {
      DE: {
        languages: ['de'],
        schemes: {
          battery: lineByDefault,
          weee: {
            ...lineByDefault,
            codes: [
              { code: 'SG1', title: 'Wärmeüberträger', validFrom: '2018-08-15' },
              { code: 'SG2', title: 'Bildschirme', validTo: '2026-12-31', replacedBy: 'SG2a' },
              { code: 'SG2a', title: 'Bildschirme über 100 cm²', validFrom: '2027-01-01' },
            ],
            trials: 8,
          },
        },
      },
    },
  },
  minimal: { countries: { DE: { languages: [], schemes: { weee: lineByDefault } } } },
  invalid: [
    { path: 'countries.DE.schemes.weee.codes[0].code', value: '', reason: 'a code is not empty' },
    {
      path: 'countries.DE.schemes.weee.codes[0].validFrom',
      value: '15.08.2018',
      reason: 'a date is YYYY-MM-DD',
    },
    { path: 'countries.DE.schemes.weee.trials', value: 0, reason: 'nothing is learnt without a trial' },
    { path: 'countries', reason: 'a catalogue says which countries there are' },
  ],
});
