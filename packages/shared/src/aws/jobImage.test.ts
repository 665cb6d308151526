import { GetParameterCommand, ParameterNotFound, SSMClient } from '@aws-sdk/client-ssm';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { readJobImage } from './jobImage.ts';

const ssm = mockClient(SSMClient);
beforeEach(() => {
  ssm.reset();
});

describe('readJobImage', () => {
  const image = `111122223333.dkr.ecr.eu-west-1.amazonaws.com/regulabel-dev-jobs@sha256:${'0a'.repeat(32)}`;
  const read = () => readJobImage(new SSMClient({}), '/regulabel/dev/job-image');
  const withValue = (Value: string) => {
    ssm.on(GetParameterCommand, { Name: '/regulabel/dev/job-image' }).resolves({ Parameter: { Value } });
    return read();
  };

  it("gives the parameter's value", async () => {
    expect(await withValue(image)).toBe(image);
  });

  it('says which stage lacks the image, which parameter should name it, and what pushes it', async () => {
    ssm.on(GetParameterCommand).rejects(new ParameterNotFound({ message: '', $metadata: {} }));
    await expect(read()).rejects.toMatchObject({
      name: 'JobImageMissing',
      message:
        'stage dev has no job image: the SSM parameter /regulabel/dev/job-image is not there (it comes with ingest, ' +
        'which is deployed first). Push the image first, with "npm run job-image -- push dev" or the workflow ' +
        '"job image" (docs/deploy.md)',
      cause: { name: 'ParameterNotFound' },
    });
  });

  it.each([
    ['the value before the first push', 'none'],
    ['an image by tag', image.replace(/@.*/, ':1.0')],
    ['a digest cut short', image.slice(0, -1)],
    ['a digest of another kind', image.replace('sha256', 'sha512')],
    ['two lines', `${image}\n`],
  ])('refuses %s', async (_, value) => {
    await expect(withValue(value)).rejects.toMatchObject({
      name: 'JobImageMissing',
      message: expect.stringContaining(`/regulabel/dev/job-image is ${JSON.stringify(value)}, no image by digest`),
    });
  });

  it('passes any other error on', async () => {
    ssm.on(GetParameterCommand).rejects(Object.assign(new Error('slow down'), { name: 'ThrottlingException' }));
    await expect(read()).rejects.toMatchObject({ name: 'ThrottlingException' });
  });
});
