import { describe, expect, it } from '@jest/globals';
import { allow, attribute, changed, found, keyWith, stackWith } from '../testing/templates.ts';
import { archives } from './archives.ts';

const events = { Service: 'events.amazonaws.com' };
const good = {
  ...keyWith(
    'Key',
    'alias/regulabel-dev-messages',
    allow(events, 'kms:DescribeKey'),
    allow(events, ['kms:GenerateDataKey', 'kms:Decrypt', 'kms:ReEncrypt*'], {
      Condition: { StringEquals: { 'kms:EncryptionContext:aws:events:event-bus:arn': attribute('Bus') } },
    }),
  ),
  Bus: { Type: 'AWS::Events::EventBus', Properties: { Name: 'regulabel-dev' } },
  Archive: {
    Type: 'AWS::Events::Archive',
    Properties: { SourceArn: attribute('Bus'), RetentionDays: 400, KmsKeyIdentifier: attribute('Key') },
  },
};

describe('the rules on archives', () => {
  it('find nothing where all is well', async () => {
    expect(await found(archives, stackWith(good))).toEqual([]);
  });

  it.each([
    ['archive-encrypted: Archive', 'Archive.Properties.KmsKeyIdentifier', undefined],
    ['archive-forgets: Archive', 'Archive.Properties.RetentionDays', undefined],
    [
      'archive-key-usable: Archive: EventBridge may not kms:DescribeKey with Key',
      'Key.Properties.KeyPolicy.Statement.1.Action',
      'kms:GetKeyPolicy',
    ],
    [
      'archive-key-usable: Archive: EventBridge may not kms:GenerateDataKey, kms:Decrypt, kms:ReEncryptFrom',
      'Archive.Properties.SourceArn',
      'arn:aws:events:eu-west-1:111122223333:event-bus/default',
    ],
  ])('find %s', async (problem, path, value) => {
    const problems = await found(archives, stackWith(changed(good, path, value)));
    expect(problems).toEqual([expect.stringContaining(problem)]);
  });
});
