import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import {
  ConflictException,
  CreateScheduleCommand,
  DeleteScheduleCommand,
  GetScheduleCommand,
  ListSchedulesCommand,
  ResourceNotFoundException,
  SchedulerClient,
  UpdateScheduleCommand,
  ValidationException,
} from '@aws-sdk/client-scheduler';
import { AwsError, internally, type Caller, type Cloud, type Input, type Service } from './aws.ts';
import { createScheduler } from './scheduler.ts';
import { Store } from './store.ts';
import { startLocalCloud } from './testing/localCloud.ts';
import { trust } from './testing/policies.ts';

const RoleArn = 'arn:aws:iam::111122223333:role/schedule';
const machine = 'arn:aws:states:eu-west-1:111122223333:stateMachine:m';
const definition = (Arn: string, more: object = {}) => ({
  Name: 's',
  ScheduleExpression: 'cron(0 2 1 * ? *)',
  FlexibleTimeWindow: { Mode: 'OFF' as const },
  Target: { Arn, RoleArn, Input: '{"at":"<aws.scheduler.scheduled-time>"}' },
  ...more,
});

describe('a schedule', () => {
  const caller = internally('test');
  const calls: { service: string; operation: string; input: Input; role: string | undefined }[] = [];
  let store: Store;
  let scheduler: Service;
  let failure: AwsError | undefined;
  const start = () => {
    const cloud = {
      account: '111122223333',
      region: 'eu-west-1',
      store,
      endpoint: 'http://127.0.0.1:1',
      log: () => undefined,
      guardOf: (arn: string) => Promise.resolve(arn === RoleArn ? { policy: trust('scheduler') } : {}),
      call(service: string, operation: string, input: Input, { roleArn }: Caller) {
        calls.push({ service, operation, input, role: roleArn });
        return failure === undefined || service === 'sqs' ? Promise.resolve({}) : Promise.reject(failure);
      },
    } as unknown as Cloud;
    scheduler = createScheduler(cloud);
    void scheduler.resume!();
  };
  const create = (given: Input) => scheduler.operations['CreateSchedule']!(given, caller);
  // A few milliseconds more: an invocation goes out by a timer of its own.
  const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms + 5);
  const MINUTE = 60_000;
  const DAY = 1440 * MINUTE;

  beforeEach(() => {
    jest.useFakeTimers({ now: Date.UTC(2026, 10, 23, 12) });
    store = new Store(':memory:');
    calls.length = 0;
    failure = undefined;
    start();
  });
  afterEach(async () => {
    await scheduler.close!();
    store.close();
    jest.useRealTimers();
  });

  it('starts a state machine at its time, as its role, under a name of its own', async () => {
    await create(definition(machine));
    await pass(7.5 * DAY);
    expect(calls).toEqual([]);
    await pass(DAY);
    expect(calls).toMatchObject([
      {
        service: 'states',
        operation: 'StartExecution',
        role: RoleArn,
        input: { stateMachineArn: machine, input: '{"at":"2026-12-01T02:00:00Z"}' },
      },
    ]);
    await pass(31 * DAY);
    expect(calls[1]?.input).toMatchObject({ input: '{"at":"2027-01-01T02:00:00Z"}' });
    expect(calls[1]?.input['name']).not.toBe(calls[0]?.input['name']);
  });

  it('waits longer than one timer can', async () => {
    await create(definition(machine, { ScheduleExpression: 'cron(0 0 1 3 ? *)' }));
    await pass(97 * DAY);
    expect(calls).toEqual([]);
    await pass(DAY);
    expect(calls).toHaveLength(1);
  });

  it('begins a rate at once and goes on from there', async () => {
    await create(
      definition('arn:aws:lambda:eu-west-1:111122223333:function:f', { ScheduleExpression: 'rate(15 minutes)' }),
    );
    await pass(0);
    expect(calls).toMatchObject([{ service: 'lambda', operation: 'Invoke', input: { InvocationType: 'Event' } }]);
    await pass(31 * MINUTE);
    expect(calls).toHaveLength(3);
    await scheduler.operations['UpdateSchedule']!(
      definition('arn:aws:lambda:eu-west-1:111122223333:function:f', { ScheduleExpression: 'rate(15 minutes)' }),
      caller,
    );
    await pass(MINUTE);
    expect(calls).toHaveLength(3);
  });

  it('stays silent while disabled, and after it is deleted', async () => {
    await create(definition(machine, { ScheduleExpression: 'rate(1 minute)', State: 'DISABLED' }));
    await pass(5 * MINUTE);
    expect(calls).toEqual([]);
    await scheduler.operations['UpdateSchedule']!(
      definition(machine, { ScheduleExpression: 'rate(1 minute)' }),
      caller,
    );
    await pass(0);
    expect(calls).toHaveLength(1);
    await scheduler.operations['DeleteSchedule']!({ Name: 's' }, caller);
    await pass(5 * MINUTE);
    expect(calls).toHaveLength(1);
  });

  it.each([
    ['a universal target', { Target: { Arn: 'arn:aws:scheduler:::aws-sdk:sfn:startExecution', RoleArn } }],
    ['a time zone', { ScheduleExpressionTimezone: 'Europe/Berlin' }],
    ['an end', { EndDate: 1 }],
    ['a group', { GroupName: 'own' }],
  ])('refuses %s loudly', async (_, more) => {
    await expect((async () => create(definition(machine, more)))()).rejects.toThrow(/not supported/);
  });

  it('sends a refused invocation to its dead-letter queue, as its role', async () => {
    failure = new AwsError('StateMachineDoesNotExist', 'no machine');
    const Target = {
      ...definition(machine).Target,
      DeadLetterConfig: { Arn: 'arn:aws:sqs:eu-west-1:111122223333:dlq' },
    };
    await create(definition(machine, { ScheduleExpression: 'cron(1 12 * * ? *)', Target }));
    await pass(MINUTE);
    expect(calls[1]).toMatchObject({
      operation: 'SendMessage',
      role: RoleArn,
      input: {
        QueueUrl: 'http://127.0.0.1:1/111122223333/dlq',
        MessageAttributes: {
          ERROR_CODE: { StringValue: 'NO_RESOURCE' },
          SCHEDULED_TIME: { StringValue: '2026-11-23T12:01:00Z' },
          SCHEDULE_ARN: { StringValue: 'arn:aws:scheduler:eu-west-1:111122223333:schedule/default/s' },
        },
      },
    });
  });

  it('goes on after a restart: what it had fired arrives, what passed meanwhile is skipped', async () => {
    await create(definition(machine, { ScheduleExpression: 'rate(10 minutes)' }));
    failure = new AwsError('ServiceUnavailable', 'later', { status: 503 });
    await pass(0);
    await scheduler.close!();
    await pass(35 * MINUTE);
    failure = undefined;
    calls.length = 0;
    start();
    await pass(0);
    expect(calls.map(({ input }) => input['input'])).toEqual(['{"at":"2026-11-23T12:00:00Z"}']);
    await pass(5 * MINUTE);
    expect(calls[1]?.input['input']).toBe('{"at":"2026-11-23T12:40:00Z"}');
  });
});

describe('EventBridge Scheduler over the wire', () => {
  it('keeps, shows, lists and deletes schedules', async () => {
    const cloud = await startLocalCloud();
    const role = { RoleName: 'schedule', AssumeRolePolicyDocument: trust('scheduler') };
    await cloud.cloud.call('iam', 'CreateRole', role, internally('tests'));
    const client = new SchedulerClient(cloud.clientConfig);
    try {
      const { ScheduleArn } = await client.send(new CreateScheduleCommand(definition(machine)));
      expect(ScheduleArn).toBe('arn:aws:scheduler:eu-west-1:111122223333:schedule/default/s');
      await expect(client.send(new CreateScheduleCommand(definition(machine)))).rejects.toBeInstanceOf(
        ConflictException,
      );
      await client.send(
        new UpdateScheduleCommand(definition(machine, { ScheduleExpression: 'rate(1 day)', State: 'DISABLED' })),
      );
      expect(await client.send(new GetScheduleCommand({ Name: 's' }))).toMatchObject({
        Arn: ScheduleArn,
        GroupName: 'default',
        ScheduleExpression: 'rate(1 day)',
        State: 'DISABLED',
        Target: definition(machine).Target,
      });
      const { Schedules } = await client.send(new ListSchedulesCommand({ NamePrefix: 's' }));
      expect(Schedules).toMatchObject([{ Name: 's', State: 'DISABLED', Target: { Arn: machine } }]);
      const invalid = definition(machine, { Name: 'x', ScheduleExpression: 'cron(often)' });
      await expect(client.send(new CreateScheduleCommand(invalid))).rejects.toBeInstanceOf(ValidationException);
      const { Target, ...other } = definition(machine, { Name: 'x' });
      const untrusting = { ...other, Target: { ...Target, RoleArn: `${RoleArn}-not` } };
      await expect(client.send(new CreateScheduleCommand(untrusting))).rejects.toMatchObject({
        name: 'ValidationException',
        message: 'The execution role you provide must allow AWS EventBridge Scheduler to assume the role.',
      });
      await client.send(new DeleteScheduleCommand({ Name: 's' }));
      await expect(client.send(new GetScheduleCommand({ Name: 's' }))).rejects.toBeInstanceOf(
        ResourceNotFoundException,
      );
    } finally {
      client.destroy();
      await cloud.stop();
    }
  });
});
