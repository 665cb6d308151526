import { RedshiftDataClient } from '@aws-sdk/client-redshift-data';
import { S3Client } from '@aws-sdk/client-s3';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { STSClient } from '@aws-sdk/client-sts';
import { assumeOperator, sessionAt, type Credentials, type Session } from '../session.ts';
import { administratorOf, type Served } from './localCloud.ts';
import { LOCAL } from './place.ts';

/**
 * A session on the local cloud, where the command line also stands for others, as the account's administrator: what they do
 * is none of an operator's business.
 */
export interface LocalSession extends Session {
  /** For the warehouse's own team, which loads it. */
  readonly warehouse: { readonly redshift: RedshiftDataClient; readonly s3: S3Client };
  /** For the people who subscribe to topics. */
  readonly people: { readonly sns: SNSClient; readonly sqs: SQSClient };
}

/** A session on a local cloud that serves. */
export async function openLocalSession(cloud: Served): Promise<LocalSession> {
  const administrator = administratorOf(cloud);
  // Explicit endpoint and credentials: whatever the environment holds, nothing leaves this machine.
  const operator = { ...administrator, credentials: await localOperator(cloud) };
  const session = sessionAt(LOCAL, operator);
  const warehouse = { redshift: new RedshiftDataClient(administrator), s3: new S3Client(administrator) };
  const people = { sns: new SNSClient(administrator), sqs: new SQSClient(administrator) };
  return {
    ...session,
    warehouse,
    people,
    close: () => {
      session.close();
      for (const client of [...Object.values(warehouse), ...Object.values(people)]) client.destroy();
    },
  };
}

/** As long as the role allows: `up` prints them for other tools. */
const SECONDS = 43_200;

/** Temporary credentials of the local stage's operator. */
export async function localOperator(cloud: Served): Promise<Credentials> {
  const sts = new STSClient(administratorOf(cloud));
  try {
    return await assumeOperator(sts, LOCAL, SECONDS);
  } finally {
    sts.destroy();
  }
}
