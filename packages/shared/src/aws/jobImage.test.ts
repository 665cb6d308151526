import { GetParameterCommand, ParameterNotFound, SSMClient } from '@aws-sdk/client-ssm';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { readJobImage } from './jobImage.ts';

const ssm = mockClient(SSMClient);
beforeEach(() => {
  ssm.reset();
});

describe('readJobImage', () => {
  const read = () => readJobImage(new SSMClient({}), '/regulabel/dev/job-image');

  it("gives the parameter's value", async () => {
    ssm
      .on(GetParameterCommand, { Name: '/regulabel/dev/job-image' })
      .resolves({ Parameter: { Value: 'image@sha256:0' } });
    expect(await read()).toBe('image@sha256:0');
  });

  it('names the parameter that is missing', async () => {
    ssm.on(GetParameterCommand).rejects(new ParameterNotFound({ message: '', $metadata: {} }));
    await expect(read()).rejects.toMatchObject({
      name: 'JobImageMissing',
      message: expect.stringContaining('/regulabel/dev/job-image'),
    });
  });

  it('passes any other error on', async () => {
    ssm.on(GetParameterCommand).rejects(Object.assign(new Error('slow down'), { name: 'ThrottlingException' }));
    await expect(read()).rejects.toMatchObject({ name: 'ThrottlingException' });
  });
});
