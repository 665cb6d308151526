/** What Task states call: the optimized integrations, SageMaker jobs to their end, and any operation of the cloud. */
import { randomUUID } from 'node:crypto';
import { AwsError, roleSession, type Cloud, type Input } from '../aws.ts';
import { systemClock } from '../asl/clock.ts';
import { splitResource, type Json, type JsonObject } from '../asl/definition.ts';
import { TaskError } from '../asl/failure.ts';
import type { Attempt } from '../asl/frame.ts';
import type { Execution, TaskCall } from '../asl/run.ts';
import { endOf, type Kind } from '../sagemaker/jobs.ts';
import type { Call } from './executions.ts';
import { integrationOf, resultOf, taskErrorOf, type Integration } from './sdk.ts';

/** Does one attempt of a Task, as the state machine's role. Throws TaskError; stops waiting when `signal` aborts. */
export async function doTask(cloud: Cloud, call: TaskCall, signal: AbortSignal): Promise<Json> {
  const { resource, arguments: given } = call.attempt;
  const integration = integrationOf(resource);
  if (integration === undefined) throw new Error(`No integration for ${resource}.`);
  try {
    if (splitResource(resource).direct) {
      const input = { FunctionName: resource, Payload: JSON.stringify(given) };
      return payloadOf(await callAs(cloud, call.execution, integration, input));
    }
    if (integration.isJob) return await runJob(cloud, call, integration, signal);
    return await request(cloud, call.execution, integration, given as JsonObject);
  } catch (error) {
    throw taskErrorOf(error, integration);
  }
}

const callAs = (
  cloud: Cloud,
  { roleArn, name }: Execution,
  { service, operation }: Pick<Integration, 'service' | 'operation'>,
  input: Input,
) => cloud.call(service, operation, input, roleSession(roleArn, name));

async function request(cloud: Cloud, execution: Execution, integration: Integration, given: JsonObject): Promise<Json> {
  const { optimized, service, operation } = integration;
  if (!optimized) return resultOf(await callAs(cloud, execution, integration, given), false);
  const answer = await callAs(cloud, execution, integration, prepare(execution, service, given));
  if (service === 'lambda')
    return { ...resultOf({ ...answer, Payload: null }, true), Payload: payloadOf(answer), ...metadata() };
  const result = { ...resultOf(answer, true), ...metadata() };
  if (operation === 'PutEvents' && Number(answer['FailedEntryCount']) > 0)
    throw new TaskError('EventBridge.FailedEntry', JSON.stringify(result));
  return result;
}

/** What the optimized integrations take as JSON and the APIs as text. */
function prepare({ id, machine }: Execution, service: string, given: JsonObject): Input {
  const withText = (from: JsonObject, member: string): Input & JsonObject => {
    const { [member]: value } = from;
    return value === undefined || typeof value === 'string' ? from : { ...from, [member]: JSON.stringify(value) };
  };
  if (service === 'lambda') return { ...given, Payload: JSON.stringify(given['Payload'] ?? {}) };
  if (service === 'sns') return withText(given, 'Message');
  if (service !== 'events') return given;
  // https://docs.aws.amazon.com/step-functions/latest/dg/connect-eventbridge.html
  const entries = ((given['Entries'] ?? []) as readonly JsonObject[]).map((entry) => ({
    ...withText(entry, 'Detail'),
    Resources: [...((entry['Resources'] ?? []) as readonly string[]), id, machine.id],
  }));
  return { ...given, Entries: entries };
}

const metadata = (): JsonObject => ({
  SdkHttpMetadata: { HttpStatusCode: 200 },
  SdkResponseMetadata: { RequestId: randomUUID() },
});

/** What a function returned; throws what it threw, named by its error type. */
function payloadOf(answer: Record<string, unknown>): Json {
  const { Payload: payload, FunctionError: failed } = answer;
  const json = Buffer.from((payload ?? '') as Uint8Array | string).toString();
  if (failed === undefined) return json === '' ? null : (JSON.parse(json) as Json);
  const { errorType } = JSON.parse(json) as { errorType?: string };
  throw new TaskError(errorType ?? 'Lambda.Unknown', json);
}

/** SageMaker's jobs by the kind in their operations' names. */
const job = (operation: string) => {
  const kind = operation.replace(/^Create(.*)Job$/, '$1') as Kind;
  return {
    kind,
    describe: `Describe${kind}Job`,
    stop: `Stop${kind}Job`,
    name: `${kind}JobName`,
    status: `${kind}JobStatus`,
  };
};

/** The end of a job is noticed at once, as by its event on AWS; beyond that there is a look now and then. */
const POLL_MS = 5_000;

async function runJob(cloud: Cloud, call: TaskCall, integration: Integration, signal: AbortSignal): Promise<Json> {
  const { kind, describe, name, status } = job(integration.operation);
  const description = { ...integration, operation: describe };
  const jobName = (call.attempt.arguments as JsonObject)[name] as string;
  const input = { [name]: jobName };
  if (call.attempt.submitted === undefined) call.submitted(await createJob(cloud, call, integration));
  for (;;) {
    const described = resultOf(await callAs(cloud, call.execution, description, input), true);
    if (described[status] === 'Completed') return described;
    if (described[status] === 'Failed' || described[status] === 'Stopped') {
      throw new TaskError('States.TaskFailed', JSON.stringify(described));
    }
    await endOrPause((over) => endOf(cloud.store, kind, jobName, over), signal);
  }
}

async function endOrPause(ended: (signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void> {
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  const waits = [ended(either), systemClock.until(Date.now() + POLL_MS, either)];
  // They reject for nothing but a signal.
  await Promise.race(waits.map((wait) => wait.catch(() => undefined)));
  over.abort();
  signal.throwIfAborted();
}

/** Creates the job; one that an earlier process created for this very attempt is taken over. */
async function createJob(cloud: Cloud, call: TaskCall, integration: Integration): Promise<Json> {
  const given = call.attempt.arguments as JsonObject;
  const mark = { Key: 'MANAGED_BY_AWS', Value: 'STARTED_BY_STEP_FUNCTIONS' };
  const input = { ...given, Tags: [...((given['Tags'] ?? []) as readonly Json[]), mark] };
  try {
    const answer = await callAs(cloud, call.execution, integration, input);
    return { ...resultOf(answer, true), ...metadata() };
  } catch (error) {
    const taken = error instanceof AwsError && error.code === 'ResourceInUse';
    if (taken && call.resumed) return metadata();
    throw error;
  }
}

/** The call that stops the job of an attempt that nobody waits for any more. */
export function stopOf(execution: Execution, attempt: Attempt): Call | undefined {
  const integration = integrationOf(attempt.resource);
  if (integration?.isJob !== true) return undefined;
  const { stop, name } = job(integration.operation);
  const input = { [name]: (attempt.arguments as JsonObject)[name] };
  const caller = roleSession(execution.roleArn, execution.name);
  return { service: integration.service, operation: stop, input, caller };
}
