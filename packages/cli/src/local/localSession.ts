import { RedshiftDataClient } from '@aws-sdk/client-redshift-data';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { STSClient } from '@aws-sdk/client-sts';
import { assumeOperator, sessionAt, type Credentials, type Session } from '../session.ts';
import { administratorOf, type Served } from './localCloud.ts';
import { LOCAL } from './place.ts';

/** A session on the local cloud, where the command line also stands for the warehouse's owner and the people. */
export interface LocalSession extends Session {
  readonly redshift: RedshiftDataClient;
  /** Act for the people who subscribe to topics: the account's administrator, since an operator may make no queue. */
  readonly people: { readonly sns: SNSClient; readonly sqs: SQSClient };
}

/** A session on a local cloud that serves. */
export async function openLocalSession(cloud: Served): Promise<LocalSession> {
  const administrator = administratorOf(cloud);
  // Explicit endpoint and credentials: whatever the environment holds, nothing leaves this machine.
  const operator = { ...administrator, credentials: await localOperator(cloud) };
  const session = sessionAt(LOCAL, operator);
  const redshift = new RedshiftDataClient(operator);
  const people = { sns: new SNSClient(administrator), sqs: new SQSClient(administrator) };
  return {
    ...session,
    redshift,
    people,
    close: () => {
      session.close();
      for (const client of [redshift, ...Object.values(people)]) client.destroy();
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
