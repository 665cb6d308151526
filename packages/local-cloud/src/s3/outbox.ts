import { servicePrincipal } from '../aws.ts';
import type { Caller, Cloud, Input } from '../aws.ts';
import type { Buckets } from './buckets.ts';
import type { ObjectVersion } from './objects.ts';

export type Outbox = ReturnType<typeof outboxOf>;

interface Created {
  readonly bucket: string;
  readonly key: string;
  readonly version: ObjectVersion;
  readonly reason: 'PutObject' | 'CompleteMultipartUpload' | 'CopyObject';
  readonly caller: Caller;
}

/**
 * "Object Created" events on their way to EventBridge. An event is stored in the transaction that makes the object,
 * and goes once EventBridge has it: a kill may repeat one, never lose one.
 */
export function outboxOf(cloud: Cloud, buckets: Buckets) {
  const pending = cloud.store.collection<Input>('s3.event');
  let sequence = 0;
  let sending: Promise<void> | undefined;

  const send = async (): Promise<void> => {
    for (let [next] = pending.list(); next !== undefined; [next] = pending.list()) {
      const answer = await cloud.call('events', 'PutEvents', { Entries: [next.value] }, servicePrincipal('s3'));
      if (answer['FailedEntryCount'] !== 0) throw new Error(`EventBridge refused it: ${JSON.stringify(answer)}`);
      pending.remove(next.key);
    }
  };

  /** Sends what is pending, in order; one at a time. */
  const flush = (): void => {
    sending ??= send()
      .catch((error: unknown) => {
        cloud.log(`s3: an event waits for the next write or start: ${String(error)}`);
      })
      .finally(() => {
        sending = undefined;
        // What was added after the last look.
      });
  };

  return {
    flush,
    /** Synchronous, for use inside a transaction; `flush` after it. */
    add({ bucket, key, version, reason, caller }: Created): void {
      if (buckets.find(bucket).eventBridge !== true) return;
      sequence += 1;
      const sequencer =
        `${Date.now().toString(16).padStart(12, '0')}${sequence.toString(16).padStart(6, '0')}`.toUpperCase();
      pending.put(sequencer, {
        Source: 'aws.s3',
        DetailType: 'Object Created',
        Time: version.lastModified,
        Resources: [`arn:aws:s3:::${bucket}`],
        Detail: JSON.stringify({
          version: '0',
          bucket: { name: bucket },
          object: {
            key,
            size: version.size,
            etag: version.etag.replaceAll('"', ''),
            ...(version.versionId === 'null' ? {} : { 'version-id': version.versionId }),
            sequencer,
          },
          'request-id': sequencer.slice(-16),
          requester: caller.roleArn === undefined ? caller.arn : cloud.account,
          'source-ip-address': '127.0.0.1',
          reason,
        }),
      });
    },
    /** Waits for the event that is being sent. */
    async close(): Promise<void> {
      await sending;
    },
  };
}
