import { Readable } from 'node:stream';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import * as z from 'zod';
import { objectExists, readJson, writeJsonOnce } from './objects.ts';

const s3 = mockClient(S3Client);
const client = new S3Client({});
const schema = z.object({ a: z.number() });
beforeEach(() => {
  s3.reset();
});

const body = (text: string) => ({
  Body: Object.assign(Readable.from([text]), { transformToString: () => Promise.resolve(text) }) as never,
});
const failure = (name: string) => Object.assign(new Error(name), { name });

describe('readJson', () => {
  it('reads the object of the URI and parses it', async () => {
    s3.on(GetObjectCommand, { Bucket: 'bucket', Key: 'a/b.json' }).resolves(body('{"a":1}'));
    await expect(readJson(client, 's3://bucket/a/b.json', schema)).resolves.toEqual({ a: 1 });
  });

  it('names the object that is not what it should be', async () => {
    s3.on(GetObjectCommand).resolves(body('{"a":"x"}'));
    await expect(readJson(client, 's3://bucket/a/b.json', schema)).rejects.toThrow(
      /^s3:\/\/bucket\/a\/b\.json does not keep/,
    );
  });

  it.each(['NoSuchKey', 'AccessDenied'])('lets %s through', async (name) => {
    s3.on(GetObjectCommand).rejects(failure(name));
    await expect(readJson(client, 's3://bucket/key', schema)).rejects.toMatchObject({ name });
  });
});

describe('writeJsonOnce', () => {
  it('writes on condition that there is nothing yet', async () => {
    s3.on(PutObjectCommand).resolves({});
    await expect(writeJsonOnce(client, 's3://bucket/key', schema, { a: 1 })).resolves.toBe(true);
    expect(s3.commandCalls(PutObjectCommand)[0]!.args[0].input).toMatchObject({
      Bucket: 'bucket',
      Key: 'key',
      Body: '{"a":1}',
      IfNoneMatch: '*',
    });
  });

  it('answers false when there is something already', async () => {
    s3.on(PutObjectCommand).rejects(failure('PreconditionFailed'));
    await expect(writeJsonOnce(client, 's3://bucket/key', schema, { a: 1 })).resolves.toBe(false);
  });

  it.each(['ConditionalRequestConflict', 'AccessDenied', 'SlowDown'])('lets %s through', async (name) => {
    s3.on(PutObjectCommand).rejects(failure(name));
    await expect(writeJsonOnce(client, 's3://bucket/key', schema, { a: 1 })).rejects.toMatchObject({ name });
  });

  it('writes nothing that does not keep its contract', async () => {
    await expect(writeJsonOnce(client, 's3://bucket/key', schema, { a: 1, b: 2 } as never)).rejects.toThrow(
      'b: unknown field',
    );
    expect(s3.calls()).toHaveLength(0);
  });
});

describe('objectExists', () => {
  it.each([
    ['reports/1.json', true],
    ['reports/1.json.bak', false],
    [undefined, false],
  ])('of reports/1.json, where the first key with that prefix is %s: %s', async (Key, exists) => {
    s3.on(ListObjectsV2Command, { Bucket: 'bucket', Prefix: 'reports/1.json' }).resolves({
      ...(Key !== undefined && { Contents: [{ Key }] }),
    });
    await expect(objectExists(client, 's3://bucket/reports/1.json')).resolves.toBe(exists);
  });
});
