import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  BatchExecuteStatementCommand,
  DescribeStatementCommand,
  ExecuteStatementCommand,
  GetStatementResultCommand,
  RedshiftDataClient,
} from '@aws-sdk/client-redshift-data';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  CreateProcessingJobCommand,
  DescribeModelCommand,
  DescribeProcessingJobCommand,
  ListProcessingJobsCommand,
  ResourceInUse,
  SageMakerClient,
  waitUntilProcessingJobCompletedOrStopped,
} from '@aws-sdk/client-sagemaker';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { internally, type Input } from '../aws.ts';
import { startLocalCloud, type LocalCloud } from '../testing/localCloud.ts';
import { policy, trust } from '../testing/policies.ts';

/** Calls S3 itself, with the credentials of its job, as a container would. */
const PROGRAM = `
import { writeFileSync } from 'node:fs';
const variables = ['AWS_ENDPOINT_URL', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'];
writeFileSync('processing/output/seen.json', JSON.stringify(variables.map((name) => process.env[name])));
`;
const ROLE = 'arn:aws:iam::111122223333:role/job';

let folder: string;
let cloud: LocalCloud;
let sagemaker: SageMakerClient;
let s3: S3Client;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'wire-'));
  await writeFile(path.join(folder, 'program.mjs'), PROGRAM);
  cloud = await startLocalCloud({
    images: [{ image: 'registry/process:1', command: [process.execPath, path.join(folder, 'program.mjs')] }],
  });
  const deploy = (operation: string, input: Input) =>
    cloud.cloud.call('iam', operation, { RoleName: 'job', ...input }, internally('cloudformation'));
  await deploy('CreateRole', { AssumeRolePolicyDocument: trust('sagemaker') });
  const objects = { Action: ['s3:GetObject', 's3:PutObject'], Resource: 'arn:aws:s3:::warehouse-staging/*' };
  await deploy('PutRolePolicy', { PolicyName: 'own', PolicyDocument: policy({ Effect: 'Allow', ...objects }) });
  sagemaker = new SageMakerClient(cloud.clientConfig);
  s3 = new S3Client(cloud.clientConfig);
});
afterAll(async () => {
  await cloud.stop();
  await rm(folder, { recursive: true, force: true });
});

describe('over the wire', () => {
  it('a SageMaker client sees its job through, and the job can call as its role', async () => {
    const request = new CreateProcessingJobCommand({
      ProcessingJobName: 'job',
      RoleArn: ROLE,
      AppSpecification: { ImageUri: 'registry/process:1' },
      ProcessingResources: { ClusterConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 1 } },
      ProcessingOutputConfig: {
        Outputs: [
          {
            OutputName: 'seen',
            S3Output: {
              S3Uri: 's3://warehouse-staging/seen',
              LocalPath: '/opt/ml/processing/output',
              S3UploadMode: 'EndOfJob',
            },
          },
        ],
      },
    });
    await sagemaker.send(request);
    await waitUntilProcessingJobCompletedOrStopped(
      { client: sagemaker, minDelay: 1, maxDelay: 1, maxWaitTime: 20 },
      { ProcessingJobName: 'job' },
    );
    const job = await sagemaker.send(new DescribeProcessingJobCommand({ ProcessingJobName: 'job' }));
    expect(job).toMatchObject({ ProcessingJobStatus: 'Completed', CreationTime: expect.any(Date) as unknown });
    await expect(sagemaker.send(request)).rejects.toBeInstanceOf(ResourceInUse);
    await expect(sagemaker.send(new DescribeModelCommand({ ModelName: 'none' }))).rejects.toMatchObject({
      name: 'ValidationException',
    });
    expect((await sagemaker.send(new ListProcessingJobsCommand({}))).ProcessingJobSummaries).toHaveLength(1);

    const seen = await s3.send(new GetObjectCommand({ Bucket: 'warehouse-staging', Key: 'seen/seen.json' }));
    const [endpoint, accessKeyId, secretAccessKey, sessionToken] = JSON.parse(
      await seen.Body!.transformToString(),
    ) as string[];
    expect(endpoint).toBe(cloud.endpoint);
    const asJob = new S3Client({
      ...cloud.clientConfig,
      credentials: { accessKeyId: accessKeyId!, secretAccessKey: secretAccessKey!, sessionToken: sessionToken! },
    });
    await asJob.send(new GetObjectCommand({ Bucket: 'warehouse-staging', Key: 'seen/seen.json' }));
  });

  it('a Redshift Data client runs statements and reads their rows', async () => {
    const redshift = new RedshiftDataClient(cloud.clientConfig);
    const target = { WorkgroupName: 'warehouse', Database: 'dev' };
    const finished = async (Id: string | undefined) => {
      for (;;) {
        const statement = await redshift.send(new DescribeStatementCommand({ Id }));
        if (statement.Status !== 'SUBMITTED' && statement.Status !== 'STARTED') return statement;
      }
    };
    const { Id } = await redshift.send(new ExecuteStatementCommand({ ...target, Sql: "select 1 as n, 'x' as t" }));
    expect(await finished(Id)).toMatchObject({
      Status: 'FINISHED',
      HasResultSet: true,
      CreatedAt: expect.any(Date) as unknown,
    });
    const { Records } = await redshift.send(new GetStatementResultCommand({ Id }));
    expect(Records).toEqual([[{ longValue: 1 }, { stringValue: 'x' }]]);
    const batch = await redshift.send(new BatchExecuteStatementCommand({ ...target, Sqls: ['select 1', 'select x'] }));
    expect((await finished(batch.Id)).SubStatements?.map(({ Status }) => Status)).toEqual(['ABORTED', 'FAILED']);
    await expect(
      redshift.send(new DescribeStatementCommand({ Id: Id!.replace(/^.{8}/, '00000000') })),
    ).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });
});
