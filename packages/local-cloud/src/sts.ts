import { z } from 'zod';
import { roleSession, type Caller, type Cloud, type Service } from './aws.ts';
import { findRole } from './iam.ts';
import { operation } from './operation.ts';

/** Who am I, and credentials of another role. */
export function createSts(cloud: Cloud): Service {
  const userId = (caller: Caller): string => {
    const role = caller.roleArn === undefined ? undefined : findRole(cloud.store, caller.roleArn);
    return `${role?.RoleId ?? caller.arn}:${caller.arn.split('/').at(-1) ?? ''}`;
  };
  return {
    name: 'sts',
    operations: {
      GetCallerIdentity: operation({}, (_input, caller) => ({
        UserId: userId(caller),
        Account: cloud.account,
        Arn: caller.arn,
      })),
      AssumeRole: operation(
        {
          RoleArn: z.string().min(20).max(2048),
          RoleSessionName: z.string().regex(/^[\w+=,.@-]{2,64}$/, 'must be 2 to 64 characters of [\\w+=,.@-]'),
          DurationSeconds: z.coerce.number().int().min(900).max(43200).default(3600),
        },
        ({ RoleArn, RoleSessionName, DurationSeconds }) => {
          const session = roleSession(RoleArn, RoleSessionName);
          const { accessKeyId, secretAccessKey, sessionToken } = cloud.credentialsFor(RoleArn, RoleSessionName);
          return {
            Credentials: {
              AccessKeyId: accessKeyId,
              SecretAccessKey: secretAccessKey,
              SessionToken: sessionToken,
              // Tells clients when to ask again; the local cloud's credentials go on working.
              Expiration: Math.floor(Date.now() / 1000) + DurationSeconds,
            },
            AssumedRoleUser: { AssumedRoleId: userId(session), Arn: session.arn },
          };
        },
      ),
    },
  };
}
