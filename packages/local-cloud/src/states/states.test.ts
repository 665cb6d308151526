import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  DescribeStateMachineForExecutionCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  ListStateMachinesCommand,
  RedriveExecutionCommand,
  SFNClient,
  SendTaskFailureCommand,
  SendTaskHeartbeatCommand,
  SendTaskSuccessCommand,
  StartExecutionCommand,
  StopExecutionCommand,
  UpdateStateMachineCommand,
} from '@aws-sdk/client-sfn';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AwsError, internally } from '../aws.ts';
import { startLocalCloud, type LocalCloud } from '../testing/localCloud.ts';
import { mayDeliver, policy, trust } from '../testing/policies.ts';

const roleArn = 'arn:aws:iam::111122223333:role/machine';
const deployer = internally('cloudformation');
const parameter = 'arn:aws:states:::aws-sdk:ssm:getParameter';

describe('Step Functions', () => {
  let folder: string;
  let local: LocalCloud;
  let sfn: SFNClient;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'states-'));
    await open();
    await local.cloud.call(
      'iam',
      'CreateRole',
      {
        RoleName: 'machine',
        AssumeRolePolicyDocument: trust('states'),
      },
      deployer,
    );
    const everything = policy({ Effect: 'Allow', Action: '*', Resource: '*' });
    await local.cloud.call(
      'iam',
      'PutRolePolicy',
      { RoleName: 'machine', PolicyName: 'all', PolicyDocument: everything },
      deployer,
    );
  });
  afterEach(async () => {
    sfn.destroy();
    await local.stop();
    await rm(folder, { recursive: true });
  });

  async function open(): Promise<void> {
    local = await startLocalCloud({}, folder);
    sfn = new SFNClient(local.clientConfig);
  }

  async function restart(): Promise<void> {
    sfn.destroy();
    await local.stop();
    await open();
  }

  const define = (states: object) =>
    JSON.stringify({ QueryLanguage: 'JSONata', StartAt: Object.keys(states)[0], States: states });
  const create = async (states: object, name = 'machine'): Promise<string> => {
    const command = new CreateStateMachineCommand({ name, roleArn, definition: define(states) });
    return (await sfn.send(command)).stateMachineArn!;
  };
  const start = async (stateMachineArn: string, name: string, input: unknown = {}): Promise<string> => {
    const command = new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) });
    return (await sfn.send(command)).executionArn!;
  };
  const described = (executionArn: string) => sfn.send(new DescribeExecutionCommand({ executionArn }));
  const history = async (executionArn: string) =>
    (await sfn.send(new GetExecutionHistoryCommand({ executionArn }))).events!;
  const eventually = async <T>(look: () => Promise<T | undefined | false>): Promise<T> => {
    for (;;) {
      const found = await look();
      if (found !== undefined && found !== false) return found;
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const ended = (arn: string) =>
    eventually(async () => {
      const execution = await described(arn);
      return execution.status !== 'RUNNING' && execution;
    });
  const putParameter = (Name: string, Value: string) =>
    local.cloud.call('ssm', 'PutParameter', { Name, Value, Type: 'String', Overwrite: true }, deployer);
  it('refuses one that waits for jobs, of a role that may not make the rule by which it learns of their end', async () => {
    const rule = 'arn:aws:events:eu-west-1:111122223333:rule/StepFunctionsGetEventsForSageMakerProcessingJobsRule';
    const wait = { Job: { Type: 'Task', Resource: 'arn:aws:states:::sagemaker:createProcessingJob.sync', End: true } };
    const may = async (...Action: string[]) => {
      const PolicyDocument = policy({ Effect: 'Allow', Action, Resource: rule });
      const input = { RoleName: 'machine', PolicyName: 'all', PolicyDocument };
      await local.cloud.call('iam', 'PutRolePolicy', input, deployer);
    };
    await may('events:PutRule', 'events:PutTargets');
    await expect(create(wait)).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: `'${roleArn}' is not authorized to create managed-rule.`,
    });
    await may('events:PutRule', 'events:PutTargets', 'events:DescribeRule');
    expect(await create(wait)).toMatch(/:machine$/);
  });

  const read = { Type: 'Task', Resource: parameter, Arguments: { Name: '/flag' } };

  it('keeps a machine as it was created, and refuses another of the same name', async () => {
    const arn = await create({ A: { Type: 'Succeed' } });
    expect(await create({ A: { Type: 'Succeed' } })).toBe(arn);
    await expect(create({ B: { Type: 'Succeed' } })).rejects.toMatchObject({ name: 'StateMachineAlreadyExists' });
    const other = { name: 'other', roleArn: `${roleArn}-gone`, definition: define({ A: { Type: 'Succeed' } }) };
    await expect(sfn.send(new CreateStateMachineCommand(other))).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining('is authorized to assume the provided role.'),
    });
    await expect(sfn.send(new DescribeStateMachineCommand({ stateMachineArn: arn }))).resolves.toMatchObject({
      name: 'machine',
      type: 'STANDARD',
      status: 'ACTIVE',
      roleArn,
      definition: define({ A: { Type: 'Succeed' } }),
    });
    const { stateMachines } = await sfn.send(new ListStateMachinesCommand({}));
    expect(stateMachines!.map(({ stateMachineArn }) => stateMachineArn)).toEqual([arn]);
  });

  it.each([
    ['a JSONPath state', { A: { Type: 'Pass', QueryLanguage: 'JSONPath', End: true } }, '/States/A'],
    ['a field of JSONPath', { A: { Type: 'Pass', ResultPath: '$', End: true } }, "The field 'ResultPath'"],
    [
      'a distributed Map',
      {
        A: {
          Type: 'Map',
          ItemProcessor: {
            ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
            StartAt: 'B',
            States: { B: { Type: 'Succeed' } },
          },
          End: true,
        },
      },
      'Only the mode INLINE',
    ],
    [
      'a service it cannot call',
      { A: { Type: 'Task', Resource: 'arn:aws:states:::glue:startJobRun', End: true } },
      'glue',
    ],
    ['an expression that does not parse', { A: { Type: 'Pass', Output: '{% 1 + %}', End: true } }, '/States/A/Output'],
    ['a type that does not exist', { A: { Type: 'Loop', End: true } }, 'Not a state type at /States/A/Type'],
    ['a wait for less than nothing', { A: { Type: 'Wait', Seconds: -1, End: true } }, '/States/A/Seconds'],
    ['a target that does not exist', { A: { Type: 'Pass', Next: 'B' } }, "Missing 'Next' target: B"],
    ['a state that nothing leads to', { A: { Type: 'Succeed' }, B: { Type: 'Succeed' } }, 'State "B" is not reachable'],
  ])('refuses %s, naming it', async (_what, states, named) => {
    await expect(create(states)).rejects.toMatchObject({
      name: 'InvalidDefinition',
      message: expect.stringContaining(named),
    });
  });

  it('starts an execution once for a name and input, and never again for its name', async () => {
    const machine = await create({ A: { Type: 'Wait', Seconds: 3600, End: true } });
    const arn = await start(machine, 'one', { n: 1 });
    expect(await start(machine, 'one', { n: 1 })).toBe(arn);
    await expect(start(machine, 'one', { n: 2 })).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' });
    await sfn.send(new StopExecutionCommand({ executionArn: arn, error: 'Enough', cause: 'of it' }));
    await expect(start(machine, 'one', { n: 1 })).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' });
    await expect(described(arn)).resolves.toMatchObject({ status: 'ABORTED', error: 'Enough', cause: 'of it' });
    await expect(start(machine, 'a name')).rejects.toMatchObject({ name: 'InvalidName' });
    await expect(start(`${machine}x`, 'two')).rejects.toMatchObject({ name: 'StateMachineDoesNotExist' });
  });

  it('tells the history with the shapes that the SDK knows, page by page and backwards', async () => {
    await putParameter('/flag', 'on');
    const machine = await create({
      A: {
        ...read,
        Assign: { v: '{% $states.result.Parameter.Value %}' },
        Output: '{% $states.result.Parameter.Value %}',
        End: true,
      },
    });
    const arn = await start(machine, 'one');
    await expect(ended(arn)).resolves.toMatchObject({
      status: 'SUCCEEDED',
      output: '"on"',
      redriveCount: 0,
      redriveStatus: 'NOT_REDRIVABLE',
    });
    const events = await history(arn);
    expect(events.map(({ type }) => type)).toEqual([
      'ExecutionStarted',
      'TaskStateEntered',
      'TaskScheduled',
      'TaskStarted',
      'TaskSucceeded',
      'TaskStateExited',
      'ExecutionSucceeded',
    ]);
    expect(events.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(events[2]!.taskScheduledEventDetails).toMatchObject({
      resourceType: 'aws-sdk:ssm',
      resource: 'getParameter',
      region: 'eu-west-1',
      parameters: '{"Name":"/flag"}',
    });
    expect(events[5]!.stateExitedEventDetails).toMatchObject({
      name: 'A',
      output: '"on"',
      assignedVariables: { v: '"on"' },
    });
    expect(events[0]!.timestamp).toBeInstanceOf(Date);
    const first = await sfn.send(
      new GetExecutionHistoryCommand({
        executionArn: arn,
        reverseOrder: true,
        maxResults: 5,
        includeExecutionData: false,
      }),
    );
    expect(first.events!.map(({ id }) => id)).toEqual([7, 6, 5, 4, 3]);
    expect(first.events![0]!.executionSucceededEventDetails).not.toHaveProperty('output');
    const { events: rest } = await sfn.send(
      new GetExecutionHistoryCommand({
        executionArn: arn,
        reverseOrder: true,
        maxResults: 5,
        nextToken: first.nextToken,
      }),
    );
    expect(rest!.map(({ id }) => id)).toEqual([2, 1]);
  });

  it('names a refused call by service and exception', async () => {
    const machine = await create({
      A: { ...read, Catch: [{ ErrorEquals: ['Ssm.ParameterNotFoundException'], Next: 'B' }], End: true },
      B: { Type: 'Succeed', Output: '{% $states.input.Error %}' },
    });
    await expect(ended(await start(machine, 'one'))).resolves.toMatchObject({
      output: '"Ssm.ParameterNotFoundException"',
    });
  });

  it('redrives from the state that failed, with the definition of old', async () => {
    const machine = await create({
      A: { Type: 'Pass', Assign: { a: 1 }, Next: 'B' },
      B: { ...read, Output: '{% $a %}', End: true },
    });
    const arn = await start(machine, 'one');
    await expect(ended(arn)).resolves.toMatchObject({ status: 'FAILED', redriveStatus: 'REDRIVABLE' });
    await sfn.send(
      new UpdateStateMachineCommand({ stateMachineArn: machine, definition: define({ X: { Type: 'Succeed' } }) }),
    );
    await putParameter('/flag', 'on');
    await sfn.send(new RedriveExecutionCommand({ executionArn: arn }));
    await expect(ended(arn)).resolves.toMatchObject({
      status: 'SUCCEEDED',
      output: '1',
      redriveCount: 1,
    });
    const types = (await history(arn)).map(({ type }) => type);
    expect(types.slice(types.indexOf('ExecutionFailed'))).toEqual([
      'ExecutionFailed',
      'ExecutionRedriven',
      'TaskScheduled',
      'TaskStarted',
      'TaskSucceeded',
      'TaskStateExited',
      'ExecutionSucceeded',
    ]);
    await expect(sfn.send(new RedriveExecutionCommand({ executionArn: arn }))).rejects.toMatchObject({
      name: 'ExecutionNotRedrivable',
    });
  });

  it('goes on where it was when the cloud starts again', async () => {
    const machine = await create({
      W: { Type: 'Wait', Timestamp: '{% $states.input %}', Assign: { seen: true }, Next: 'B' },
      B: { Type: 'Succeed', Output: '{% $seen %}' },
    });
    const arn = await start(machine, 'one', new Date(Date.now() + 1500).toISOString());
    await eventually(async () => (await history(arn)).length === 2);
    await restart();
    await expect(ended(arn)).resolves.toMatchObject({ status: 'SUCCEEDED', output: 'true' });
    expect((await history(arn)).map(({ type }) => type)).toEqual([
      'ExecutionStarted',
      'WaitStateEntered',
      'WaitStateExited',
      'SucceedStateEntered',
      'SucceedStateExited',
      'ExecutionSucceeded',
    ]);
  });

  it('waits for a task token, over a restart as well, and takes one answer', async () => {
    const machine = await create({
      A: {
        Type: 'Task',
        Resource: 'arn:aws:states:::aws-sdk:ssm:putParameter.waitForTaskToken',
        Arguments: { Name: '/token', Value: '{% $states.context.Task.Token %}', Type: 'String', Overwrite: true },
        HeartbeatSeconds: 600,
        End: true,
      },
    });
    const tokenOf = async (arn: string): Promise<string> => {
      await eventually(async () => (await history(arn)).some(({ type }) => type === 'TaskSubmitted'));
      const { Parameter } = await local.cloud.call('ssm', 'GetParameter', { Name: '/token' }, deployer);
      return (Parameter as { Value: string }).Value;
    };
    const arn = await start(machine, 'one');
    const taskToken = await tokenOf(arn);
    await sfn.send(new SendTaskHeartbeatCommand({ taskToken }));
    await restart();
    await sfn.send(new SendTaskSuccessCommand({ taskToken, output: '{"ok":true}' }));
    await expect(ended(arn)).resolves.toMatchObject({ status: 'SUCCEEDED', output: '{"ok":true}' });
    await expect(sfn.send(new SendTaskSuccessCommand({ taskToken, output: '1' }))).rejects.toMatchObject({
      name: 'TaskTimedOut',
    });
    await expect(sfn.send(new SendTaskHeartbeatCommand({ taskToken: 'none' }))).rejects.toMatchObject({
      name: 'InvalidToken',
    });
    const refused = await start(machine, 'two');
    await sfn.send(new SendTaskFailureCommand({ taskToken: await tokenOf(refused), error: 'No', cause: 'not now' }));
    await expect(ended(refused)).resolves.toMatchObject({ status: 'FAILED', error: 'No', cause: 'not now' });
  });

  it('lists executions by status, the latest first', async () => {
    const machine = await create({
      A: { Type: 'Choice', Choices: [{ Condition: '{% $states.input %}', Next: 'B' }], Default: 'C' },
      B: { Type: 'Succeed' },
      C: { Type: 'Fail' },
    });
    for (const [name, input] of [
      ['one', true],
      ['two', false],
      ['three', true],
    ] as const)
      await ended(await start(machine, name, input));
    const names = async (more: object) =>
      (await sfn.send(new ListExecutionsCommand({ stateMachineArn: machine, ...more }))).executions!.map(
        ({ name }) => name,
      );
    expect(await names({})).toEqual(['three', 'two', 'one']);
    expect(await names({ statusFilter: 'FAILED' })).toEqual(['two']);
    expect(await names({ maxResults: 1 })).toEqual(['three']);
    const redriven = `${machine.replace(':stateMachine:', ':execution:')}:two`;
    await sfn.send(new RedriveExecutionCommand({ executionArn: redriven }));
    await ended(redriven);
    expect(await names({ redriveFilter: 'REDRIVEN' })).toEqual(['two']);
    expect(await names({ redriveFilter: 'NOT_REDRIVEN', maxResults: 1 })).toEqual(['three']);
    await expect(names({ nextToken: 'mine' })).rejects.toMatchObject({ name: 'InvalidToken' });
  });

  it('tells the definition that an execution runs, whatever became of its state machine', async () => {
    const machine = await create({ A: { Type: 'Succeed' } });
    const execution = await start(machine, 'one');
    const definition = define({ B: { Type: 'Fail' } });
    await sfn.send(new UpdateStateMachineCommand({ stateMachineArn: machine, definition }));
    const described = await sfn.send(new DescribeStateMachineForExecutionCommand({ executionArn: execution }));
    expect(described).toMatchObject({ stateMachineArn: machine, name: 'machine', roleArn });
    expect(described.definition).toBe(define({ A: { Type: 'Succeed' } }));
    expect(described.updateDate).toBeInstanceOf(Date);
  });

  it('tells EventBridge each new status', async () => {
    const put = local.cloud.call.bind(local.cloud);
    const queue = await put('sqs', 'CreateQueue', { QueueName: 'status' }, deployer);
    await put('events', 'PutRule', { Name: 'status', EventPattern: '{"source":["aws.states"]}' }, deployer);
    const target = { Id: 'queue', Arn: 'arn:aws:sqs:eu-west-1:111122223333:status' };
    await put('events', 'PutTargets', { Rule: 'status', Targets: [target] }, deployer);
    await put(
      'sqs',
      'SetQueueAttributes',
      { QueueUrl: queue['QueueUrl'], Attributes: { Policy: mayDeliver('events', target.Arn) } },
      deployer,
    );
    const machine = await create({ A: { Type: 'Fail', Error: 'E', Cause: 'c' } });
    const arn = await start(machine, 'one', { n: 1 });
    const details: Record<string, unknown>[] = [];
    await eventually(async () => {
      const { Messages } = await put(
        'sqs',
        'ReceiveMessage',
        { QueueUrl: queue['QueueUrl'], MaxNumberOfMessages: 10, WaitTimeSeconds: 1 },
        deployer,
      );
      for (const { Body } of (Messages ?? []) as { Body: string }[])
        details.push((JSON.parse(Body) as { detail: Record<string, unknown> }).detail);
      return details.length >= 2;
    });
    expect(details.map(({ status }) => status).sort()).toEqual(['FAILED', 'RUNNING']);
    expect(details.find(({ status }) => status === 'FAILED')).toMatchObject({
      executionArn: arn,
      stateMachineArn: machine,
      name: 'one',
      input: '{"n":1}',
      error: 'E',
      cause: 'c',
      output: null,
      redriveCount: 0,
    });
  });

  it('refuses what it does not know', async () => {
    const call = local.cloud.call('states', 'StartExecution', { stateMachineArn: 'x', unknown: 1 }, deployer);
    await expect(call).rejects.toBeInstanceOf(AwsError);
  });
});
