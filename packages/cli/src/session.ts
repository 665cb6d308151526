import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { RedshiftDataClient } from '@aws-sdk/client-redshift-data';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { operatorRoleArn, type Place } from '@regulabel/shared/names';
import { CommandError } from './errors.ts';
import { administratorOf, type Served } from './local/localCloud.ts';
import { LOCAL } from './local/place.ts';

/** Everything a command needs: AWS clients that act as the operator of a stage. */
export interface Session {
  readonly place: Place;
  readonly dynamodb: DynamoDBClient;
  readonly lambda: LambdaClient;
  readonly redshift: RedshiftDataClient;
  readonly s3: S3Client;
  readonly sfn: SFNClient;
  readonly sqs: SQSClient;
  /** Act for the people who subscribe to topics: the account's administrator, since an operator may make no queue. */
  readonly people: { readonly sns: SNSClient; readonly sqs: SQSClient };
  close(): void;
}

/** A session on a local cloud that serves. */
export async function openSession(cloud: Served): Promise<Session> {
  const credentials = await assumeOperator(cloud);
  // Explicit endpoint and credentials: whatever the environment holds, nothing leaves this machine.
  const config = { endpoint: cloud.endpoint, region: cloud.region, credentials };
  const clients = {
    dynamodb: new DynamoDBClient(config),
    lambda: new LambdaClient(config),
    redshift: new RedshiftDataClient(config),
    s3: new S3Client({ ...config, forcePathStyle: true }),
    sfn: new SFNClient(config),
    sqs: new SQSClient(config),
  };
  const people = { sns: new SNSClient(administratorOf(cloud)), sqs: new SQSClient(administratorOf(cloud)) };
  return {
    place: LOCAL,
    ...clients,
    people,
    close: () => {
      for (const client of [...Object.values(clients), ...Object.values(people)]) client.destroy();
    },
  };
}

/** Temporary credentials of the stage's operator role. */
export async function assumeOperator(cloud: Served) {
  const sts = new STSClient(administratorOf(cloud));
  try {
    const { Credentials: issued } = await sts.send(
      new AssumeRoleCommand({ RoleArn: operatorRoleArn(LOCAL), RoleSessionName: 'regulabel', DurationSeconds: 43200 }),
    );
    if (
      issued?.AccessKeyId === undefined ||
      issued.SecretAccessKey === undefined ||
      issued.SessionToken === undefined
    ) {
      throw new CommandError(`no credentials for ${operatorRoleArn(LOCAL)}`);
    }
    return {
      accessKeyId: issued.AccessKeyId,
      secretAccessKey: issued.SecretAccessKey,
      sessionToken: issued.SessionToken,
    };
  } finally {
    sts.destroy();
  }
}
