import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { AwsError, type Cloud, type Operation, type Output, type Service } from '../aws.ts';
import { dataLimit } from '../asl/exit.ts';
import type { Json } from '../asl/definition.ts';
import type { HistoryEvent, Outcome } from '../asl/frame.ts';
import type { Run } from '../asl/run.ts';
import { operation } from '../operation.ts';
import { Executions, redriveStatus, type ExecutionRecord } from './executions.ts';
import { checkName, Machines } from './machines.ts';
import { inPages } from './paging.ts';

/** AWS Step Functions: standard workflows in JSONata. */
export function createStates(cloud: Cloud): Service {
  const machines = new Machines(cloud);
  const executions = new Executions(cloud);
  return {
    name: 'states',
    operations: {
      ...machines.operations,
      ...executionOperations(machines, executions),
      ...tokenOperations(executions),
    },
    resume: () => {
      executions.resume();
    },
    close: () => executions.close(),
  };
}

const STATUSES = ['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED'] as const;

function executionOperations(machines: Machines, executions: Executions): Record<string, Operation> {
  const find = (arn: string): ExecutionRecord => {
    const record = executions.get(arn);
    if (record !== undefined) return record;
    throw new AwsError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
  };
  return {
    StartExecution: operation(start, (input) => startExecution(machines, executions, input)),
    DescribeExecution: operation({ executionArn: z.string() }, ({ executionArn }) => describe(find(executionArn))),
    DescribeStateMachineForExecution: operation({ executionArn: z.string() }, ({ executionArn }) => {
      const record = find(executionArn);
      const { machineArn, machineName, machineUpdated, roleArn, started } = record;
      const definition = executions.definitionOf(record);
      const updateDate = (machineUpdated ?? started) / 1000;
      return { stateMachineArn: machineArn, name: machineName, definition, roleArn, updateDate };
    }),
    ListExecutions: inPages(
      'executions',
      'executionArn',
      {
        stateMachineArn: z.string(),
        statusFilter: z.enum(STATUSES).optional(),
        redriveFilter: z.enum(['REDRIVEN', 'NOT_REDRIVEN']).optional(),
      },
      ({ stateMachineArn, statusFilter, redriveFilter }) => {
        const { arn } = machines.get(stateMachineArn);
        const chosen = executions
          .list(`${arn.replace(':stateMachine:', ':execution:')}:`)
          .filter(({ status }) => statusFilter === undefined || status === statusFilter)
          .filter(({ redriveCount }) => !redriveFilter || (redriveFilter === 'REDRIVEN') === redriveCount > 0);
        return chosen.sort((one, other) => other.started - one.started).map(summary);
      },
    ),
    GetExecutionHistory: inPages(
      'events',
      'id',
      {
        executionArn: z.string(),
        reverseOrder: z.boolean().default(false),
        includeExecutionData: z.boolean().default(true),
      },
      ({ executionArn, reverseOrder, includeExecutionData }) => {
        const all = executions.history(find(executionArn).arn);
        return (reverseOrder ? all.reverse() : all).map((each) => historyEvent(each, includeExecutionData));
      },
    ),
    StopExecution: operation(
      { executionArn: z.string(), error: z.string().max(256).optional(), cause: z.string().max(32_768).optional() },
      ({ executionArn, error, cause }) => {
        find(executionArn);
        executions.run(executionArn)?.stop({ error, cause });
        return { stopDate: (find(executionArn).stopped ?? Date.now()) / 1000 };
      },
    ),
    RedriveExecution: operation(
      { executionArn: z.string(), clientToken: z.string().optional() },
      ({ executionArn }) => {
        const record = find(executionArn);
        const { redriveStatusReason } = redriveStatus(record);
        if (redriveStatusReason !== undefined) throw new AwsError('ExecutionNotRedrivable', redriveStatusReason);
        return { redriveDate: (executions.redrive(record).redriven ?? 0) / 1000 };
      },
    ),
  };
}

const start = { stateMachineArn: z.string(), name: z.string().default(randomUUID), input: z.string().default('{}') };
type Start = z.output<z.ZodObject<typeof start>>;

function startExecution(machines: Machines, executions: Executions, { stateMachineArn, name, input }: Start): Output {
  const machine = machines.get(stateMachineArn);
  checkName(name);
  const arn = `${machine.arn.replace(':stateMachine:', ':execution:')}:${name}`;
  if (Buffer.byteLength(input) > dataLimit || !isJson(input)) {
    throw new AwsError('InvalidExecutionInput', `Invalid State Machine Execution Input: '${input.slice(0, 200)}'`);
  }
  const known = executions.get(arn);
  if (known !== undefined) {
    if (known.status === 'RUNNING' && known.input === input)
      return { executionArn: arn, startDate: known.started / 1000 };
    throw new AwsError('ExecutionAlreadyExists', `Execution Already Exists: '${arn}'`);
  }
  const started = Date.now();
  executions.start({
    arn,
    name,
    machineArn: machine.arn,
    machineName: machine.name,
    machineUpdated: machine.updated,
    definition: machine.definition,
    roleArn: machine.roleArn,
    input,
    started,
    status: 'RUNNING',
    redriveCount: 0,
  });
  return { executionArn: arn, startDate: started / 1000 };
}

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

const seconds = (time: number | undefined): number | undefined => time && time / 1000;

function summary(record: ExecutionRecord): Record<string, unknown> {
  return {
    executionArn: record.arn,
    stateMachineArn: record.machineArn,
    name: record.name,
    status: record.status,
    startDate: record.started / 1000,
    stopDate: seconds(record.stopped),
    redriveCount: record.redriveCount,
    redriveDate: seconds(record.redriven),
  };
}

function describe(record: ExecutionRecord): Output {
  const { input, output, error, cause } = record;
  return {
    ...summary(record),
    input,
    inputDetails: { included: true },
    output,
    outputDetails: output && { included: true },
    error,
    cause,
    ...redriveStatus(record),
  };
}

const EXECUTION_DATA = new Set(['input', 'output', 'parameters', 'assignedVariables']);

function historyEvent({ details, timestamp, ...event }: HistoryEvent, data: boolean): Record<string, unknown> {
  const shown = Object.entries(details ?? {}).map(([member, all]) => {
    const kept = Object.entries(all).filter(([key]) => data || !EXECUTION_DATA.has(key));
    return [member, Object.fromEntries(kept)] as const;
  });
  return { ...event, timestamp: timestamp / 1000, ...Object.fromEntries(shown) };
}

function tokenOperations(executions: Executions): Record<string, Operation> {
  const taskToken = z.string().min(1).max(2048);
  const tell = (token: string, message: (run: Run, attempt: string) => boolean): Output => {
    const [arn, attempt] = parseToken(token);
    const run = executions.run(arn);
    if (run !== undefined && message(run, attempt)) return {};
    throw new AwsError('TaskTimedOut', "Task Timed Out: 'Provided task does not exist anymore'");
  };
  const answer = (token: string, outcome: Outcome): Output => tell(token, (run, id) => run.answer(id, outcome));
  return {
    SendTaskSuccess: operation({ taskToken, output: z.string() }, ({ taskToken: token, output }) => {
      if (!isJson(output)) throw new AwsError('InvalidOutput', `Invalid Output: '${output.slice(0, 200)}'`);
      return answer(token, { output: JSON.parse(output) as Json });
    }),
    SendTaskFailure: operation(
      { taskToken, error: z.string().max(256).optional(), cause: z.string().max(32_768).optional() },
      ({ taskToken: token, error, cause }) => answer(token, { failure: { error, cause } }),
    ),
    SendTaskHeartbeat: operation({ taskToken }, ({ taskToken: token }) => tell(token, (run, id) => run.heartbeat(id))),
  };
}

const tokenSchema = z.tuple([z.string(), z.string()]);

function parseToken(token: string): [string, string] {
  const text = Buffer.from(token, 'base64url').toString();
  const parsed = tokenSchema.safeParse(isJson(text) ? JSON.parse(text) : undefined);
  if (parsed.success) return parsed.data;
  throw new AwsError('InvalidToken', "Invalid Token: 'Invalid token'");
}
