import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import * as z from 'zod';
import { objectExists, readJson, writeJsonOnce } from './objects.ts';

const s3 = mockClient(S3Client);
beforeEach(() => {
  s3.reset();
});

const client = new S3Client({});
const uri = 's3://bucket/reports/1.json';
const schema = z.object({ rows: z.int() });
const body = (text: string) => ({ Body: { transformToString: () => Promise.resolve(text) } as never });

describe('readJson', () => {
  it('gives the object as its schema has it', async () => {
    s3.on(GetObjectCommand, { Bucket: 'bucket', Key: 'reports/1.json' }).resolves(body('{"rows":3,"later":true}'));
    expect(await readJson(client, uri, schema)).toEqual({ rows: 3 });
  });

  it('names the object that is not what it should be', async () => {
    s3.on(GetObjectCommand).resolves(body('{"rows":"3"}'));
    await expect(readJson(client, uri, schema)).rejects.toThrow(/s3:\/\/bucket\/reports\/1\.json.*rows/);
  });
});

describe('writeJsonOnce', () => {
  it('writes only where there is nothing yet', async () => {
    s3.on(PutObjectCommand).resolves({});
    expect(await writeJsonOnce(client, uri, schema, { rows: 3 })).toBe(true);
    expect(s3.commandCalls(PutObjectCommand)[0]?.args[0].input).toMatchObject({
      Bucket: 'bucket',
      Key: 'reports/1.json',
      Body: '{"rows":3}',
      IfNoneMatch: '*',
    });
  });

  it('answers false when there is an object already', async () => {
    s3.on(PutObjectCommand).rejects(Object.assign(new Error(), { name: 'PreconditionFailed' }));
    expect(await writeJsonOnce(client, uri, schema, { rows: 3 })).toBe(false);
  });

  it('passes a conflict with a concurrent writer on', async () => {
    s3.on(PutObjectCommand).rejects(Object.assign(new Error(), { name: 'ConditionalRequestConflict' }));
    await expect(writeJsonOnce(client, uri, schema, { rows: 3 })).rejects.toMatchObject({
      name: 'ConditionalRequestConflict',
    });
  });

  it('writes nothing that its schema does not have', async () => {
    const value = { rows: 3, extra: 1 };
    await expect(writeJsonOnce(client, uri, schema, value)).rejects.toThrow(/unknown field extra/);
    expect(s3.calls()).toHaveLength(0);
  });
});

describe('objectExists', () => {
  it('tells an object from one whose key begins with the same characters', async () => {
    const page = (Key: string) => s3.on(ListObjectsV2Command).resolves({ Contents: [{ Key }] });
    page('reports/1.json');
    expect(await objectExists(client, uri)).toBe(true);
    page('reports/1.json.bak');
    expect(await objectExists(client, uri)).toBe(false);
    s3.on(ListObjectsV2Command).resolves({});
    expect(await objectExists(client, uri)).toBe(false);
  });
});
