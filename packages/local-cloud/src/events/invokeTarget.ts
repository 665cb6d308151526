import { AwsError, type Caller, type Cloud, type Input } from '../aws.ts';
import { notSupported } from '../operation.ts';

/** What a rule or a schedule hands to a target. */
export interface Invocation {
  readonly targetArn: string;
  /** The text that the target gets. */
  readonly payload: string;
  /** Unique to the event and the target: a second try after a lost answer starts no second execution. */
  readonly executionName: string;
  readonly caller: Caller;
}

/** Invokes the target, or throws what the target's service answered. */
export async function invokeTarget(
  cloud: Cloud,
  { targetArn, payload, executionName, caller }: Invocation,
): Promise<void> {
  const { service, resource } = targetKind(targetArn);
  const call = (operation: string, input: Input) => cloud.call(service, operation, input, caller);
  switch (service) {
    case 'sqs':
      await call('SendMessage', { QueueUrl: queueUrl(cloud, targetArn), MessageBody: payload });
      return;
    case 'sns':
      await call('Publish', { TopicArn: targetArn, Message: payload });
      return;
    case 'lambda':
      await call('Invoke', { FunctionName: targetArn, InvocationType: 'Event', Payload: Buffer.from(payload) });
      return;
    case 'states':
      await startOnce(() =>
        call('StartExecution', { stateMachineArn: targetArn, name: executionName, input: payload }),
      );
      return;
    default:
      throw notSupported(`A target ${service}:${resource}`);
  }
}

/** The kinds of target that can be invoked. */
export const INVOCABLE: ReadonlySet<string> = new Set(['sqs', 'sns', 'lambda', 'states']);

export function targetKind(targetArn: string): { service: string; resource: string } {
  const [, , service = '', , , ...resource] = targetArn.split(':');
  return { service, resource: resource.join(':') };
}

export const queueUrl = (cloud: Cloud, queueArn: string): string => {
  const [account = '', name = ''] = queueArn.split(':').slice(4);
  return `${cloud.endpoint}/${account}/${name}`;
};

/** An execution of that name that exists already is the one to be started. */
export async function startOnce(start: () => Promise<unknown>): Promise<void> {
  try {
    await start();
  } catch (error) {
    if (!(error instanceof AwsError && error.code === 'ExecutionAlreadyExists')) throw error;
  }
}
