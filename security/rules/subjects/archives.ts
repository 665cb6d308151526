import { each, type Rule } from '../rule.ts';
import { text } from '../template/json.ts';
import { decided, service } from '../template/policies.ts';
import { guarding, keyOf } from '../template/world.ts';
import { underOwnKey } from './encryption.ts';

const TYPE = 'AWS::Events::Archive';
/** https://docs.aws.amazon.com/eventbridge/latest/userguide/encryption-archives.html */
const USES = ['kms:DescribeKey', 'kms:GenerateDataKey', 'kms:Decrypt', 'kms:ReEncryptFrom', 'kms:ReEncryptTo'];

export const archives: readonly Rule[] = [
  {
    name: 'archive-encrypted',
    remedy: 'Set KmsKeyIdentifier to a key of the same template',
    check: each(TYPE, underOwnKey('events')),
  },
  {
    name: 'archive-forgets',
    remedy: 'Set RetentionDays',
    check: each(TYPE, ({ properties }) =>
      Number(properties['RetentionDays']) > 0 ? undefined : 'it keeps every event for ever',
    ),
  },
  {
    name: 'archive-key-usable',
    remedy: `Let the key's policy allow events.amazonaws.com ${USES.join(', ')} for the bus of the archive`,
    check: each(TYPE, (archive, stack) => {
      const key = keyOf(stack, archive);
      if (key === undefined) return undefined;
      const context = { 'kms:encryptioncontext:aws:events:event-bus:arn': text(archive.properties['SourceArn']) };
      const resource = guarding({ stack, resource: key });
      const missing = USES.filter(
        (action) =>
          !decided(
            { principal: service('events.amazonaws.com'), action, resource: key.arn, context },
            { resource, resourceDecides: true },
          ).allowed,
      );
      return missing.length === 0 ? undefined : `EventBridge may not ${missing.join(', ')} with ${key.id}`;
    }),
  },
];
