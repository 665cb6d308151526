/** What each type of state does once it is entered. */
import { splitResource, type Json, type StateOf } from './definition.ts';
import { text, type Note } from './draft.ts';
import { StateError } from './failure.ts';
import type { Attempt, Children, Frame } from './frame.ts';
import { evaluate, evaluateAs, evaluateInteger, parseTimestamp, typeOf, type Names } from './query.ts';
import type { Run } from './run.ts';
import { assertSize, exitOf, leave, moveTo } from './exit.ts';

/** https://docs.aws.amazon.com/step-functions/latest/dg/state-map-inline.html */
const inlineConcurrency = 40;

export async function work(run: Run, frame: Frame): Promise<Note> {
  const state = run.stateOf(frame);
  const names = run.names(frame);
  switch (state.Type) {
    case 'Pass':
    case 'Succeed':
      return moveTo(frame, { phase: 'result' });
    case 'Choice':
      return choose(run, frame, state);
    case 'Wait':
      return moveTo(frame, { phase: 'wait', until: await waitEnd(state, names) });
    case 'Fail': {
      const error = state.Error && (await evaluateAs('string', state.Error, 'Error', names));
      const cause = state.Cause && (await evaluateAs('string', state.Cause, 'Cause', names));
      return moveTo(frame, { phase: 'failed', failure: { error, cause }, final: true });
    }
    case 'Task':
      return schedule(run, frame, state);
    case 'Map':
      return startMap(frame, state, names);
    case 'Parallel': {
      const input = state.Arguments === undefined ? frame.input : await evaluate(state.Arguments, 'Arguments', names);
      assertSize(input, frame.state);
      const inputs = state.Branches.map(() => input);
      return (draft) => {
        draft.event(frame.id, 'ParallelStateStarted');
        draft.patch(frame.id, { children: { inputs, concurrency: inputs.length }, at: { phase: 'children' } });
      };
    }
  }
}

async function choose(run: Run, frame: Frame, state: StateOf<'Choice'>): Promise<Note> {
  const names = run.names(frame);
  for (const [index, rule] of state.Choices.entries()) {
    const prefix = `Choices[${index}]/`;
    if (await evaluateAs('boolean', rule.Condition, `${prefix}Condition`, names))
      return leave(run, frame, { ...(await exitOf(rule, prefix, names, frame.input)), next: rule.Next });
  }
  if (state.Default !== undefined)
    return leave(run, frame, { ...(await exitOf(state, '', names, frame.input)), next: state.Default });
  const message = 'Failed to transition out of the state. The state does not point to a next state.';
  throw new StateError('States.Runtime', message);
}

async function waitEnd(state: StateOf<'Wait'>, names: Names): Promise<number> {
  if (state.Seconds !== undefined) return names.now + (await evaluateInteger(state.Seconds, 'Seconds', names)) * 1000;
  const timestamp = await evaluateAs('string', state.Timestamp ?? null, 'Timestamp', names);
  const time = parseTimestamp(timestamp);
  if (time !== undefined) return time;
  const message = `The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: ${timestamp}`;
  throw new StateError('States.QueryEvaluationError', message, { location: 'Timestamp' });
}

async function schedule(run: Run, frame: Frame, state: StateOf<'Task'>): Promise<Note> {
  const { execution, around } = run;
  const { Resource: resource, Arguments, TimeoutSeconds, HeartbeatSeconds } = state;
  const { direct } = splitResource(resource);
  const id = `${frame.id}:${frame.entered.event}:${frame.retryCount}:${execution.redriveCount}`;
  const token = resource.endsWith('.waitForTaskToken') ? taskToken(execution.id, id) : undefined;
  const names = run.names(frame, {}, token === undefined ? {} : { Task: { Token: token } });
  // Without Arguments a function gets the state's input, an API gets nothing.
  const otherwise = direct ? frame.input : {};
  const parameters = Arguments === undefined ? otherwise : await evaluate(Arguments, 'Arguments', names);
  const optional = (value: Json | undefined, location: string) =>
    value === undefined ? undefined : evaluateInteger(value, location, names);
  const timeoutInSeconds = await optional(TimeoutSeconds, 'TimeoutSeconds');
  const seconds = await optional(HeartbeatSeconds, 'HeartbeatSeconds');
  assertSize(parameters, frame.state);
  const now = around.clock.now();
  const attempt: Attempt = {
    id,
    state: frame.state,
    resource,
    arguments: parameters,
    token,
    timeoutAt: timeoutInSeconds === undefined ? undefined : now + timeoutInSeconds * 1000,
    heartbeat: seconds === undefined ? undefined : { seconds, last: now },
  };
  return (draft) => {
    draft.taskEvent(frame.id, 'Scheduled', attempt, {
      ...(direct
        ? { resource, ...text('input', parameters) }
        : { region: execution.region, parameters: JSON.stringify(parameters), heartbeatInSeconds: seconds }),
      timeoutInSeconds,
    });
    draft.taskEvent(frame.id, 'Started', attempt);
    draft.patch(frame.id, { at: { phase: 'task', attempt } });
  };
}

/** Names its attempt, so that it is found again after a restart. */
const taskToken = (executionId: string, attemptId: string): string =>
  Buffer.from(JSON.stringify([executionId, attemptId])).toString('base64url');

async function startMap(frame: Frame, state: StateOf<'Map'>, names: Names): Promise<Note> {
  const inputs = await itemsOf(state, frame, names);
  const concurrency = await evaluateInteger(state.MaxConcurrency ?? 0, 'MaxConcurrency', names);
  // AWS evaluates these for an inline Map too, but documents no tolerance there: its first failure fails the state.
  await evaluateInteger(state.ToleratedFailureCount ?? 0, 'ToleratedFailureCount', names);
  await evaluateInteger(state.ToleratedFailurePercentage ?? 0, 'ToleratedFailurePercentage', names, 100);
  assertSize(inputs, frame.state);
  const children = { inputs, concurrency: Math.min(concurrency || inlineConcurrency, inlineConcurrency) };
  return (draft) => {
    draft.event(frame.id, 'MapStateStarted', { length: inputs.length });
    draft.patch(frame.id, { children, at: { phase: 'children' } });
  };
}

async function itemsOf(state: StateOf<'Map'>, frame: Frame, names: Names): Promise<Children['inputs']> {
  if (state.Items !== undefined) return evaluateAs('array', state.Items, 'Items', names);
  if (typeOf(frame.input) === 'array') return frame.input as readonly Json[];
  const message = `Map state input must be an array but was: ${JSON.stringify(frame.input)}`;
  throw new StateError('States.QueryEvaluationError', message);
}
