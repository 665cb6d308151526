import { readFile, writeFile } from 'node:fs/promises';
import {
  DescribeImagesCommand,
  DescribeImageScanFindingsCommand,
  DescribeRepositoriesCommand,
  ECRClient,
  GetAuthorizationTokenCommand,
} from '@aws-sdk/client-ecr';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { IMAGE_BY_DIGEST } from '@regulabel/shared/aws/jobImage';
import { mockClient } from 'aws-sdk-client-mock';
import { pushImage } from './push.ts';

const [ecr, ssm] = [mockClient(ECRClient), mockClient(SSMClient)];
const registry = '111122223333.dkr.ecr.eu-west-1.amazonaws.com';
const repositoryUri = `${registry}/regulabel-dev-jobs`;
const digest = `sha256:${'0a'.repeat(32)}`;
const image = { stage: 'dev', commit: 'c0ffee', local: 'localhost/regulabel-jobs:c0ffee' };
const failure = (name: string) => Object.assign(new Error(name), { name });

let pushed: { args: readonly string[]; auth: unknown }[];
let waits: number;
const option = (args: readonly string[], name: string) => args[args.indexOf(name) + 1] ?? '';
const cloud = {
  ecr: new ECRClient({}),
  ssm: new SSMClient({}),
  podman: async (args: readonly string[]) => {
    pushed.push({ args, auth: JSON.parse(await readFile(option(args, '--authfile'), 'utf8')) });
    await writeFile(option(args, '--digestfile'), digest);
  },
  say: () => undefined,
  wait: () => Promise.resolve(waits++),
};
const scanned = (status: 'COMPLETE' | 'ACTIVE' | 'PENDING' | 'FAILED', severities: ('HIGH' | 'MEDIUM')[] = []) => ({
  imageScanStatus: { status, description: 'as ECR says' },
  imageScanFindings: { findings: severities.map((severity, at) => ({ name: `CVE-${at}`, severity })) },
});

beforeEach(() => {
  ecr.reset();
  ssm.reset();
  [pushed, waits] = [[], 0];
  ecr
    .on(DescribeRepositoriesCommand, { repositoryNames: ['regulabel-dev-jobs'] })
    .resolves({ repositories: [{ repositoryUri }] });
  ecr
    .on(DescribeImagesCommand, { repositoryName: 'regulabel-dev-jobs', imageIds: [{ imageTag: 'c0ffee' }] })
    .rejects(failure('ImageNotFoundException'));
  ecr.on(GetAuthorizationTokenCommand).resolves({ authorizationData: [{ authorizationToken: 'QVdTOnNlY3JldA==' }] });
  ecr.on(DescribeImageScanFindingsCommand).resolves(scanned('COMPLETE', ['MEDIUM']));
});

const parameters = () => ssm.commandCalls(PutParameterCommand).map((call) => call.args[0].input);

describe('pushing the job image', () => {
  it("pushes it under its commit, with the registry's credentials alone, and names it by digest", async () => {
    const named = await pushImage(cloud, image, []);
    expect(pushed).toMatchObject([{ auth: { auths: { [registry]: { auth: 'QVdTOnNlY3JldA==' } } } }]);
    expect(pushed[0]?.args).toEqual(expect.arrayContaining([image.local, `docker://${repositoryUri}:c0ffee`]));
    expect(named).toBe(`${repositoryUri}@${digest}`);
    expect(named).toMatch(IMAGE_BY_DIGEST);
    expect(parameters()).toEqual([{ Name: '/regulabel/dev/job-image', Value: named, Type: 'String', Overwrite: true }]);
  });

  it('leaves no credentials behind, even when the push fails', async () => {
    let authFile = '';
    const podman = (args: readonly string[]) => {
      authFile = option(args, '--authfile');
      return Promise.reject(new Error('no route'));
    };
    await expect(pushImage({ ...cloud, podman }, image, [])).rejects.toThrow('no route');
    await expect(readFile(authFile)).rejects.toMatchObject({ code: 'ENOENT' });
    expect(parameters()).toEqual([]);
  });

  it('does not push again what the repository has under that commit', async () => {
    ecr.on(DescribeImagesCommand).resolves({ imageDetails: [{ imageDigest: digest }] });
    await pushImage(cloud, image, []);
    expect(pushed).toEqual([]);
    expect(parameters()).toMatchObject([{ Value: `${repositoryUri}@${digest}` }]);
  });

  it('says what to deploy first when there is no repository', async () => {
    ecr.on(DescribeRepositoriesCommand).rejects(failure('RepositoryNotFoundException'));
    await expect(pushImage(cloud, image, [])).rejects.toMatchObject({
      name: 'RepositoryMissing',
      message: expect.stringContaining('npm run deploy -- ingest dev'),
    });
  });

  it('waits for the scan, also while it has not begun', async () => {
    ecr
      .on(DescribeImageScanFindingsCommand)
      .rejectsOnce(failure('ScanNotFoundException'))
      .resolvesOnce(scanned('PENDING'))
      .resolves(scanned('ACTIVE'));
    await pushImage(cloud, image, []);
    expect(waits).toBe(2);
    expect(parameters()).toHaveLength(1);
  });

  it.each([
    ['that failed', scanned('FAILED'), 'FAILED as ECR says'],
    ['that never ends', scanned('PENDING'), 'no result after 20 minutes'],
  ])('does not use an image with a scan %s', async (_, answer, reason) => {
    ecr.on(DescribeImageScanFindingsCommand).resolves(answer);
    await expect(pushImage(cloud, image, [])).rejects.toMatchObject({
      name: 'ImageNotScanned',
      message: expect.stringContaining(reason),
    });
    expect(parameters()).toEqual([]);
  });

  it('does not use an image with a high finding, whichever page of the answer has it, unless it is accepted', async () => {
    ecr
      .on(DescribeImageScanFindingsCommand)
      .resolves({ ...scanned('COMPLETE', ['MEDIUM']), nextToken: '2' })
      .on(DescribeImageScanFindingsCommand, { nextToken: '2' })
      .resolves(scanned('COMPLETE', ['MEDIUM', 'HIGH']));
    await expect(pushImage(cloud, image, [])).rejects.toMatchObject({
      name: 'ImageVulnerable',
      message: expect.stringMatching(/1 critical or high findings.*\n {2}HIGH CVE-1$/),
    });
    expect(parameters()).toEqual([]);
    await pushImage(cloud, image, [{ finding: 'CVE-1', reason: 'not in the part that we use', until: '9999-12-31' }]);
    expect(parameters()).toHaveLength(1);
  });
});
