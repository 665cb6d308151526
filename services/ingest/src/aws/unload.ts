import { paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';
import { readJson } from '@regulabel/shared/aws/objects';
import { RegulabelError } from '@regulabel/shared/errors';
import { s3Uri } from '@regulabel/shared/keys';
import { unloadManifest, verifiedPartitions, type ListedObject, type Partition } from '../core/unloadManifest.ts';

/**
 * What a finished UNLOAD wrote below `prefix`, verified. Without rows UNLOAD writes nothing, no manifest either; Redshift
 * does not promise to count what it unloads (`resultRows`), so only a count above 0 speaks against that. Throws
 * `UnloadManifestMissing` when there is anything but no manifest, and as {@link verifiedPartitions}.
 */
export async function readPartitions(
  client: S3Client,
  { bucket, prefix, resultRows = 0 }: { bucket: string; prefix: string; resultRows?: number | undefined },
): Promise<Partition[]> {
  const listed = await list(client, bucket, prefix);
  const manifest = s3Uri(bucket, `${prefix}manifest`);
  if (!listed.some(({ key }) => key === `${prefix}manifest`)) {
    if (listed.length === 0 && resultRows <= 0) return [];
    throw new RegulabelError(
      'UnloadManifestMissing',
      `${manifest} is not there, though the UNLOAD wrote ${listed.length} files (Redshift counts ${resultRows} rows)`,
    );
  }
  return verifiedPartitions(await readJson(client, manifest, unloadManifest), { bucket, prefix, listed });
}

async function list(client: S3Client, bucket: string, prefix: string): Promise<ListedObject[]> {
  const objects: ListedObject[] = [];
  for await (const page of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix })) {
    for (const { Key, Size } of page.Contents ?? []) objects.push({ key: Key ?? '', bytes: Size ?? 0 });
  }
  return objects;
}
