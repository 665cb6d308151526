import type { S3Client } from '@aws-sdk/client-s3';
import { readJson, writeJsonOnce } from '@regulabel/shared/aws/objects';
import { datasetManifest, type DatasetManifest } from '@regulabel/contracts/ingest/datasetManifest.v1';
import { RegulabelError } from '@regulabel/shared/errors';
import { datasetManifestKey, s3Uri } from '@regulabel/shared/keys';

/**
 * Writes a country's manifest, which completes its dataset. The same delivery again is success; throws
 * `DatasetManifestConflict` when another one is there: consumers may have started on it.
 */
export async function putManifest(client: S3Client, bucket: string, dataset: DatasetManifest): Promise<void> {
  const uri = s3Uri(bucket, datasetManifestKey(dataset.purpose, dataset.runId, dataset.country));
  if (await writeJsonOnce(client, uri, datasetManifest, dataset)) return;
  const there = await readJson(client, uri, datasetManifest);
  if (there.hash === dataset.hash) return;
  throw new RegulabelError(
    'DatasetManifestConflict',
    `${uri} already describes another delivery (${there.uri}, not ${dataset.uri}): start a new run to extract again`,
  );
}
