import { internally, type Caller, type Cloud, type Input } from '../aws.ts';
import { Outbox } from '../events/outbox.ts';
import type { Address, Version } from './objects.ts';

/** S3's events on their way to EventBridge: entries of PutEvents. */
export const createOutbox = (cloud: Cloud): Outbox<Input> =>
  new Outbox<Input>(cloud, 's3.outbox', {
    async deliver(entry) {
      const answer = await cloud.call('events', 'PutEvents', { Entries: [entry] }, internally('s3'));
      if (answer['FailedEntryCount'] !== 0) throw new Error(`EventBridge refused it: ${JSON.stringify(answer)}`);
    },
    giveUp(entry, { error }) {
      cloud.log(`s3: the event ${JSON.stringify(entry)} is lost: ${String(error)}`);
      return Promise.resolve();
    },
  });

export type Happening =
  | { readonly type: 'Object Created'; readonly reason: 'PutObject' | 'CopyObject' | 'CompleteMultipartUpload' }
  | {
      readonly type: 'Object Deleted';
      readonly reason: 'DeleteObject';
      readonly 'deletion-type': 'Permanently Deleted' | 'Delete Marker Created';
    };

const EMPTY_MD5 = 'd41d8cd98f00b204e9800998ecf8427e';
let sequence = 0;

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html */
export function objectEvent(
  cloud: Cloud,
  { type, ...happened }: Happening,
  { Bucket, Key, version, caller }: Address & { version: Version; caller: Caller },
): Input {
  sequence += 1;
  const order = Date.now().toString(16).padStart(12, '0') + sequence.toString(16).padStart(6, '0');
  const sequencer = order.toUpperCase();
  const content =
    'etag' in version ? { size: version.size, etag: version.etag.replaceAll('"', '') } : { etag: EMPTY_MD5 };
  const detail = {
    version: '0',
    bucket: { name: Bucket },
    object: {
      key: Key,
      ...(happened.reason === 'DeleteObject' && 'etag' in version ? {} : content),
      ...(version.versionId === 'null' ? {} : { 'version-id': version.versionId }),
      sequencer,
    },
    'request-id': sequencer.slice(-16),
    requester: caller.roleArn === undefined ? caller.arn : cloud.account,
    'source-ip-address': '127.0.0.1',
    ...happened,
  };
  return {
    Source: 'aws.s3',
    DetailType: type,
    Time: Math.floor(Date.now() / 1000),
    Resources: [`arn:aws:s3:::${Bucket}`],
    Detail: JSON.stringify(detail),
  };
}
