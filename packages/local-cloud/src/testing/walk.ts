/** Runs a definition in memory: stubbed tasks, no time, no journal. For tests of state machines. */
import type { Json, JsonObject } from '../asl/definition.ts';
import { TaskError } from '../asl/failure.ts';
import type { End, HistoryEvent } from '../asl/frame.ts';
import { parseDefinition } from '../asl/parse.ts';
import { Run, type TaskCall } from '../asl/run.ts';
import { VirtualClock } from './virtualClock.ts';

/** Makes a stubbed task fail: throw one. Any other object with an `error` string does as well. */
export { TaskError } from '../asl/failure.ts';

/** Returned by a stub: the task never ends, so that its timeouts show. */
export const unanswered: unique symbol = Symbol('unanswered');

/** What a Task state answers: `args` is its evaluated Arguments, `attempt` counts its calls from 1 over the whole walk. */
export type StubTask = (args: Json, attempt: number) => unknown;

export interface Walk {
  /** The definition, as JSON text or as the object itself. */
  readonly definition: unknown;
  /** `{}` without. */
  readonly input?: unknown;
  /** By state name; a Task without a stub fails the walk. A result that is undefined counts as null. */
  readonly tasks?: Readonly<Record<string, StubTask>>;
  /** What `$states.context.Execution` and `.StateMachine` say. */
  readonly context?: {
    readonly executionName?: string;
    readonly stateMachineName?: string;
    readonly roleArn?: string;
    readonly redriveCount?: number;
    /** Epoch milliseconds; 2026-01-01 without. */
    readonly startTime?: number;
  };
}

export interface Walked {
  readonly status: End['status'];
  readonly output?: Json;
  readonly error?: string | undefined;
  readonly cause?: string | undefined;
  /** The states entered, in order. */
  readonly visited: readonly string[];
  /** The retriers that made a state try again, by the state's name and their place in its Retry. */
  readonly retried: readonly { readonly state: string; readonly retrier: number }[];
  readonly events: readonly HistoryEvent[];
}

const account = 'arn:aws:states:eu-west-1:111122223333';

/**
 * Walks a state machine to its end. Waits, retries and timeouts pass at once; a wait for a task token is answered by
 * what the state's stub returns or throws. Throws DefinitionError for a definition that CreateStateMachine would refuse.
 */
export async function walk({ definition, input = {}, tasks = {}, context = {} }: Walk): Promise<Walked> {
  const clock = new VirtualClock(context.startTime ?? Date.UTC(2026, 0, 1));
  const events: HistoryEvent[] = [];
  const retried: { state: string; retrier: number }[] = [];
  const calls = new Map<string, number>();
  const call = async (name: string, args: Json): Promise<Json | typeof unanswered> => {
    const attempt = (calls.get(name) ?? 0) + 1;
    calls.set(name, attempt);
    const stub = tasks[name];
    if (stub === undefined) throw new Error(`The walk came to the Task '${name}', which has no stub.`);
    const result = await clock.hold(() => asTaskError(stub, args, attempt));
    return result === unanswered ? unanswered : toJson(result);
  };
  const { executionName: name = 'walk', stateMachineName: machine = 'machine' } = context;
  const run: Run = new Run(
    {
      id: `${account}:execution:${machine}:${name}`,
      name,
      region: 'eu-west-1',
      input: toJson(input),
      roleArn: context.roleArn ?? 'arn:aws:iam::111122223333:role/machine',
      startTime: clock.now(),
      redriveCount: context.redriveCount ?? 0,
      machine: { id: `${account}:stateMachine:${machine}`, name: machine },
      definition: parseDefinition(typeof definition === 'string' ? definition : JSON.stringify(definition)),
    },
    { frames: [], lastEvent: 0 },
    {
      clock,
      task: async ({ attempt }: TaskCall) => {
        const result = await call(attempt.state, attempt.arguments);
        if (attempt.token === undefined) return result === unanswered ? new Promise(() => undefined) : result;
        if (result !== unanswered) run.answer(attempt.id, { output: result });
        return {};
      },
      commit: (change) => {
        events.push(...change.events);
        for (const { state, at, retried: times } of change.frames)
          if (at.phase === 'retry')
            for (const [retrier, count] of times.entries()) if (count > 0) retried.push({ state, retrier });
      },
      random: () => 0.5,
    },
  );
  const end = await run.finish();
  if (end === undefined) throw new Error('The walk was halted.');
  const visited = events.filter(({ type }) => type.endsWith('StateEntered')).map(nameOf);
  return { ...end, visited, retried, events };
}

async function asTaskError(stub: StubTask, args: Json, attempt: number): Promise<unknown> {
  try {
    return await stub(args, attempt);
  } catch (thrown) {
    const { error, cause } = thrown as { error?: unknown; cause?: unknown };
    if (thrown instanceof TaskError || typeof error !== 'string') throw thrown;
    throw new TaskError(error, typeof cause === 'string' ? cause : undefined, { cause: thrown });
  }
}

const toJson = (value: unknown): Json => (value === undefined ? null : (JSON.parse(JSON.stringify(value)) as Json));

const nameOf = ({ details }: HistoryEvent): string =>
  (details?.['stateEnteredEventDetails'] as JsonObject & { readonly name: string }).name;
