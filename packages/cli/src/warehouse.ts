import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  BatchExecuteStatementCommand,
  DescribeStatementCommand,
  ExecuteStatementCommand,
  GetStatementResultCommand,
  type RedshiftDataClient,
} from '@aws-sdk/client-redshift-data';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { CommandError } from './errors.ts';
import { WAREHOUSE, WAREHOUSE_BUCKET, WAREHOUSE_ROLE_ARN } from './local/cloudConfig.ts';
import type { LocalSession } from './local/localSession.ts';

/** The warehouse's two tables. */
export type Table = 'labelled_items' | 'sold_items';

/** Uploads a Parquet file below `prefix` of the warehouse's bucket, from where {@link copy} reads it. */
export async function stage({ warehouse: { s3 } }: LocalSession, file: string, prefix: string): Promise<void> {
  const { size } = await stat(file);
  await s3.send(
    new PutObjectCommand({
      Bucket: WAREHOUSE_BUCKET,
      Key: prefix + basename(file),
      Body: createReadStream(file),
      ContentLength: size,
    }),
  );
}

/**
 * Copies what is staged below each table's prefix into it: everything in one transaction, or nothing. However often it is
 * called with the same `token`, it happens once.
 */
export async function copy(
  { warehouse: { redshift } }: LocalSession,
  prefixes: Partial<Record<Table, string>>,
  token: string = randomUUID(),
): Promise<void> {
  const statements = Object.entries(prefixes).map(
    ([table, prefix]) =>
      `COPY ${table} FROM 's3://${WAREHOUSE_BUCKET}/${prefix}' IAM_ROLE '${WAREHOUSE_ROLE_ARN}' FORMAT AS PARQUET`,
  );
  await settled(redshift, () =>
    redshift.send(new BatchExecuteStatementCommand({ ...WAREHOUSE, Sqls: statements, ClientToken: token })),
  );
}

/** The first page of a query's rows, every value as text. */
export async function query({ warehouse: { redshift } }: LocalSession, sql: string): Promise<(string | undefined)[][]> {
  const id = await settled(redshift, () => redshift.send(new ExecuteStatementCommand({ ...WAREHOUSE, Sql: sql })));
  const { Records = [] } = await redshift.send(new GetStatementResultCommand({ Id: id }));
  return Records.map((record) => record.map(({ stringValue }) => stringValue));
}

/** Waits for a statement. Throws `CommandError` with the warehouse's own words when it does not finish. */
async function settled(
  client: RedshiftDataClient,
  submit: () => Promise<{ Id?: string | undefined }>,
): Promise<string> {
  const { Id = '' } = await submit();
  for (;;) {
    const { Status, Error: error } = await client.send(new DescribeStatementCommand({ Id }));
    if (Status === 'FINISHED') return Id;
    if (Status === 'FAILED' || Status === 'ABORTED')
      throw new CommandError(`the warehouse refused: ${error ?? Status}`);
    await delay(50);
  }
}
