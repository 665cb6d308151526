import { servicePrincipal } from '../aws.ts';
import type { Caller, Cloud, Input } from '../aws.ts';
import { Outbox } from '../events/outbox.ts';
import type { Address, ObjectVersion } from './objects.ts';

/** S3's events on their way to EventBridge: entries of PutEvents. */
export const createOutbox = (cloud: Cloud): Outbox<Input> =>
  new Outbox<Input>(cloud, 's3.outbox', {
    async deliver(entry) {
      const answer = await cloud.call('events', 'PutEvents', { Entries: [entry] }, servicePrincipal('s3'));
      if (answer['FailedEntryCount'] !== 0) throw new Error(`EventBridge refused it: ${JSON.stringify(answer)}`);
    },
    giveUp(entry, { error }) {
      cloud.log(`s3: the event ${JSON.stringify(entry)} is lost: ${String(error)}`);
      return Promise.resolve();
    },
  });

let sequence = 0;

/** "Object Created": https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html */
export function objectCreated(cloud: Cloud, { Bucket, Key }: Address, version: ObjectVersion, caller: Caller) {
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
    reason: 'PutObject',
  };
  return {
    Source: 'aws.s3',
    DetailType: 'Object Created',
    Time: version.lastModified,
    Resources: [`arn:aws:s3:::${Bucket}`],
    Detail: JSON.stringify(detail),
  };
}
