import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { assumeOperator, sessionAt, type Session } from '../session.ts';
import { noIdentity, notAssumed, type Assumption } from './refusals.ts';
import { regionOfStage } from './stageFile.ts';

/**
 * A session on a deployed stage, in the account that the environment's credentials are of: the SDK looks for them as every
 * AWS tool does. Throws `CommandError` for a stage without a file, for credentials that AWS does not take, and for an
 * operator role that they may not assume.
 */
export async function openStage(stage: string): Promise<Session> {
  const region = await regionOfStage(stage);
  const sts = new STSClient({ region });
  try {
    const { account, caller } = await identity(sts, stage, region);
    const place = { stage, account, region };
    const credentials = await assumed({ place, caller }, () => assumeOperator(sts, place));
    return sessionAt(place, { region, credentials });
  } finally {
    sts.destroy();
  }
}

async function identity(sts: STSClient, stage: string, region: string): Promise<{ account: string; caller: string }> {
  try {
    const { Account: account = '', Arn: caller = '' } = await sts.send(new GetCallerIdentityCommand({}));
    return { account, caller };
  } catch (error) {
    throw noIdentity(error, { stage, region }) ?? error;
  }
}

async function assumed<T>(assumption: Assumption, assume: () => Promise<T>): Promise<T> {
  try {
    return await assume();
  } catch (error) {
    throw notAssumed(error, assumption) ?? error;
  }
}
