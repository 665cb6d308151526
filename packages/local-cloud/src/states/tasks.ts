/** What Task states call: the optimized integrations, SageMaker jobs to their end, and any operation of the cloud. */
import { randomUUID } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { AwsError, roleSession, type Cloud, type Input } from '../aws.ts';
import { systemClock } from '../asl/clock.ts';
import { splitResource, type Json, type JsonObject } from '../asl/definition.ts';
import { TaskError } from '../asl/failure.ts';
import type { Attempt } from '../asl/frame.ts';
import type { Execution, TaskCall } from '../asl/run.ts';
import type { Errand } from './outbox.ts';
import { integrationOf, recase, resultOf, taskErrorOf, type Integration } from './sdk.ts';

/** Does one attempt of a Task, as the state machine's role. Throws TaskError; stops waiting when `signal` aborts. */
export async function doTask(cloud: Cloud, call: TaskCall, signal: AbortSignal): Promise<Json> {
  const { attempt, execution } = call;
  const integration = integrationOf(attempt.resource);
  if (integration === undefined) throw new Error(`No integration for ${attempt.resource}.`);
  try {
    if (splitResource(attempt.resource).direct) {
      const input = { FunctionName: attempt.resource, Payload: JSON.stringify(attempt.arguments) };
      return payloadOf(await callAs(cloud, execution, { service: 'lambda', operation: 'Invoke', input }));
    }
    if (integration.pattern === '.sync') return await runJob(cloud, call, integration, signal);
    return await request(cloud, call, integration);
  } catch (error) {
    throw taskErrorOf(error, integration);
  }
}

interface ApiCall {
  readonly service: string;
  readonly operation: string;
  readonly input: Input;
}

const callAs = (cloud: Cloud, execution: Execution, { service, operation, input }: ApiCall) =>
  cloud.call(service, operation, input, roleSession(execution.roleArn, execution.name));

async function request(cloud: Cloud, call: TaskCall, integration: Integration): Promise<Json> {
  const { optimized, service, operation } = integration;
  const own = service === 'states';
  const given = own ? recase(call.attempt.arguments, (letter) => letter.toLowerCase()) : call.attempt.arguments;
  const input = optimized ? prepare(call.execution, service, given as JsonObject) : (given as JsonObject);
  const answer = await callAs(cloud, call.execution, { service, operation, input });
  if (service === 'lambda' && operation === 'Invoke' && optimized) return { ...invoked(answer), ...metadata() };
  const { Body: body, ...rest } = answer;
  const content = body === undefined ? {} : { Body: await text(body as AsyncIterable<Uint8Array>) };
  const result = resultOf({ ...rest, ...content }, optimized);
  if (optimized && operation === 'PutEvents' && Number(result['FailedEntryCount']) > 0) {
    throw new TaskError('EventBridge.FailedEntry', JSON.stringify(result));
  }
  const cased = own ? (recase(result, (letter) => letter.toUpperCase()) as JsonObject) : result;
  return optimized ? { ...cased, ...metadata() } : cased;
}

/** What the optimized integrations take as JSON and the APIs as text. */
function prepare(execution: Execution, service: string, given: JsonObject): Input {
  const asText = (value: Json | undefined): string | undefined =>
    value === undefined || typeof value === 'string' ? value : JSON.stringify(value);
  const withText = (member: string): Input =>
    given[member] === undefined ? given : { ...given, [member]: asText(given[member]) };
  switch (service) {
    case 'lambda':
      return { ...given, Payload: JSON.stringify(given['Payload'] ?? {}) };
    case 'sns':
      return withText('Message');
    case 'sqs':
      return withText('MessageBody');
    case 'states':
      return withText('input');
    case 'events': {
      const entries = (given['Entries'] ?? []) as readonly JsonObject[];
      const origin = [execution.id, execution.machine.id];
      // https://docs.aws.amazon.com/step-functions/latest/dg/connect-eventbridge.html
      const withOrigin = entries.map((entry) => ({
        ...entry,
        ...(entry['Detail'] === undefined ? {} : { Detail: asText(entry['Detail']) }),
        Resources: [...((entry['Resources'] ?? []) as readonly string[]), ...origin],
      }));
      return { ...given, Entries: withOrigin };
    }
    default:
      return given;
  }
}

const metadata = (): JsonObject => ({
  SdkHttpMetadata: { HttpStatusCode: 200 },
  SdkResponseMetadata: { RequestId: randomUUID() },
});

const invoked = (answer: Record<string, unknown>): JsonObject => ({
  ...resultOf({ ...answer, Payload: null }, true),
  Payload: payloadOf(answer),
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
  const kind = operation.replace(/^Create/, '');
  return { describe: `Describe${kind}`, stop: `Stop${kind}`, name: `${kind}Name`, status: `${kind}Status` };
};

const FIRST_POLL_MS = 100;
const LONGEST_POLL_MS = 250;

async function runJob(cloud: Cloud, call: TaskCall, integration: Integration, signal: AbortSignal): Promise<Json> {
  const { service, operation } = integration;
  const { describe, name, status } = job(operation);
  const given = call.attempt.arguments as JsonObject;
  if (call.attempt.submitted === undefined) call.submitted(await createJob(cloud, call, integration));
  for (let pause = FIRST_POLL_MS; ; pause = Math.min(pause * 1.2, LONGEST_POLL_MS)) {
    const input = { [name]: given[name] };
    const described = resultOf(await callAs(cloud, call.execution, { service, operation: describe, input }), true);
    if (described[status] === 'Completed') return described;
    if (described[status] === 'Failed' || described[status] === 'Stopped') {
      throw new TaskError('States.TaskFailed', JSON.stringify(described));
    }
    await systemClock.until(Date.now() + pause, signal);
  }
}

/** Creates the job; one that an earlier process created for this very attempt is taken over. */
async function createJob(cloud: Cloud, call: TaskCall, { service, operation }: Integration): Promise<Json> {
  const given = call.attempt.arguments as JsonObject;
  const mark = { Key: 'MANAGED_BY_AWS', Value: 'STARTED_BY_STEP_FUNCTIONS' };
  const input = { ...given, Tags: [...((given['Tags'] ?? []) as readonly Json[]), mark] };
  try {
    const answer = await callAs(cloud, call.execution, { service, operation, input });
    return { ...resultOf(answer, true), ...metadata() };
  } catch (error) {
    const taken = error instanceof AwsError && error.code === 'ResourceInUse';
    if (taken && call.resumed) return metadata();
    throw error;
  }
}

/** The call that stops the job of an attempt that nobody waits for any more. */
export function stopOf(execution: Execution, attempt: Attempt): Errand | undefined {
  const integration = integrationOf(attempt.resource);
  if (integration?.pattern !== '.sync') return undefined;
  const { stop, name } = job(integration.operation);
  const input = { [name]: (attempt.arguments as JsonObject)[name] };
  const caller = roleSession(execution.roleArn, execution.name);
  return { service: integration.service, operation: stop, input, caller };
}
