import type { Cloud, Service } from '../aws.ts';
import { deleteOperations } from './delete.ts';
import { listOperations } from './list.ts';
import { multipartOperations } from './multipart.ts';
import { readOperations } from './read.ts';
import { openStorage } from './storage.ts';
import { writeOperations } from './write.ts';

/** Buckets and objects, encrypted on disk under the key that the request or the bucket names. */
export function createS3(cloud: Cloud): Service {
  const storage = openStorage(cloud);
  return {
    name: 's3',
    guardOf: (arn) => storage.buckets.guardOf(arn),
    operations: {
      ...storage.buckets.operations,
      ...readOperations(storage),
      ...writeOperations(storage),
      ...multipartOperations(storage),
      ...deleteOperations(storage),
      ...listOperations(storage),
    },
    resume: () => {
      storage.outbox.resume();
    },
    close: () => storage.outbox.close(),
  };
}
