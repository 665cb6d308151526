import type { Cloud, Service } from '../aws.ts';
import { bucketOperations, bucketsOf } from './buckets.ts';
import { objectEncryption } from './encryption.ts';
import { listOperations } from './list.ts';
import { objectsOf } from './objects.ts';
import { outboxOf } from './outbox.ts';
import { readOperations } from './read.ts';
import { writeOperations } from './write.ts';

/** Buckets and objects, encrypted on disk under the key that the request or the bucket names. */
export function createS3(cloud: Cloud): Service {
  const buckets = bucketsOf(cloud);
  const parts = {
    buckets,
    objects: objectsOf(cloud, buckets),
    encryption: objectEncryption(cloud),
    outbox: outboxOf(cloud, buckets),
  };
  return {
    name: 's3',
    operations: {
      ...bucketOperations(cloud, buckets, parts.objects.isEmpty),
      ...writeOperations(parts),
      ...readOperations(parts),
      ...listOperations(parts),
    },
    resume: parts.outbox.flush,
    close: parts.outbox.close,
  };
}
