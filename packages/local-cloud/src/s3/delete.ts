import { z } from 'zod';
import type { Caller, Operation } from '../aws.ts';
import { operation } from '../operation.ts';
import { isObject, type Address } from './objects.ts';
import { address, announce, versionAnswer, type Storage } from './storage.ts';

const version = { VersionId: z.string().optional() };

/**
 * Takes a version away for good; without an id, hides the object in a bucket that keeps versions. What is not there is
 * deleted already. https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeleteMarker.html
 */
function remove(storage: Storage, at: Address, id: string | undefined, caller: Caller) {
  const { cloud, buckets, objects, files } = storage;
  const bucket = buckets.find(at.Bucket);
  const hides = id === undefined && bucket.configuration.BucketVersioning !== undefined;
  const gone = cloud.store.transaction(() => {
    const removed = hides ? objects.add(at, bucket) : objects.remove(at, id ?? 'null');
    const kind = hides ? 'Delete Marker Created' : 'Permanently Deleted';
    const happened = { type: 'Object Deleted', reason: 'DeleteObject', 'deletion-type': kind } as const;
    if (removed !== undefined) announce(storage, bucket, happened, { Key: at.Key, version: removed.version, caller });
    return removed;
  });
  files.discard(gone?.unused ?? []);
  const marker = gone !== undefined && !isObject(gone.version) ? { DeleteMarker: true } : {};
  if (id !== undefined) return { ...marker, VersionId: id };
  return gone === undefined ? {} : { ...marker, ...versionAnswer(gone.version) };
}

export const deleteOperations = (storage: Storage): Record<string, Operation> => ({
  DeleteObject: operation({ ...address, ...version }, ({ VersionId, ...at }, caller) =>
    remove(storage, at, VersionId, caller),
  ),

  DeleteObjects: operation(
    {
      Bucket: address.Bucket,
      Delete: z.strictObject({
        Objects: z
          .array(z.strictObject({ Key: address.Key, ...version }))
          .min(1)
          .max(1000),
        Quiet: z.union([z.boolean(), z.stringbool()]).default(false),
      }),
    },
    ({ Bucket, Delete: { Objects, Quiet } }, caller) => {
      storage.buckets.find(Bucket);
      const Deleted = Objects.map(({ Key, VersionId }) => {
        const gone = remove(storage, { Bucket, Key }, VersionId, caller);
        const marker = 'DeleteMarker' in gone ? { DeleteMarker: true, DeleteMarkerVersionId: gone.VersionId } : {};
        return { Key, VersionId, ...marker };
      });
      return Quiet ? {} : { Deleted };
    },
  ),
});
