import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { country, month, runId, scheme } from '@regulabel/contracts/values';
import * as keys from './keys.ts';

const text = (pattern: { regex: RegExp }) => fc.stringMatching(pattern.regex);
const line = fc.record({
  runId: text({ regex: /^(training|inference)-[A-Za-z0-9][A-Za-z0-9-]{0,31}$/ }),
  country: text({ regex: /^[A-Z]{2}$/ }),
  scheme: text({ regex: /^[a-z][a-z0-9-]{0,15}$/ }),
});

describe('S3 keys', () => {
  it('use only characters that S3 notifications, UNLOAD and SageMaker pass on unchanged', () => {
    fc.assert(
      fc.property(line, text({ regex: /^\d{4}-(0[1-9]|1[0-2])$/ }), (of, inMonth) => {
        expect(
          [runId, country, scheme].every(
            (schema, index) => schema.safeParse([of.runId, of.country, of.scheme][index]).success,
          ),
        ).toBe(true);
        expect(month.safeParse(inMonth).success).toBe(true);
        const built = [
          keys.unloadPrefix('training', of.runId, '0-0'),
          keys.partitionPrefix(keys.unloadPrefix('training', of.runId, '0-0'), of.country),
          keys.datasetManifestKey('inference', of.runId, of.country),
          keys.catalogueKey('0123456789abcdef'),
          keys.preparedPrefix(of),
          keys.modelsPrefix(of),
          keys.workPrefix('production', of),
          keys.predictionsPrefix('evaluation', inMonth, of),
          keys.summaryPrefix('production', of),
          keys.classificationReportKey(inMonth, of.runId, 1),
          keys.scoresPrefix(of),
          keys.trainingReportKey(of.runId, 2),
        ];
        for (const key of built) expect(key).toMatch(/^[A-Za-z0-9._/=-]+$/);
        expect(new Set(built).size).toBe(built.length);
      }),
    );
  });

  it('keep two lines, runs and callers apart', () => {
    const of = { runId: 'training-a', country: 'DE', scheme: 'weee' };
    expect(keys.workPrefix('evaluation', of)).not.toBe(keys.workPrefix('production', of));
    expect(keys.preparedPrefix(of)).not.toBe(keys.preparedPrefix({ ...of, scheme: 'battery' }));
  });
});

describe('parseS3Uri', () => {
  it('undoes s3Uri', () => {
    expect(keys.parseS3Uri(keys.s3Uri('bucket', 'a/b=c/d.json'))).toEqual({ bucket: 'bucket', key: 'a/b=c/d.json' });
  });

  it('refuses what is no S3 URI, and says so', () => {
    expect(() => keys.parseS3Uri('https://bucket/key')).toThrow(
      '"https://bucket/key" is not an S3 URI (s3://bucket/key)',
    );
  });
});
