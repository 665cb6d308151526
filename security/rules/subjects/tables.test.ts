import { describe, expect, it } from '@jest/globals';
import { attribute, changed, found, keyWith, stackWith } from '../testing/templates.ts';
import { tables } from './tables.ts';

const good = {
  ...keyWith('Key', 'alias/regulabel-dev-registry'),
  Table: {
    Type: 'AWS::DynamoDB::Table',
    DeletionPolicy: 'Retain',
    UpdateReplacePolicy: 'Retain',
    Properties: {
      TableName: 'regulabel-dev-winners',
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      SSESpecification: { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: attribute('Key') },
    },
  },
};

describe('the rules on tables', () => {
  it('find nothing where all is well', async () => {
    expect(await found(tables, stackWith(good))).toEqual([]);
  });

  it.each([
    ['table-encrypted', 'Table.Properties.SSESpecification.KMSMasterKeyId', undefined],
    ['table-encrypted', 'Table.Properties.SSESpecification.SSEEnabled', false],
    ['table-recoverable', 'Table.Properties.PointInTimeRecoverySpecification', undefined],
    ['table-retained', 'Table.DeletionPolicy', 'Delete'],
    ['table-retained', 'Table.UpdateReplacePolicy', undefined],
    ['table-retained', 'Key.UpdateReplacePolicy', undefined],
  ])('find %s with another %s', async (rule, path, value) => {
    const problems = await found(tables, stackWith(changed(good, path, value)));
    expect(problems).toEqual([expect.stringContaining(`${rule}: Table: `)]);
  });
});
