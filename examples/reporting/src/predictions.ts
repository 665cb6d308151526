import { GetObjectCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import { parse } from '@regulabel/contracts/parse';
import { parquetMetadataAsync, parquetReadObjects, type AsyncBuffer } from 'hyparquet';
import { row, type Row } from './core/figures.ts';

const COLUMNS = Object.keys(row.shape);

/**
 * The rows of all Parquet files below a prefix, one row group at a time: of a file no more than that is in memory (the writer
 * decides on the size; DuckDB's row groups have at most 122,880 rows). Throws `ContractError` for a row that breaks the contract.
 */
export async function* readPredictions(s3: S3Client, prefix: string): AsyncGenerator<readonly Row[]> {
  const { bucket, key } = locate(prefix);
  for await (const { Key = '', Size = 0 } of listObjects(s3, bucket, key)) {
    if (Key.endsWith('.parquet')) yield* readFile(s3, { bucket, key: Key, size: Size });
  }
}

interface StoredFile {
  readonly bucket: string;
  readonly key: string;
  readonly size: number;
}

async function* readFile(s3: S3Client, stored: StoredFile): AsyncGenerator<readonly Row[]> {
  const file = inS3(s3, stored);
  const metadata = await parquetMetadataAsync(file);
  let rowStart = 0;
  for (const { num_rows } of metadata.row_groups) {
    const rowEnd = rowStart + Number(num_rows);
    const found = await parquetReadObjects({ file, metadata, columns: COLUMNS, rowStart, rowEnd });
    const first = rowStart;
    yield found.map((values, index) =>
      parse(row, numbers(values), `s3://${stored.bucket}/${stored.key}, row ${first + index}`),
    );
    rowStart = rowEnd;
  }
}

/** Parquet's 64-bit integers come as `bigint`. What no longer is a safe integer as a number, the contract refuses. */
const numbers = (values: Record<string, unknown>): Record<string, unknown> => ({
  ...values,
  quantity: typeof values['quantity'] === 'bigint' ? Number(values['quantity']) : values['quantity'],
});

/** A file in S3, of which only the parts that are asked for are fetched. */
const inS3 = (s3: S3Client, { bucket, key, size }: StoredFile): AsyncBuffer => ({
  byteLength: size,
  async slice(start, end = size) {
    const Range = `bytes=${start}-${end - 1}`;
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key, Range }));
    if (Body === undefined) throw new TypeError(`s3://${bucket}/${key} was answered without content`);
    const bytes = await Body.transformToByteArray();
    return Uint8Array.from(bytes).buffer;
  },
});

async function* listObjects(s3: S3Client, Bucket: string, Prefix: string) {
  let ContinuationToken: string | undefined;
  do {
    const page = await s3.send(new ListObjectsV2Command({ Bucket, Prefix, ContinuationToken }));
    yield* page.Contents ?? [];
    ContinuationToken = page.NextContinuationToken;
  } while (ContinuationToken !== undefined);
}

/** Bucket and key of `s3://bucket/key`, which the contract has checked. */
function locate(uri: string): { bucket: string; key: string } {
  const { hostname, pathname } = new URL(uri);
  return { bucket: hostname, key: pathname.slice(1) };
}
