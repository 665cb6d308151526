import {
  DescribeKeyCommand,
  GetKeyPolicyCommand,
  KMSClient,
  PutKeyPolicyCommand,
  type KMSClientConfig,
} from '@aws-sdk/client-kms';

/**
 * Lets the account's administrator use a key, and answers its ARN. The services' keys let nobody in but those who need
 * them; whoever may change a key's policy can.
 */
export async function useKey(administrator: KMSClientConfig, alias: string): Promise<string> {
  const kms = new KMSClient(administrator);
  try {
    const { KeyMetadata: { KeyId, Arn = '' } = {} } = await kms.send(new DescribeKeyCommand({ KeyId: alias }));
    const { Policy = '' } = await kms.send(new GetKeyPolicyCommand({ KeyId }));
    const { Statement, ...policy } = JSON.parse(Policy) as { Statement: object[] };
    const Principal = { AWS: `arn:aws:iam::${Arn.split(':')[4] ?? ''}:role/local-cloud-administrator` };
    const use = { Effect: 'Allow', Principal, Action: ['kms:Decrypt', 'kms:GenerateDataKey'], Resource: '*' };
    const more = JSON.stringify({ ...policy, Statement: [...Statement, use] });
    await kms.send(new PutKeyPolicyCommand({ KeyId, Policy: more }));
    return Arn;
  } finally {
    kms.destroy();
  }
}
