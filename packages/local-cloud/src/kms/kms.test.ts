import {
  CreateAliasCommand,
  CreateKeyCommand,
  DecryptCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  GenerateDataKeyCommand,
  GetKeyPolicyCommand,
  KMSClient,
  ListAliasesCommand,
  ListKeysCommand,
  PutKeyPolicyCommand,
  UpdateAliasCommand,
} from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { internally } from '../aws.ts';
import { startLocalCloud, type LocalCloud } from '../testing/localCloud.ts';
import { trust } from '../testing/policies.ts';

let local: LocalCloud;
let kms: KMSClient;
beforeAll(async () => {
  local = await startLocalCloud();
  kms = new KMSClient(local.clientConfig);
});
afterAll(() => local.stop());

const newKey = async () => (await kms.send(new CreateKeyCommand({ Description: 'a key' }))).KeyMetadata!;

describe('keys', () => {
  it('are found by id, ARN, alias and alias ARN', async () => {
    const { KeyId, Arn } = await newKey();
    await kms.send(new CreateAliasCommand({ AliasName: 'alias/found', TargetKeyId: KeyId }));
    const alias = (await kms.send(new ListAliasesCommand({ KeyId }))).Aliases![0]!;
    expect(alias).toMatchObject({ AliasName: 'alias/found', TargetKeyId: KeyId, CreationDate: expect.any(Date) });
    for (const reference of [KeyId, Arn, 'alias/found', alias.AliasArn])
      expect((await kms.send(new DescribeKeyCommand({ KeyId: reference }))).KeyMetadata).toMatchObject({
        KeyId,
        Description: 'a key',
      });
    expect((await kms.send(new ListKeysCommand({}))).Keys).toContainEqual({ KeyId, KeyArn: Arn });
  });

  it('that do not exist are not found', async () => {
    for (const KeyId of [
      '1234abcd-12ab-34cd-56ef-1234567890ab',
      'alias/none',
      'arn:aws:kms:us-east-1:111122223333:key/x',
    ])
      await expect(kms.send(new GenerateDataKeyCommand({ KeyId, KeySpec: 'AES_256' }))).rejects.toMatchObject({
        name: 'NotFoundException',
      });
  });

  it('move with their alias, which cannot be taken twice or from AWS', async () => {
    const [one, two] = [await newKey(), await newKey()];
    const alias = { AliasName: 'alias/moving', TargetKeyId: one.KeyId };
    await kms.send(new CreateAliasCommand(alias));
    await expect(kms.send(new CreateAliasCommand(alias))).rejects.toMatchObject({ name: 'AlreadyExistsException' });
    await kms.send(new UpdateAliasCommand({ ...alias, TargetKeyId: two.KeyId }));
    const described = await kms.send(new DescribeKeyCommand({ KeyId: 'alias/moving' }));
    expect(described.KeyMetadata!.KeyId).toBe(two.KeyId);
    const reserved = new CreateAliasCommand({ AliasName: 'alias/aws/s3', TargetKeyId: one.KeyId });
    await expect(kms.send(reserved)).rejects.toMatchObject({ name: 'NotAuthorizedException' });
  });
});

describe('ciphertext', () => {
  it('opens under the same encryption context only, whatever its order', async () => {
    const { KeyId } = await newKey();
    const request = { KeyId, KeySpec: 'AES_256', EncryptionContext: { a: '1', b: '2' } } as const;
    const { CiphertextBlob, Plaintext } = await kms.send(new GenerateDataKeyCommand(request));
    const open = (EncryptionContext: Record<string, string>) =>
      kms.send(new DecryptCommand({ CiphertextBlob, EncryptionContext }));
    expect((await open({ b: '2', a: '1' })).Plaintext).toEqual(Plaintext);
    for (const wrong of [{}, { a: '1' }, { a: '1', b: '3' }])
      await expect(open(wrong)).rejects.toMatchObject({ name: 'InvalidCiphertextException' });
  });

  it('does not open when a byte changed, nor under another key', async () => {
    const [one, two] = [await newKey(), await newKey()];
    const { CiphertextBlob } = await kms.send(new GenerateDataKeyCommand({ KeyId: one.KeyId, KeySpec: 'AES_256' }));
    const changed = Uint8Array.from(CiphertextBlob!);
    changed[changed.length - 1]! ^= 1;
    for (const blob of [changed, Buffer.from('short')])
      await expect(kms.send(new DecryptCommand({ CiphertextBlob: blob }))).rejects.toMatchObject({
        name: 'InvalidCiphertextException',
      });
    const other = kms.send(new DecryptCommand({ CiphertextBlob, KeyId: two.KeyId }));
    await expect(other).rejects.toMatchObject({ name: 'IncorrectKeyException' });
  });

  it('of a data key opens to that data key', async () => {
    const { KeyId, Arn } = await newKey();
    const made = await kms.send(new GenerateDataKeyCommand({ KeyId, KeySpec: 'AES_256' }));
    expect([made.KeyId, made.Plaintext!.length]).toEqual([Arn, 32]);
    const opened = await kms.send(new DecryptCommand({ CiphertextBlob: made.CiphertextBlob }));
    expect(opened).toMatchObject({ KeyId: Arn, Plaintext: made.Plaintext });
  });

  it('stays closed while the key is disabled', async () => {
    const { KeyId } = await newKey();
    const { CiphertextBlob } = await kms.send(new GenerateDataKeyCommand({ KeyId, KeySpec: 'AES_256' }));
    await kms.send(new DisableKeyCommand({ KeyId }));
    await expect(kms.send(new DecryptCommand({ CiphertextBlob }))).rejects.toMatchObject({ name: 'DisabledException' });
  });
});

describe('key policies', () => {
  const policy = (Principal: unknown) =>
    JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal, Action: 'kms:*', Resource: '*' }],
    });
  const role = (name: string): string => `arn:aws:iam::111122223333:role/${name}`;

  it('may name principals that exist', async () => {
    const { KeyId } = await newKey();
    const defaulted = await kms.send(new GetKeyPolicyCommand({ KeyId }));
    expect(defaulted.Policy).toContain('arn:aws:iam::111122223333:root');
    const exists = { RoleName: 'exists', AssumeRolePolicyDocument: trust('lambda') };
    await local.cloud.call('iam', 'CreateRole', exists, internally('cloudformation'));
    for (const principal of ['*', { AWS: role('exists') }, { AWS: ['111122223333'], Service: 's3.amazonaws.com' }]) {
      // Not as the administrator, whom some of them shut out.
      const deployed = (operation: string, input = {}) =>
        local.cloud.call('kms', operation, { KeyId, ...input }, internally('cloudformation'));
      await deployed('PutKeyPolicy', { Policy: policy(principal) });
      expect((await deployed('GetKeyPolicy'))['Policy']).toBe(policy(principal));
    }
  });

  it.each([
    ['a role that does not exist', policy({ AWS: role('nobody') })],
    ['one of them among others', policy({ AWS: ['*', role('nobody')] })],
    ['a session', policy({ AWS: 'arn:aws:sts::111122223333:assumed-role/local-cloud-administrator/bootstrap' })],
    ['nobody', JSON.stringify({ Statement: [{ Effect: 'Allow', Action: 'kms:*', Resource: '*' }] })],
    ['no JSON', '{'],
  ])('that name %s are refused', async (_what, Policy) => {
    const { KeyId } = await newKey();
    const refusal = { name: 'MalformedPolicyDocumentException' };
    await expect(kms.send(new PutKeyPolicyCommand({ KeyId, Policy }))).rejects.toMatchObject(refusal);
    await expect(kms.send(new CreateKeyCommand({ Policy }))).rejects.toMatchObject(refusal);
  });
});
