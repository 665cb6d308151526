import { DescribeStateMachineCommand } from '@aws-sdk/client-sfn';
import { stateMachineArn } from '@regulabel/shared/names';
import { CommandError } from '../errors.ts';
import type { Session } from '../session.ts';

/** Every service has a state machine: by it one can tell whether the service is deployed. */
const MACHINES = { ingest: 'extract', training: 'training', evaluation: 'comparison', inference: 'inference' } as const;

/** How AWS says that a table, a function, a state machine, a bucket or a queue is not there. */
const MISSING = new Set([
  'ResourceNotFoundException',
  'StateMachineDoesNotExist',
  'NoSuchBucket',
  'QueueDoesNotExist',
  'AWS.SimpleQueueService.NonExistentQueue',
]);

/** Names the services that a stage lacks when something of theirs was not there; the error itself when it lacks none. */
export async function whatIsMissing(session: Session, error: unknown): Promise<unknown> {
  if (!(error instanceof Error && MISSING.has(error.name))) return error;
  const found = await Promise.all(
    Object.entries(MACHINES).map(async ([service, machine]) => ({
      service,
      deployed: await isThere(session, machine),
    })),
  );
  const missing = found.flatMap(({ service, deployed }) => (deployed ? [] : [service]));
  if (missing.length === 0) return error;
  const { stage, account, region } = session.place;
  return new CommandError(
    `stage ${stage} lacks ${missing.join(', ')} in account ${account}, ${region}: deploy what is missing with \`npx serverless deploy --stage ${stage}\` in its folder below services/`,
    { cause: error },
  );
}

async function isThere({ sfn, place }: Session, machine: (typeof MACHINES)[keyof typeof MACHINES]): Promise<boolean> {
  try {
    await sfn.send(new DescribeStateMachineCommand({ stateMachineArn: stateMachineArn(place, machine) }));
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === 'StateMachineDoesNotExist') return false;
    throw error;
  }
}
