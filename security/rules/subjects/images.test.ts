import { describe, expect, it } from '@jest/globals';
import { changed, found, stackWith } from '../testing/templates.ts';
import { images } from './images.ts';

const good = {
  Images: {
    Type: 'AWS::ECR::Repository',
    Properties: { ImageTagMutability: 'IMMUTABLE', ImageScanningConfiguration: { ScanOnPush: true } },
  },
};

describe('the rules on image repositories', () => {
  it('find nothing where all is well', async () => {
    expect(await found(images, stackWith(good))).toEqual([]);
  });

  it.each([
    ['image-immutable: Images', 'Images.Properties.ImageTagMutability', 'MUTABLE'],
    ['image-scanned: Images', 'Images.Properties.ImageScanningConfiguration', undefined],
  ])('find %s', async (problem, path, value) => {
    const problems = await found(images, stackWith(changed(good, path, value)));
    expect(problems).toEqual([expect.stringContaining(problem)]);
  });
});
