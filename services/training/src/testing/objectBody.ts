import type { GetObjectCommandOutput } from '@aws-sdk/client-s3';

/** What GetObject gives for a JSON object, as far as it is read. */
export const objectBody = (value: unknown) =>
  ({ transformToString: () => Promise.resolve(JSON.stringify(value)) }) as NonNullable<GetObjectCommandOutput['Body']>;
