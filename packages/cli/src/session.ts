import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';
import { AssumeRoleCommand, type STSClient } from '@aws-sdk/client-sts';
import { operatorRoleArn, type Place } from '@regulabel/shared/names';
import { CommandError } from './errors.ts';

/** Everything a command needs: AWS clients that act as the operator of a stage, wherever it is. */
export interface Session {
  readonly place: Place;
  readonly dynamodb: DynamoDBClient;
  readonly lambda: LambdaClient;
  readonly s3: S3Client;
  readonly sfn: SFNClient;
  readonly sqs: SQSClient;
  close(): void;
}

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/** A session with an operator's credentials; without `endpoint` the SDK finds AWS itself, or what AWS_ENDPOINT_URL says. */
export function sessionAt(
  place: Place,
  config: { readonly region: string; readonly credentials: Credentials; readonly endpoint?: string },
): Session {
  const clients = {
    dynamodb: new DynamoDBClient(config),
    lambda: new LambdaClient(config),
    s3: new S3Client(config),
    sfn: new SFNClient(config),
    sqs: new SQSClient(config),
  };
  return {
    place,
    ...clients,
    close: () => {
      for (const client of Object.values(clients)) client.destroy();
    },
  };
}

/** Temporary credentials of a stage's operator role, for so many seconds: by default an hour, which any caller may have. */
export async function assumeOperator(
  sts: STSClient,
  place: Pick<Place, 'stage' | 'account'>,
  DurationSeconds?: number,
): Promise<Credentials> {
  const RoleArn = operatorRoleArn(place);
  const { Credentials: issued } = await sts.send(
    new AssumeRoleCommand({ RoleArn, RoleSessionName: 'regulabel', DurationSeconds }),
  );
  const { AccessKeyId, SecretAccessKey, SessionToken } = issued ?? {};
  if (AccessKeyId === undefined || SecretAccessKey === undefined || SessionToken === undefined)
    throw new CommandError(`no credentials for ${RoleArn}`);
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
}
