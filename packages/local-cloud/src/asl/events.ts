/** The history events of GetExecutionHistory, with AWS's names and details. */
import type { Json, JsonObject, State } from './definition.ts';
import { splitResource } from './definition.ts';
import type { Attempt } from './frame.ts';
import type { Failure } from './failure.ts';

export interface EventSpec {
  readonly type: string;
  readonly details?: Readonly<Record<string, JsonObject>>;
}

const whole: JsonObject = { truncated: false };

const failureDetails = ({ error, cause }: Failure): Record<string, string> => ({
  ...(error === undefined ? {} : { error }),
  ...(cause === undefined ? {} : { cause }),
});

export const executionStarted = (input: Json, roleArn: string): EventSpec => ({
  type: 'ExecutionStarted',
  details: {
    executionStartedEventDetails: { input: JSON.stringify(input), inputDetails: whole, roleArn },
  },
});

export const executionSucceeded = (output: Json): EventSpec => ({
  type: 'ExecutionSucceeded',
  details: { executionSucceededEventDetails: { output: JSON.stringify(output), outputDetails: whole } },
});

export const executionFailed = (failure: Failure): EventSpec => ({
  type: 'ExecutionFailed',
  details: { executionFailedEventDetails: failureDetails(failure) },
});

export const executionAborted = (failure: Failure): EventSpec => ({
  type: 'ExecutionAborted',
  details: { executionAbortedEventDetails: failureDetails(failure) },
});

export const executionTimedOut = (failure: Failure): EventSpec => ({
  type: 'ExecutionTimedOut',
  details: { executionTimedOutEventDetails: failureDetails(failure) },
});

export const executionRedriven = (redriveCount: number): EventSpec => ({
  type: 'ExecutionRedriven',
  details: { executionRedrivenEventDetails: { redriveCount } },
});

export const stateEntered = (type: State['Type'], name: string, input: Json): EventSpec => ({
  type: `${type}StateEntered`,
  details: { stateEnteredEventDetails: { name, input: JSON.stringify(input), inputDetails: whole } },
});

export const stateExited = (
  type: State['Type'],
  exit: { readonly name: string; readonly output: Json; readonly assigned: JsonObject },
): EventSpec => ({
  type: `${type}StateExited`,
  details: {
    stateExitedEventDetails: {
      name: exit.name,
      output: JSON.stringify(exit.output),
      outputDetails: whole,
      ...(Object.keys(exit.assigned).length === 0
        ? {}
        : {
            assignedVariables: Object.fromEntries(
              Object.entries(exit.assigned).map(([name, value]) => [name, JSON.stringify(value)]),
            ),
            assignedVariablesDetails: whole,
          }),
    },
  },
});

export const stateAborted = (type: State['Type']): EventSpec => ({ type: `${type}StateAborted` });

export const evaluationFailed = (details: JsonObject): EventSpec => ({
  type: 'EvaluationFailed',
  details: { evaluationFailedEventDetails: details },
});

export const childrenStarted = (type: 'Map' | 'Parallel', length: number): EventSpec =>
  type === 'Map'
    ? { type: 'MapStateStarted', details: { mapStateStartedEventDetails: { length } } }
    : { type: 'ParallelStateStarted' };

export const mapIteration = (
  what: 'Started' | 'Succeeded' | 'Failed' | 'Aborted',
  name: string,
  index: number,
): EventSpec => ({
  type: `MapIteration${what}`,
  details: { [`mapIteration${what}EventDetails`]: { name, index } },
});

type TaskEvent = 'Scheduled' | 'Started' | 'Submitted' | 'SubmitFailed' | 'Succeeded' | 'Failed' | 'TimedOut';

/** The events of one task attempt: `LambdaFunction...` where the resource is a function's own ARN, `Task...` elsewhere. */
export function taskEvent(what: TaskEvent, attempt: Attempt, more: JsonObject = {}): EventSpec {
  const { type, resource, direct } = splitResource(attempt.resource);
  if (!direct) {
    return { type: `Task${what}`, details: { [`task${what}EventDetails`]: { resourceType: type, resource, ...more } } };
  }
  const details = what === 'Scheduled' ? { resource: attempt.resource, ...more } : more;
  return {
    type: `LambdaFunction${what}`,
    ...(what === 'Started' ? {} : { details: { [`lambdaFunction${what}EventDetails`]: details } }),
  };
}

/** What a task is scheduled with. */
export function taskScheduled(attempt: Attempt, region: string, timeout: number | undefined): EventSpec {
  const text = JSON.stringify(attempt.arguments);
  const { direct } = splitResource(attempt.resource);
  return taskEvent('Scheduled', attempt, {
    ...(direct ? { input: text, inputDetails: whole } : { region, parameters: text }),
    ...(timeout === undefined ? {} : { timeoutInSeconds: timeout }),
    ...(attempt.heartbeat === undefined || direct ? {} : { heartbeatInSeconds: attempt.heartbeat.seconds }),
  });
}

export const taskOutput = (output: Json): JsonObject => ({ output: JSON.stringify(output), outputDetails: whole });

export const taskFailure = (failure: Failure): JsonObject => failureDetails(failure);

/** Events that the next event of a frame does not follow. https://github.com/floci-io/floci/pull/3167 (measured on AWS) */
export const aside = (type: string): boolean =>
  /^(Map|Parallel)StateSucceeded$|^MapIterationFailed$|StateAborted$/.test(type);
