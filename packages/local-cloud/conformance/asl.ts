/**
 * Compares executions of state machines with those that AWS itself recorded:
 * `node conformance/asl.ts [FOLDER]`, where FOLDER holds `asl-jsonata.jsonl` and `asl-invalid.jsonl`; the default lies
 * beside the repository. Prints every difference and a summary; exit code 1 where AWS differs, 2 where there is
 * nothing to compare with.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { splitResource, type Json, type JsonObject } from '../src/asl/definition.ts';
import { TaskError } from '../src/asl/failure.ts';
import type { End, HistoryEvent } from '../src/asl/frame.ts';
import { DefinitionError, parseDefinition } from '../src/asl/parse.ts';
import { Run } from '../src/asl/run.ts';
import { VirtualClock } from '../src/testing/virtualClock.ts';

type Stub =
  | 'echo'
  | { readonly returns: Json }
  | { readonly raises: { readonly errorType: string; readonly errorMessage: string } }
  | { readonly sleepSeconds: number; readonly then: Stub };

interface RecordedEvent {
  readonly type: string;
  readonly [member: string]: Json;
}

interface Case {
  readonly id: string;
  readonly queryLanguage: 'JSONata' | 'mixed';
  readonly definition: JsonObject;
  readonly input: Json;
  readonly tasks?: Readonly<Record<string, Stub>>;
  readonly eventsSorted?: boolean;
  readonly expected: {
    readonly status: End['status'];
    readonly output?: Json;
    readonly error?: string;
    readonly cause?: Json;
    readonly events?: readonly RecordedEvent[];
  };
}

interface InvalidCase {
  readonly id: string;
  readonly definition?: Json;
  readonly definitionText?: string;
  readonly type?: string;
}

/** What AWS recorded and what came out here; empty where they agree. */
export interface Difference {
  readonly what: string;
  readonly aws: unknown;
  readonly here: unknown;
}

async function execute(recorded: Case): Promise<{ end: End; events: HistoryEvent[] }> {
  const definition = parseDefinition(JSON.stringify(recorded.definition));
  const clock = new VirtualClock(Date.UTC(2026, 0, 1));
  const events: HistoryEvent[] = [];
  const invoke = async (name: string, event: Json, signal: AbortSignal): Promise<Json> => {
    const stub = Object.entries(recorded.tasks ?? {}).find(([arn]) => arn === name || arn.endsWith(`:${name}`))?.[1];
    if (stub === undefined) throw new TaskError('Lambda.ResourceNotFoundException', `Function not found: ${name}`);
    return answer(stub, event, (seconds) => clock.until(clock.now() + seconds * 1000, signal));
  };
  const account = 'arn:aws:states:us-east-1:111111111111';
  const run = new Run(
    {
      id: `${account}:execution:machine:execution`,
      name: 'execution',
      region: 'us-east-1',
      input: recorded.input,
      roleArn: 'arn:aws:iam::111111111111:role/machine',
      startTime: clock.now(),
      redriveCount: 0,
      machine: { id: `${account}:stateMachine:machine`, name: 'machine' },
      definition,
    },
    { frames: [], lastEvent: 0 },
    {
      clock,
      async task({ attempt }, signal) {
        const { type, resource, direct } = splitResource(attempt.resource);
        if (direct) return invoke(resource, attempt.arguments, signal);
        if (type !== 'lambda' || resource !== 'invoke') throw new Error(`${attempt.resource} has no stub`);
        const { FunctionName, Payload = {} } = attempt.arguments as { FunctionName: string; Payload?: Json };
        const result = await invoke(FunctionName, Payload, signal);
        return {
          ExecutedVersion: '$LATEST',
          Payload: result,
          SdkHttpMetadata: {},
          SdkResponseMetadata: {},
          StatusCode: 200,
        };
      },
      commit: (change) => {
        events.push(...change.events);
      },
      random: () => 0.5,
    },
  );
  const end = await run.finish();
  if (end === undefined) throw new Error('The execution was halted.');
  return { end, events };
}

async function answer(stub: Stub, event: Json, sleep: (seconds: number) => Promise<void>): Promise<Json> {
  if (stub === 'echo') return event;
  if ('returns' in stub) return stub.returns;
  if ('sleepSeconds' in stub) {
    await sleep(stub.sleepSeconds);
    return answer(stub.then, event, sleep);
  }
  const { errorMessage, errorType } = stub.raises;
  throw new TaskError(errorType, JSON.stringify({ errorMessage, errorType, requestId: '', stackTrace: [] }));
}

/** Where `<any>` stands in `expected`, anything may stand in `actual`. */
function agrees(expected: Json | undefined, actual: Json | undefined): boolean {
  if (typeof expected === 'string' && expected.includes('<any>')) {
    if (expected === '<any>') return actual !== undefined;
    const parts = expected.split('<any>').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    return typeof actual === 'string' && new RegExp(`^${parts.join('[^]*')}$`).test(actual);
  }
  if (typeof expected !== 'object' || typeof actual !== 'object' || expected === null || actual === null) {
    return expected === actual;
  }
  const keys = (value: object): string[] => Object.keys(value).sort();
  return (
    Array.isArray(expected) === Array.isArray(actual) &&
    isDeepStrictEqual(keys(expected), keys(actual)) &&
    Object.entries(expected).every(([key, member]) => agrees(member, (actual as JsonObject)[key]))
  );
}

/** The members that the recording keeps of an event. */
function reduce({ type, details = {} }: HistoryEvent): RecordedEvent {
  const all = Object.values(details)[0] ?? {};
  const members = (...names: string[]): JsonObject =>
    Object.fromEntries(names.flatMap((name) => (all[name] === undefined ? [] : [[name, all[name]]])));
  const parsed = (text: Json): Json => JSON.parse(text as string) as Json;
  if (type === 'EvaluationFailed') return { type, ...members('state', 'location', 'error', 'cause') };
  if (/^(Task|LambdaFunction)(Failed|TimedOut|SubmitFailed)$/.test(type)) return { type, ...members('error') };
  if (!type.endsWith('StateExited')) return { type, ...members('name', 'index') };
  const assigned = Object.entries((all['assignedVariables'] ?? {}) as JsonObject);
  return {
    type,
    ...members('name'),
    output: parsed(all['output'] ?? ''),
    ...(assigned.length === 0
      ? {}
      : { assigned: Object.fromEntries(assigned.map(([name, value]) => [name, parsed(value)])) }),
  };
}

function sameEvents(recorded: Case, events: readonly RecordedEvent[]): boolean {
  const wanted = recorded.expected.events ?? events;
  if (wanted.length === events.length && wanted.every((event, index) => agrees(event, events[index]))) return true;
  if (recorded.eventsSorted !== true && !runsAtOnce(recorded.definition)) return false;
  // The order of events among branches is only what happened that day.
  const left = [...events];
  for (const event of wanted) {
    const index = left.findIndex((each) => agrees(event, each));
    if (index < 0) return false;
    left.splice(index, 1);
  }
  return left.length === 0;
}

function runsAtOnce(definition: Json): boolean {
  if (typeof definition !== 'object' || definition === null) return false;
  const state = definition as JsonObject;
  const at = state['Type'] === 'Parallel' || (state['Type'] === 'Map' && state['MaxConcurrency'] !== 1);
  return at || Object.values(state).some(runsAtOnce);
}

const asJson = (text: string | undefined): Json | undefined =>
  text === undefined ? undefined : (JSON.parse(text) as Json);

/** Undefined for a definition that is refused here, because AWS runs more than the local cloud does. */
export async function compare(recorded: Case): Promise<Difference[] | undefined> {
  let outcome;
  try {
    outcome = await execute(recorded);
  } catch (error) {
    if (error instanceof DefinitionError) return undefined;
    throw error;
  }
  const { end } = outcome;
  const { expected } = recorded;
  const { output, error, cause } = { output: undefined, error: undefined, cause: undefined, ...end };
  const events = outcome.events.map(reduce);
  const seen = typeof expected.cause === 'object' ? asJson(cause) : cause;
  return [
    { what: 'status', aws: expected.status, here: end.status, same: expected.status === end.status },
    { what: 'output', aws: expected.output, here: output, same: agrees(expected.output, output) },
    { what: 'error', aws: expected.error, here: error, same: agrees(expected.error, error) },
    { what: 'cause', aws: expected.cause, here: seen, same: agrees(expected.cause, seen) },
    { what: 'events', aws: expected.events, here: events, same: sameEvents(recorded, events) },
  ].filter(({ same }) => !same);
}

/** Whether a definition that AWS refused is refused here. */
export function isRefused({ definition, definitionText, type }: InvalidCase): boolean {
  if (type !== undefined && type !== 'STANDARD') return true;
  try {
    parseDefinition(definitionText ?? JSON.stringify(definition));
    return false;
  } catch (error) {
    if (error instanceof DefinitionError) return true;
    throw error;
  }
}

function read<T>(folder: string, name: string): T[] {
  return readFileSync(join(folder, name), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);
}

async function main(): Promise<number> {
  const folder = resolve(process.argv[2] ?? join(import.meta.dirname, '../../../../shared/data/aws-conformance'));
  if (!existsSync(join(folder, 'asl-jsonata.jsonl'))) {
    process.stderr.write(`No recorded cases in ${folder}. Name their folder as the first argument.\n`);
    return 2;
  }
  const cases = read<Case>(folder, 'asl-jsonata.jsonl');
  const refused: Case[] = [];
  let different = 0;
  for (const recorded of cases) {
    const differences = await compare(recorded);
    if (differences === undefined) refused.push(recorded);
    else if (differences.length > 0) {
      different += 1;
      process.stdout.write(`${recorded.id}\n`);
      for (const { what, aws, here } of differences) {
        process.stdout.write(`  ${what}\n    AWS:  ${JSON.stringify(aws)}\n    here: ${JSON.stringify(here)}\n`);
      }
    }
  }
  for (const { id, queryLanguage } of refused) {
    if (queryLanguage === 'JSONata') process.stdout.write(`${id}\n  refused here\n`);
  }
  const invalid = read<InvalidCase>(folder, 'asl-invalid.jsonl');
  const accepted = invalid.filter((recorded) => !isRefused(recorded));
  for (const { id } of accepted) process.stdout.write(`${id}\n  refused by AWS, accepted here\n`);
  const ran = cases.length - refused.length;
  process.stdout.write(`executions: ${ran - different} of ${ran} as on AWS, ${refused.length} definitions refused\n`);
  process.stdout.write(`invalid definitions: ${invalid.length - accepted.length} of ${invalid.length} refused\n`);
  return different + accepted.length === 0 ? 0 : 1;
}

if (import.meta.main) process.exitCode = await main();
