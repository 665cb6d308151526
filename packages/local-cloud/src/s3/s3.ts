import type { Cloud, Service } from '../aws.ts';
import { bucketsOf } from './buckets.ts';
import { objectEncryption } from './encryption.ts';
import { listOperations } from './list.ts';
import { multipartOperations } from './multipart.ts';
import { objectsOf } from './objects.ts';
import { outboxOf } from './outbox.ts';
import { readOperations } from './read.ts';
import { writeOperations } from './write.ts';

/** Buckets and objects, encrypted on disk under the key that the request or the bucket names. */
export function createS3(cloud: Cloud): Service {
  const buckets = bucketsOf(cloud);
  const outbox = outboxOf(cloud, buckets);
  const storage = { buckets, objects: objectsOf(cloud, buckets), encryption: objectEncryption(cloud), outbox };
  return {
    name: 's3',
    operations: {
      ...buckets.operations,
      ...writeOperations(storage),
      ...multipartOperations(storage),
      ...readOperations(storage),
      ...listOperations(storage),
    },
    resume: outbox.flush,
    close: outbox.close,
  };
}
