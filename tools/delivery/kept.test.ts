import { describe, expect, it } from '@jest/globals';
import { importOfKept } from './kept.ts';

const place = { account: '111122223333', region: 'eu-west-1', keys: new Map([['Rows', 'key-1']]) };
const kept = { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' };
const key = {
  Type: 'AWS::KMS::Key',
  ...kept,
  Properties: {
    Description: 'Rows',
    EnableKeyRotation: true,
    KeyPolicy: { Statement: [{ 'Fn::GetAtt': ['Role', 'Arn'] }] },
  },
};
const bucket = {
  Type: 'AWS::S3::Bucket',
  ...kept,
  Properties: { BucketName: { 'Fn::Sub': 'regulabel-prod-data-${AWS::AccountId}-${AWS::Region}' } },
};
const table = { Type: 'AWS::DynamoDB::Table', ...kept, Properties: { TableName: 'regulabel-prod-runs' } };
const Resources = { Key: key, Bucket: bucket, Table: table, Role: { Type: 'AWS::IAM::Role' } };

describe('taking on what a removal kept', () => {
  it('is a template of that alone, and by what each is identified', () => {
    expect(importOfKept({ Resources }, place)).toEqual({
      template: {
        Resources: {
          Key: { ...key, Properties: { Description: 'Rows', EnableKeyRotation: true } },
          Bucket: bucket,
          Table: table,
        },
      },
      resources: [
        { ResourceType: 'AWS::KMS::Key', LogicalResourceId: 'Key', ResourceIdentifier: { KeyId: 'key-1' } },
        {
          ResourceType: 'AWS::S3::Bucket',
          LogicalResourceId: 'Bucket',
          ResourceIdentifier: { BucketName: 'regulabel-prod-data-111122223333-eu-west-1' },
        },
        {
          ResourceType: 'AWS::DynamoDB::Table',
          LogicalResourceId: 'Table',
          ResourceIdentifier: { TableName: 'regulabel-prod-runs' },
        },
      ],
    });
  });

  it('needs every key: without it nobody could read what it encrypts', () => {
    expect(() => importOfKept({ Resources }, { ...place, keys: new Map() })).toThrow(
      'Key: there is no key of the stage with the description "Rows"',
    );
  });

  it('does not guess what identifies another type', () => {
    const Topic = { Type: 'AWS::SNS::Topic', ...kept };
    expect(() => importOfKept({ Resources: { Topic } }, place)).toThrow('Topic: this does not know');
  });
});
