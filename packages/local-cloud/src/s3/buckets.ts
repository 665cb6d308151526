import { z } from 'zod';
import { AwsError, type Cloud, type Guard, type Operation, type Output } from '../aws.ts';
import { policyFault } from '../iam.ts';
import { operation } from '../operation.ts';
import { paging } from '../paging.ts';
import { DEFAULT_PUBLIC_ACCESS, isPublic, SETTINGS, type Settings } from './bucketSettings.ts';

export interface Bucket {
  readonly name: string;
  /** Epoch seconds. */
  readonly created: number;
  readonly configuration: Settings;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const VALID_NAME = /^(?!xn--|sthree-|amzn-s3-demo-)(?!.*\.\.)(?!\d+\.\d+\.\d+\.\d+$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

export type Buckets = ReturnType<typeof bucketsOf>;

export function bucketsOf(cloud: Cloud) {
  const collection = cloud.store.heldCollection<Bucket>('s3.bucket');
  const bucketName = { Bucket: z.string() };

  const find = (name: string): Bucket => {
    const bucket = collection.get(name);
    if (bucket !== undefined) return bucket;
    const members = { BucketName: name };
    throw new AwsError('NoSuchBucket', 'The specified bucket does not exist', { status: 404, members });
  };

  const checkPolicy = (policy: string, { PublicAccessBlock = DEFAULT_PUBLIC_ACCESS }: Settings): void => {
    const tooLarge = Buffer.byteLength(policy) > 20_480;
    const problem = tooLarge
      ? 'Policy exceeds the maximum allowed document size.'
      : policyFault(cloud.store, policy, 's3');
    if (problem !== undefined) throw new AwsError('MalformedPolicy', problem);
    if (PublicAccessBlock.BlockPublicPolicy && isPublic(policy))
      throw new AwsError(
        'AccessDenied',
        'Public policies are prevented by the BlockPublicPolicy setting of S3 Block Public Access.',
        { status: 403 },
      );
  };

  const configure = (name: string, { member, schema, bare, otherwise }: (typeof SETTINGS)[string]) => ({
    [`Put${name}`]: operation<Record<string, z.ZodType>>({ ...bucketName, [member]: schema }, (input) => {
      const bucket = find(String(input['Bucket']));
      const value = input[member];
      if (name === 'BucketPolicy') checkPolicy(String(value), bucket.configuration);
      collection.put(bucket.name, { ...bucket, configuration: { ...bucket.configuration, [name]: value } });
      return undefined;
    }),
    [`Get${name}`]: operation(bucketName, ({ Bucket }) => {
      const value = find(Bucket).configuration[name];
      const absent = { status: 404, members: { BucketName: Bucket } };
      if (value === undefined && typeof otherwise === 'string')
        throw new AwsError(otherwise, `The ${member} does not exist`, absent);
      return bare === true ? ((value ?? otherwise) as Output) : { [member]: value ?? otherwise };
    }),
  });

  const listBuckets = paging({ size: 'MaxBuckets', token: 'ContinuationToken', most: 10_000 })(
    'Buckets',
    'Name',
    { Prefix: z.string().optional() },
    ({ Prefix }) =>
      collection
        .list(Prefix)
        .map(({ value: { name, created } }) => ({ Name: name, CreationDate: created, BucketRegion: cloud.region })),
  );
  const operations: Record<string, Operation> = {
    CreateBucket: operation(bucketName, ({ Bucket: name }) => {
      if (!VALID_NAME.test(name)) throw new AwsError('InvalidBucketName', 'The specified bucket is not valid.');
      if (collection.get(name) !== undefined)
        throw new AwsError(
          'BucketAlreadyOwnedByYou',
          'Your previous request to create the named bucket succeeded and you already own it.',
          { status: 409 },
        );
      collection.put(name, { name, created: Date.now() / 1000, configuration: {} });
      return { Location: `/${name}` };
    }),
    HeadBucket: operation(bucketName, ({ Bucket }) => {
      find(Bucket);
      return { BucketRegion: cloud.region };
    }),
    GetBucketLocation: operation(bucketName, ({ Bucket }) => {
      find(Bucket);
      // The first region of all has no name here.
      return { LocationConstraint: cloud.region === 'us-east-1' ? '' : cloud.region };
    }),
    ListBuckets: async (input, caller) => ({
      ...(await listBuckets(input, caller)),
      Owner: { ID: cloud.account },
      Prefix: input['Prefix'],
    }),
  };
  for (const [name, setting] of Object.entries(SETTINGS)) Object.assign(operations, configure(name, setting));

  /** Of a bucket or an object in it. */
  const guardOf = (arn: string): Guard => {
    const name = arn.split(':')[5]?.split('/')[0] ?? '';
    const policy = collection.get(name)?.configuration['BucketPolicy'];
    return typeof policy === 'string' ? { policy } : {};
  };

  return { find, guardOf, operations };
}
