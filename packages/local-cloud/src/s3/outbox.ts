import { servicePrincipal } from '../aws.ts';
import type { Caller, Cloud, Input } from '../aws.ts';
import type { Buckets } from './buckets.ts';
import type { Address, ObjectVersion } from './objects.ts';

export type Outbox = ReturnType<typeof outboxOf>;

/**
 * "Object Created" events on their way to EventBridge. An event is stored in the transaction that makes the object,
 * and goes once EventBridge has it: a kill may repeat one, never lose one.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
 */
export function outboxOf(cloud: Cloud, buckets: Buckets) {
  const pending = cloud.store.collection<Input>('s3.event');
  let sequence = 0;
  let sending: Promise<void> | undefined;

  const send = async (): Promise<void> => {
    // Lets `flush` set `sending` first, also when there is nothing to send.
    await Promise.resolve();
    for (let [next] = pending.list(); next !== undefined; [next] = pending.list()) {
      const answer = await cloud.call('events', 'PutEvents', { Entries: [next.value] }, servicePrincipal('s3'));
      if (answer['FailedEntryCount'] !== 0) throw new Error(`EventBridge refused it: ${JSON.stringify(answer)}`);
      pending.remove(next.key);
    }
    // In the same tick as the last look: an event that comes now starts anew.
    sending = undefined;
  };

  return {
    /** Sends what is pending, in order; one at a time. */
    flush: (): void => {
      sending ??= send().catch((error: unknown) => {
        sending = undefined;
        cloud.log(`s3: an event waits for the next write or start: ${String(error)}`);
      });
    },
    /** Synchronous, for use inside a transaction; `flush` after it. */
    add({ Bucket, Key }: Address, version: ObjectVersion, reason: string, caller: Caller): void {
      if (buckets.find(Bucket).configuration.BucketNotificationConfiguration?.EventBridgeConfiguration === undefined)
        return;
      sequence += 1;
      const order = Date.now().toString(16).padStart(12, '0') + sequence.toString(16).padStart(6, '0');
      const sequencer = order.toUpperCase();
      const detail = {
        version: '0',
        bucket: { name: Bucket },
        object: {
          key: Key,
          size: version.size,
          etag: version.etag.replaceAll('"', ''),
          ...(version.versionId === 'null' ? {} : { 'version-id': version.versionId }),
          sequencer,
        },
        'request-id': sequencer.slice(-16),
        requester: caller.roleArn === undefined ? caller.arn : cloud.account,
        'source-ip-address': '127.0.0.1',
        reason,
      };
      pending.put(sequencer, {
        Source: 'aws.s3',
        DetailType: 'Object Created',
        Time: version.lastModified,
        Resources: [`arn:aws:s3:::${Bucket}`],
        Detail: JSON.stringify(detail),
      });
    },
    /** Waits for the event that is being sent. */
    close: async (): Promise<void> => {
      await sending;
    },
  };
}
