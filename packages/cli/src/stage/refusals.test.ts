import { describe, expect, it } from '@jest/globals';
import { noIdentity, notAssumed } from './refusals.ts';

const place = { stage: 'dev', account: '111122223333', region: 'eu-west-1' };
const caller = 'arn:aws:sts::111122223333:assumed-role/developer/ann';

const error = (name: string, message: string, more: object = {}) =>
  Object.assign(new Error(message), { name, ...more });

describe('noIdentity', () => {
  it.each([
    [
      error('CredentialsProviderError', 'Could not load credentials from any providers'),
      'there are no AWS credentials for stage dev: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or sign in with `aws sso login` (Could not load credentials from any providers)',
    ],
    [
      error('CredentialsProviderError', 'The SSO session associated with this profile has expired. Sign in again.'),
      'the AWS credentials for stage dev have expired: sign in again (`aws sso login`, or fresh AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN) (CredentialsProviderError: The SSO session associated with this profile has expired. Sign in again.)',
    ],
    [
      error('ExpiredToken', 'The security token included in the request is expired', { $metadata: {} }),
      'the AWS credentials for stage dev have expired: sign in again (`aws sso login`, or fresh AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN) (ExpiredToken: The security token included in the request is expired)',
    ],
    [
      error('InvalidClientTokenId', 'The security token included in the request is invalid.', { $metadata: {} }),
      'AWS does not take these credentials in eu-west-1: `aws sts get-caller-identity` has to work with them first (InvalidClientTokenId: The security token included in the request is invalid.)',
    ],
    [
      error('Error', 'getaddrinfo ENOTFOUND sts.eu-west-1.amazonaws.com', { code: 'ENOTFOUND' }),
      'AWS does not answer in eu-west-1: is there a network, and is AWS_ENDPOINT_URL, if it is set, right? (getaddrinfo ENOTFOUND sts.eu-west-1.amazonaws.com)',
    ],
  ])('says in one line what is wrong and what to do: %s', (cause, message) => {
    expect(noIdentity(cause, place)).toMatchObject({ name: 'CommandError', message, cause });
  });

  it('leaves a fault that has nothing to do with credentials as it is', () => {
    expect(noIdentity(new TypeError('x is not a function'), place)).toBeUndefined();
    expect(noIdentity(error('InternalFailure', 'try again', { $metadata: {} }), place)).toBeUndefined();
  });
});

describe('notAssumed', () => {
  it('names the role, who wanted it, account and region, and both of what AWS does not tell apart', () => {
    const denied = error('AccessDenied', 'User is not authorized to perform: sts:AssumeRole', { $metadata: {} });
    expect(notAssumed(denied, { place, caller })?.message).toBe(
      `arn:aws:iam::111122223333:role/regulabel-dev-operator cannot be assumed by ${caller}: either stage dev is not deployed in account 111122223333, eu-west-1 (use credentials of the account that has it, or deploy services/ingest with \`--stage dev\`), or the caller lacks sts:AssumeRole on that role (User is not authorized to perform: sts:AssumeRole)`,
    );
  });

  it('tells credentials that expire in between as such, and leaves other faults', () => {
    expect(notAssumed(error('ExpiredToken', 'expired'), { place, caller })?.message).toContain('have expired');
    expect(notAssumed(error('RegionDisabledException', 'off'), { place, caller })).toBeUndefined();
  });
});
