import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { Prediction } from '@regulabel/contracts/inference/prediction.v1';
import { DuckDBInstance } from '@duckdb/node-api';
import { mockClient } from 'aws-sdk-client-mock';

const failed = (name: string): Error => Object.assign(new Error(name), { name });

/** S3 in memory, by `bucket/key`: pages of two keys, ranges, and writes on condition, as S3 has them. */
export class S3InMemory {
  readonly objects = new Map<string, Buffer>();
  /** Each key that was read or written, in order. */
  readonly read: string[] = [];
  readonly written: string[] = [];
  /** Called before a write: what another invocation does meanwhile. */
  meanwhile: (key: string) => void = () => undefined;
  readonly #mock = mockClient(S3Client);

  constructor() {
    this.#mock
      .on(ListObjectsV2Command)
      .callsFake((input: { Bucket: string; Prefix: string; ContinuationToken?: string }) => {
        const names = [...this.objects.keys()]
          .filter((name) => name.startsWith(`${input.Bucket}/${input.Prefix}`))
          .sort();
        const from = Number(input.ContinuationToken ?? 0);
        return {
          Contents: names.slice(from, from + 2).map((name) => ({
            Key: name.slice(input.Bucket.length + 1),
            Size: this.objects.get(name)?.length,
          })),
          ...(names.length > from + 2 ? { NextContinuationToken: String(from + 2) } : {}),
        };
      });
    this.#mock.on(GetObjectCommand).callsFake((input: { Bucket: string; Key: string; Range?: string }) => {
      const object = this.objects.get(`${input.Bucket}/${input.Key}`);
      if (object === undefined) throw failed('NoSuchKey');
      this.read.push(input.Key);
      const [, first = 0, last = Infinity] = /^bytes=(\d+)-(\d+)$/.exec(input.Range ?? '') ?? [];
      const bytes = object.subarray(Number(first), Number(last) + 1);
      return {
        ETag: etag(object),
        Body: {
          transformToByteArray: () => Promise.resolve(new Uint8Array(bytes)),
          transformToString: () => Promise.resolve(bytes.toString()),
        },
      };
    });
    this.#mock
      .on(PutObjectCommand)
      .callsFake((input: { Bucket: string; Key: string; Body: string; IfMatch?: string; IfNoneMatch?: string }) => {
        this.meanwhile(input.Key);
        const name = `${input.Bucket}/${input.Key}`;
        const present = this.objects.get(name);
        if (input.IfNoneMatch === '*' && present !== undefined) throw failed('PreconditionFailed');
        if (input.IfMatch !== undefined && input.IfMatch !== (present && etag(present)))
          throw failed('PreconditionFailed');
        this.written.push(input.Key);
        this.objects.set(name, Buffer.from(input.Body));
        return {};
      });
  }
}

const etag = (content: Buffer): string => `"${createHash('md5').update(content).digest('hex')}"`;

/** A Parquet file of these rows, by the writer of the real ones. `broken` is SQL for a column in place of what the rows have. */
export async function parquet(rows: readonly Prediction[], broken: Record<string, string> = {}): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'predictions-'));
  const database = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await database.connect();
  try {
    await connection.run(`CREATE TABLE predictions (item_id VARCHAR, country VARCHAR, scheme VARCHAR, code VARCHAR,
      confidence DOUBLE, quantity BIGINT, month VARCHAR, model VARCHAR, code_list VARCHAR, run VARCHAR)`);
    const appender = await connection.createAppender('predictions');
    for (const row of rows) {
      for (const text of [row.item_id, row.country, row.scheme, row.code]) appender.appendVarchar(text);
      appender.appendDouble(row.confidence);
      appender.appendBigInt(BigInt(row.quantity));
      for (const text of [row.month, row.model, row.code_list, row.run]) appender.appendVarchar(text);
      appender.endRow();
    }
    appender.closeSync();
    const replaced = Object.entries(broken).map(([column, sql]) => `${sql} AS ${column}`);
    const columns = replaced.length === 0 ? '*' : `* REPLACE (${replaced.join(', ')})`;
    const file = join(folder, 'predictions.parquet');
    await connection.run(
      `COPY (SELECT ${columns} FROM predictions) TO '${file}' (FORMAT parquet, ROW_GROUP_SIZE 2048)`,
    );
    return await readFile(file);
  } finally {
    connection.closeSync();
    database.closeSync();
    await rm(folder, { recursive: true });
  }
}
