/** Amazon States Language as this interpreter runs it: JSONata states only, already checked by `parseDefinition`. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [member: string]: Json };
export type JsonObject = { readonly [member: string]: Json };

export interface Machine {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
  /** Of the top-level machine only. */
  readonly TimeoutSeconds?: number;
}

interface Exit {
  readonly Assign?: JsonObject;
  readonly Output?: Json;
}
interface Transition extends Exit {
  readonly Next?: string;
  readonly End?: boolean;
}
interface Recovering extends Transition {
  readonly Retry?: readonly Retrier[];
  readonly Catch?: readonly Catcher[];
}

export interface Retrier {
  readonly ErrorEquals: readonly string[];
  readonly IntervalSeconds?: number;
  readonly MaxAttempts?: number;
  readonly BackoffRate?: number;
  readonly MaxDelaySeconds?: number;
  readonly JitterStrategy?: 'FULL' | 'NONE';
}
export interface Catcher extends Exit {
  readonly ErrorEquals: readonly string[];
  readonly Next: string;
}
export interface ChoiceRule extends Exit {
  readonly Condition: Json;
  readonly Next: string;
}

export interface TaskState extends Recovering {
  readonly Type: 'Task';
  readonly Resource: string;
  readonly Arguments?: Json;
  readonly TimeoutSeconds?: Json;
  readonly HeartbeatSeconds?: Json;
}
export interface MapState extends Recovering {
  readonly Type: 'Map';
  readonly ItemProcessor: Machine;
  readonly Items?: Json;
  readonly ItemSelector?: Json;
  readonly MaxConcurrency?: Json;
  readonly ToleratedFailureCount?: Json;
  readonly ToleratedFailurePercentage?: Json;
}
export interface ParallelState extends Recovering {
  readonly Type: 'Parallel';
  readonly Branches: readonly Machine[];
  readonly Arguments?: Json;
}
export interface ChoiceState extends Exit {
  readonly Type: 'Choice';
  readonly Choices: readonly ChoiceRule[];
  readonly Default?: string;
}
export interface WaitState extends Transition {
  readonly Type: 'Wait';
  readonly Seconds?: Json;
  readonly Timestamp?: Json;
}
export interface PassState extends Transition {
  readonly Type: 'Pass';
}
export interface SucceedState {
  readonly Type: 'Succeed';
  readonly Output?: Json;
}
export interface FailState {
  readonly Type: 'Fail';
  readonly Error?: Json;
  readonly Cause?: Json;
}
export type State =
  TaskState | MapState | ParallelState | ChoiceState | WaitState | PassState | SucceedState | FailState;

/** The sub-machine that iteration or branch `index` of `state` runs. */
export function innerMachine(state: State | undefined, index: number): Machine {
  if (state?.Type === 'Map') return state.ItemProcessor;
  const branch = state?.Type === 'Parallel' ? state.Branches[index] : undefined;
  if (branch === undefined) throw new Error('A scope points to a state that has no inner machine.');
  return branch;
}

/** `arn:aws:states:::aws-sdk:dynamodb:putItem` is type `aws-sdk:dynamodb`, resource `putItem`; anything else is a function's ARN, of type `lambda`. */
export function splitResource(arn: string): {
  readonly type: string;
  readonly resource: string;
  readonly direct: boolean;
} {
  if (!/^arn:[^:]+:states:/.test(arn)) return { type: 'lambda', resource: arn, direct: true };
  const parts = arn.split(':').slice(5);
  return { type: parts.slice(0, -1).join(':'), resource: parts.at(-1) ?? '', direct: false };
}
