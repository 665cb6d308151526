import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Caller, Cloud } from './aws.ts';

export interface S3Location {
  readonly bucket: string;
  /** A key, or the beginning of keys. */
  readonly key: string;
}

/** `s3://bucket/key` taken apart. The caller has checked the shape. */
export function parseS3Uri(uri: string): S3Location {
  const [, bucket = '', key = ''] = /^s3:\/\/([^/]+)\/?(.*)$/s.exec(uri) ?? [];
  return { bucket, key };
}

/**
 * Where an object found under `prefix` lies in the folder that stands for it: below the prefix if that is a whole
 * folder's name, else below the prefix's own folder (`a/part-` finds `a/part-1` as `part-1`).
 */
export function relativeKey(prefix: string, key: string): string {
  const folder = prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`;
  return key.startsWith(folder) ? key.slice(folder.length) : key.slice(prefix.lastIndexOf('/') + 1);
}

/** S3 as one caller sees it. Bodies are streamed: memory stays bounded whatever an object's size. */
export class S3Objects {
  readonly #cloud: Cloud;
  readonly #caller: Caller;

  constructor(cloud: Cloud, caller: Caller) {
    this.#cloud = cloud;
    this.#caller = caller;
  }

  /** Every object whose key starts with the location's key, in key order. */
  async *list({ bucket, key }: S3Location): AsyncGenerator<S3Location> {
    let token: unknown;
    do {
      const page = await this.#call('ListObjectsV2', {
        Bucket: bucket,
        Prefix: key,
        ...(token === undefined ? {} : { ContinuationToken: token }),
      });
      for (const found of (page['Contents'] ?? []) as { Key: string }[]) yield { bucket, key: found.Key };
      token = page['NextContinuationToken'];
    } while (token !== undefined);
  }

  async isEmpty(location: S3Location): Promise<boolean> {
    const page = await this.#call('ListObjectsV2', { Bucket: location.bucket, Prefix: location.key, MaxKeys: 1 });
    return ((page['Contents'] ?? []) as unknown[]).length === 0;
  }

  async open({ bucket, key }: S3Location): Promise<Readable> {
    return (await this.#call('GetObject', { Bucket: bucket, Key: key }))['Body'] as Readable;
  }

  async head({ bucket, key }: S3Location): Promise<void> {
    await this.#call('HeadObject', { Bucket: bucket, Key: key });
  }

  async download(location: S3Location, file: string): Promise<void> {
    await mkdir(path.dirname(file), { recursive: true });
    await pipeline(await this.open(location), createWriteStream(file));
  }

  /** Stores a file (or the text of one) under the named key's encryption, or else as the bucket's default says. */
  async upload(content: { file: string } | { text: string }, at: S3Location, kmsKeyId?: string): Promise<void> {
    const Body = 'file' in content ? createReadStream(content.file) : Readable.from([Buffer.from(content.text)]);
    const encryption = kmsKeyId === undefined ? {} : { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: kmsKeyId };
    try {
      await this.#call('PutObject', { Bucket: at.bucket, Key: at.key, Body, ...encryption });
    } finally {
      Body.destroy(); // a refused request has not read it
    }
  }

  /** Stores every file below `folder` under the location, by its relative path. */
  async uploadFolder(folder: string, { bucket, key }: S3Location, kmsKeyId?: string): Promise<void> {
    const prefix = key === '' || key.endsWith('/') ? key : `${key}/`;
    for (const relative of await filesBelow(folder)) {
      await this.upload({ file: path.join(folder, relative) }, { bucket, key: `${prefix}${relative}` }, kmsKeyId);
    }
  }

  #call(operation: string, input: Record<string, unknown>): Promise<Record<string, unknown>> {
    return this.#cloud.call('s3', operation, input, this.#caller);
  }
}

/** The relative paths (with `/`) of the files below a folder, sorted. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .sort();
}
