import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type * as z from 'zod';
import { parseS3Uri } from '../keys.ts';
import { parseJson, parseStrictly } from '@regulabel/contracts/parse';

/** The JSON object at `uri`, as `schema` has it. */
export async function readJson<Schema extends z.ZodType>(
  client: S3Client,
  uri: string,
  schema: Schema,
): Promise<z.infer<Schema>> {
  const { bucket, key } = parseS3Uri(uri);
  const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  return parseJson(schema, (await Body?.transformToString()) ?? '', uri);
}

/**
 * Writes a JSON object once. Answers `false`, having written nothing, when there is one already (412). A concurrent
 * writer (409 ConditionalRequestConflict) is an error like any other: trying again tells which of the two it is.
 */
export async function writeJsonOnce<Schema extends z.ZodType>(
  client: S3Client,
  uri: string,
  schema: Schema,
  value: z.infer<Schema>,
): Promise<boolean> {
  const { bucket, key } = parseS3Uri(uri);
  const body = JSON.stringify(parseStrictly(schema, value, uri));
  try {
    await client.send(
      new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, ContentType: 'application/json', IfNoneMatch: '*' }),
    );
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === 'PreconditionFailed') return false;
    throw error;
  }
}

/** Whether there is an object at `uri`; needs the permission to list, not to read. */
export async function objectExists(client: S3Client, uri: string): Promise<boolean> {
  const { bucket, key } = parseS3Uri(uri);
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: key, MaxKeys: 1 }));
  return Contents[0]?.Key === key;
}
