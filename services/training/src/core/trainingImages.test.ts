import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import { trainerOf } from './trainingImages.ts';

const REGIONS = createRequire(import.meta.url)('../../../../stages/regions.json') as string[];

describe('trainerOf', () => {
  it.each(REGIONS)('knows the image in %s, where a stage may be', (region) => {
    expect(trainerOf('blazingtext', region).image).toMatch(
      new RegExp(`^\\d{12}\\.dkr\\.ecr\\.${region}\\.amazonaws\\.com/blazingtext:1$`),
    );
  });

  it('refuses a region without one, naming those with one', () => {
    expect(() => trainerOf('blazingtext', 'eu-west-9')).toThrow(
      /no account is known .* eu-west-9; known are .*eu-west-1/,
    );
  });
});
