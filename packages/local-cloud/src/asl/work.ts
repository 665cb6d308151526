/** What each type of state does once it is entered. */
import type { ChoiceState, FailState, Json, MapState, ParallelState, TaskState, WaitState } from './definition.ts';
import { splitResource } from './definition.ts';
import { childrenStarted, taskEvent, taskScheduled } from './events.ts';
import { assertSize, exitOf, leave } from './exit.ts';
import { QueryError, TerminalError } from './failure.ts';
import type { Attempt, Children, Frame } from './frame.ts';
import { evaluate, evaluateAs, evaluateInteger, typeOf, type Names } from './query.ts';
import type { Run } from './run.ts';
import { parseTimestamp } from './timestamp.ts';

/** https://docs.aws.amazon.com/step-functions/latest/dg/state-task.html */
const longestTimeout = 99_999_999;
/** https://docs.aws.amazon.com/step-functions/latest/dg/state-map-inline.html */
const inlineConcurrency = 40;

export async function work(run: Run, frame: Frame, signal: AbortSignal): Promise<void> {
  const state = run.stateOf(frame);
  switch (state.Type) {
    case 'Pass':
    case 'Succeed':
      run.transact(signal, (draft) => {
        draft.patch(frame.id, { at: { phase: 'result' } });
      });
      return;
    case 'Choice':
      await choose(run, frame, state, signal);
      return;
    case 'Wait': {
      const until = await waitEnd(state, run.names(frame));
      run.transact(signal, (draft) => {
        draft.patch(frame.id, { at: { phase: 'wait', until } });
      });
      return;
    }
    case 'Fail': {
      const failure = await failureOf(state, run.names(frame));
      run.transact(signal, (draft) => {
        draft.patch(frame.id, { at: { phase: 'failed', failure, final: true } });
      });
      return;
    }
    case 'Task':
      await schedule(run, frame, state, signal);
      return;
    case 'Map':
      startChildren(run, frame, await mapChildren(state, frame, run.names(frame)), signal);
      return;
    case 'Parallel':
      startChildren(run, frame, await parallelChildren(state, frame, run.names(frame)), signal);
      return;
  }
}

async function choose(run: Run, frame: Frame, state: ChoiceState, signal: AbortSignal): Promise<void> {
  const names = run.names(frame);
  for (const [index, rule] of state.Choices.entries()) {
    const prefix = `Choices[${index}]/`;
    if (!(await evaluateAs('boolean', { value: rule.Condition, location: `${prefix}Condition` }, names))) continue;
    const exit = await exitOf(rule, prefix, names, frame.input);
    run.transact(signal, (draft) => {
      leave(draft, run, frame.id, { ...exit, next: rule.Next });
    });
    return;
  }
  const { Default: next } = state;
  if (next === undefined) {
    const message = 'Failed to transition out of the state. The state does not point to a next state.';
    throw new TerminalError('States.Runtime', message);
  }
  const exit = await exitOf(state, '', names, frame.input);
  run.transact(signal, (draft) => {
    leave(draft, run, frame.id, { ...exit, next });
  });
}

async function waitEnd(state: WaitState, names: Names): Promise<number> {
  if (state.Seconds !== undefined) {
    const field = { value: state.Seconds, location: 'Seconds' };
    return names.now + (await evaluateInteger(field, { least: 0, most: longestTimeout }, names)) * 1000;
  }
  const timestamp = await evaluateAs('string', { value: state.Timestamp ?? null, location: 'Timestamp' }, names);
  const time = parseTimestamp(timestamp);
  if (time !== undefined) return time;
  throw new QueryError(
    `The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: ${timestamp}`,
    'Timestamp',
  );
}

async function failureOf(state: FailState, names: Names): Promise<{ error?: string; cause?: string }> {
  const error = await optionalText(state.Error, 'Error', names);
  const cause = await optionalText(state.Cause, 'Cause', names);
  return { ...(error === undefined ? {} : { error }), ...(cause === undefined ? {} : { cause }) };
}

async function optionalText(value: Json | undefined, location: string, names: Names): Promise<string | undefined> {
  return value === undefined ? undefined : evaluateAs('string', { value, location }, names);
}

async function schedule(run: Run, frame: Frame, state: TaskState, signal: AbortSignal): Promise<void> {
  const id = `${frame.id}:${frame.entered.event}:${frame.retryCount}:${run.execution.redriveCount}`;
  const token = state.Resource.endsWith('.waitForTaskToken') ? taskToken(run.execution.id, id) : undefined;
  const names = run.names(frame, {}, token === undefined ? {} : { Task: { Token: token } });
  const parameters =
    state.Arguments === undefined
      ? defaultArguments(state, frame)
      : await evaluate(state.Arguments, 'Arguments', names);
  const seconds = await optionalSeconds(state.TimeoutSeconds, 'TimeoutSeconds', names);
  const heartbeat = await optionalSeconds(state.HeartbeatSeconds, 'HeartbeatSeconds', names);
  assertSize(parameters, frame.state);
  const now = run.around.clock.now();
  const attempt: Attempt = {
    id,
    state: frame.state,
    resource: state.Resource,
    arguments: parameters,
    ...(token === undefined ? {} : { token }),
    ...(seconds === undefined ? {} : { timeoutAt: now + seconds * 1000 }),
    ...(heartbeat === undefined ? {} : { heartbeat: { seconds: heartbeat, last: now } }),
  };
  run.transact(signal, (draft) => {
    draft.event(frame.id, taskScheduled(attempt, run.execution.region, seconds));
    draft.event(frame.id, taskEvent('Started', attempt));
    draft.patch(frame.id, { at: { phase: 'task', attempt } });
  });
  run.begun(attempt);
}

/** Without Arguments a function gets the state's input, an API gets nothing. */
const defaultArguments = (state: TaskState, frame: Frame): Json =>
  splitResource(state.Resource).direct ? frame.input : {};

async function optionalSeconds(value: Json | undefined, location: string, names: Names): Promise<number | undefined> {
  return value === undefined
    ? undefined
    : evaluateInteger({ value, location }, { least: 0, most: longestTimeout }, names);
}

/** Names its attempt, so that it is found again after a restart. */
export const taskToken = (executionId: string, attemptId: string): string =>
  Buffer.from(JSON.stringify([executionId, attemptId])).toString('base64url');

async function mapChildren(state: MapState, frame: Frame, names: Names): Promise<Children> {
  const inputs = await itemsOf(state, frame, names);
  const upTo = (value: Json, location: string, most: number): Promise<number> =>
    evaluateInteger({ value, location }, { least: 0, most }, names);
  const concurrency = await upTo(state.MaxConcurrency ?? 0, 'MaxConcurrency', longestTimeout);
  // AWS evaluates these for an inline Map too, but documents no tolerance there: its first failure fails the state.
  await upTo(state.ToleratedFailureCount ?? 0, 'ToleratedFailureCount', longestTimeout);
  await upTo(state.ToleratedFailurePercentage ?? 0, 'ToleratedFailurePercentage', 100);
  return {
    inputs,
    count: inputs.length,
    concurrency: Math.min(concurrency === 0 ? inlineConcurrency : concurrency, inlineConcurrency),
  };
}

async function itemsOf(state: MapState, frame: Frame, names: Names): Promise<readonly Json[]> {
  if (state.Items !== undefined) {
    return evaluateAs('array', { value: state.Items, location: 'Items' }, names);
  }
  if (typeOf(frame.input) === 'array') return frame.input as readonly Json[];
  throw new QueryError(`Map state input must be an array but was: ${JSON.stringify(frame.input)}`);
}

async function parallelChildren(state: ParallelState, frame: Frame, names: Names): Promise<Children> {
  const input = state.Arguments === undefined ? frame.input : await evaluate(state.Arguments, 'Arguments', names);
  return { inputs: [input], count: state.Branches.length, concurrency: state.Branches.length };
}

function startChildren(run: Run, frame: Frame, children: Children, signal: AbortSignal): void {
  const { Type } = run.stateOf(frame);
  if (Type !== 'Map' && Type !== 'Parallel') return;
  assertSize(children.inputs, frame.state);
  run.transact(signal, (draft) => {
    draft.event(frame.id, childrenStarted(Type, children.count));
    draft.patch(frame.id, { children, at: { phase: 'children' } });
  });
}
