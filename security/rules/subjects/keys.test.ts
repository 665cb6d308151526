import { describe, expect, it } from '@jest/globals';
import {
  account,
  allow,
  attribute,
  changed,
  found,
  keyWith,
  ref,
  roleWith,
  stackWith,
  sub,
} from '../testing/templates.ts';
import { keys } from './keys.ts';

const role = (name: string) => sub(`arn:aws:iam::\${AWS::AccountId}:role/${name}`);
const through = (service: string) => ({
  StringEquals: { 'kms:ViaService': sub(`${service}.\${AWS::Region}.amazonaws.com`) },
});
const good = {
  ...keyWith(
    'Key',
    'alias/regulabel-dev-control',
    allow({ AWS: attribute('PlanRole') }, ['kms:Decrypt', 'kms:GenerateDataKey']),
    allow(account, 'kms:Decrypt', { Condition: { ArnEquals: { 'aws:PrincipalArn': role('regulabel-dev-score') } } }),
    allow(account, ['kms:Decrypt', 'kms:GenerateDataKey*'], { Condition: through('dynamodb') }),
    allow(account, 'kms:CreateGrant', {
      Condition: { ...through('dynamodb'), Bool: { 'kms:GrantIsForAWSResource': true } },
    }),
    allow({ Service: 'events.amazonaws.com' }, ['kms:GenerateDataKey', 'kms:Decrypt']),
  ),
  PlanRole: roleWith('regulabel-dev-plan', 'lambda.amazonaws.com'),
  Table: {
    Type: 'AWS::DynamoDB::Table',
    Properties: { SSESpecification: { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: ref('Key') } },
  },
};
const statement = (index: number) => `Key.Properties.KeyPolicy.Statement.${index}`;
const [ADMINISTER, PLAN, SCORE, TABLE, GRANT] = [0, 1, 2, 3, 4].map(statement);

describe('the rules on keys', () => {
  it('find nothing where all is well', async () => {
    expect(await found(keys, stackWith(good))).toEqual([]);
  });

  it.each([
    ['key-rotates: Key: its material', 'Key.Properties.EnableKeyRotation', false],
    ['key-not-for-everybody: Key, statement policy/2: its principal is \\*', `${SCORE}.Principal`, '*'],
    ['key-not-for-everybody: Key, statement policy/2', `${SCORE}.Principal`, { AWS: '*' }],
    ['key-without-wildcard-action: Key, statement policy/1: it allows kms:\\*', `${PLAN}.Action`, 'kms:*'],
    ['key-without-wildcard-action: Key, statement policy/0: it allows kms:Put\\*', `${ADMINISTER}.Action`, 'kms:Put*'],
    // The account itself, narrowed by nothing, or by what does not narrow.
    ['key-account-never-uses: Key, statement policy/0: .* may kms:Encrypt', `${ADMINISTER}.Action`, ['kms:Encrypt']],
    ['key-account-never-uses: Key, statement policy/2: .* may kms:Decrypt', `${SCORE}.Condition`, undefined],
    [
      'key-account-never-uses: Key, statement policy/2',
      `${SCORE}.Condition.ArnEquals`,
      { 'aws:PrincipalArn': role('*') },
    ],
    [
      'key-account-never-uses: Key, statement policy/2',
      `${SCORE}.Condition`,
      { ArnEqualsIfExists: { 'aws:PrincipalArn': role('regulabel-dev-score') } },
    ],
    [
      'key-account-never-uses: Key, statement policy/2',
      `${SCORE}.Condition`,
      { ArnNotEquals: { 'aws:PrincipalArn': role('regulabel-dev-score') } },
    ],
    // IAM alone would open the objects.
    ['key-account-never-uses: Key, statement policy/3', `${TABLE}.Condition`, through('s3')],
    ['key-account-never-uses: Key, statement policy/4', `${GRANT}.Condition.Bool`, undefined],
    [
      'key-names-own-roles-only: Key, statement policy/1: .*role/regulabel-dev-score',
      `${PLAN}.Principal.AWS`,
      role('regulabel-dev-score'),
    ],
    ['key-has-alias: Key: it has no alias', 'KeyAlias', undefined],
  ])('find %s', async (problem, path, value) => {
    const problems = await found(keys, stackWith(changed(good, path, value)));
    expect(problems).toEqual([expect.stringMatching(new RegExp(`^${problem}`))]);
  });

  it('let only the key of a table be used through DynamoDB', async () => {
    expect(await found(keys, stackWith(changed(good, 'Table')))).toEqual([
      expect.stringContaining('key-account-never-uses: Key, statement policy/3'),
      expect.stringContaining('key-account-never-uses: Key, statement policy/4'),
    ]);
  });
});
