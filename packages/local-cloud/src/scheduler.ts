import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { AwsError, roleSession, type Cloud, type Input, type Output, type Service } from './aws.ts';
import { sendDeadLetter } from './events/deadLetter.ts';
import { INVOCABLE, invokeTarget, startOnce, targetKind } from './events/invokeTarget.ts';
import { Outbox } from './events/outbox.ts';
import { notSupported, operation } from './operation.ts';
import { occurrences, type Occurrences } from './schedule/expression.ts';

const name = z.string().regex(/^[0-9a-zA-Z-_.]{1,64}$/);
const group = z.string().default('default');
const definition = {
  Name: name,
  GroupName: group,
  ScheduleExpression: z.string().min(1).max(256),
  ScheduleExpressionTimezone: z.string().min(1).max(50).default('UTC'),
  /** Epoch seconds. */
  StartDate: z.number().optional(),
  EndDate: z.number().optional(),
  Description: z.string().max(512).optional(),
  State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
  KmsKeyArn: z.string().optional(),
  ActionAfterCompletion: z.enum(['NONE', 'DELETE']).default('NONE'),
  // A flexible window may start at once, and so it does here.
  FlexibleTimeWindow: z.strictObject({ Mode: z.enum(['OFF', 'FLEXIBLE']), MaximumWindowInMinutes: z.int().optional() }),
  Target: z.strictObject({
    Arn: z.string().min(1).max(1600),
    RoleArn: z.string().min(1).max(1600),
    Input: z.string().min(1).optional(),
    DeadLetterConfig: z.strictObject({ Arn: z.string().optional() }).optional(),
    RetryPolicy: z
      .strictObject({
        MaximumRetryAttempts: z.int().min(0).max(185).optional(),
        MaximumEventAgeInSeconds: z.int().min(60).max(86_400).optional(),
      })
      .optional(),
  }),
};
/** Without the caller's token, which only tells one call from another. */
const kept = z.object(definition);
const written = { ...definition, ClientToken: z.string().max(64).optional() };
type Definition = z.output<typeof kept>;

/** Dates are epoch seconds. */
type Schedule = Definition & { Arn: string; CreationDate: number; LastModificationDate: number };

interface Invocation {
  readonly schedule: Schedule;
  readonly executionId: string;
  /** ISO 8601, whole seconds. */
  readonly scheduledTime: string;
}

/** EventBridge Scheduler. A schedule fires while the cloud runs; times that pass while it does not are skipped. */
export function createScheduler(cloud: Cloud): Service {
  const invocations = new Outbox<Invocation>(cloud, 'scheduler.outbox', {
    deliver: (invocation, attempt) => invoke(cloud, invocation, attempt),
    retryPolicy: ({ schedule }) => schedule.Target.RetryPolicy,
    giveUp: ({ schedule, executionId, scheduledTime }, failure) =>
      sendDeadLetter(
        cloud,
        {
          what: `schedule ${schedule.Arn} of ${scheduledTime} to ${schedule.Target.Arn}`,
          queue: schedule.Target.DeadLetterConfig?.Arn,
          body: schedule.Target.Input ?? '{}',
          attributes: {
            SCHEDULE_ARN: schedule.Arn,
            TARGET_ARN: schedule.Target.Arn,
            SCHEDULED_TIME: scheduledTime,
            EXECUTION_ID: executionId,
          },
          caller: roleSession(schedule.Target.RoleArn, executionId),
        },
        failure,
      ),
  });
  const scheduler = new Scheduler(cloud, invocations);
  return {
    name: 'scheduler',
    operations: {
      CreateSchedule: operation(written, (given) => scheduler.create(kept.parse(given))),
      UpdateSchedule: operation(written, (given) => scheduler.update(kept.parse(given))),
      GetSchedule: operation({ Name: name, GroupName: group }, ({ Name, GroupName }) => scheduler.get(Name, GroupName)),
      ListSchedules: operation(
        {
          GroupName: z.string().optional(),
          ScheduleGroup: z.string().optional(),
          NamePrefix: z.string().optional(),
          State: z.enum(['ENABLED', 'DISABLED']).optional(),
        },
        ({ NamePrefix, State }) => ({ Schedules: scheduler.list(NamePrefix, State) }),
      ),
      DeleteSchedule: operation(
        { Name: name, GroupName: group, ClientToken: z.string().optional() },
        ({ Name, GroupName }) => scheduler.remove(Name, GroupName),
      ),
    },
    resume: () => {
      invocations.resume();
      scheduler.resume();
    },
    close: async () => {
      scheduler.close();
      await invocations.close();
    },
  };
}

const LONGEST_TIMER_MS = 2_147_483_647;

class Scheduler {
  readonly #cloud: Cloud;
  readonly #invocations: Outbox<Invocation>;
  readonly #schedules;
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #started = Date.now();
  #running = false;

  constructor(cloud: Cloud, invocations: Outbox<Invocation>) {
    this.#cloud = cloud;
    this.#invocations = invocations;
    this.#schedules = cloud.store.collection<Schedule>('scheduler.schedule');
  }

  create(given: Definition): Output {
    if (this.#schedules.get(given.Name) !== undefined) {
      throw new AwsError('ConflictException', `Schedule ${given.Name} already exists.`, { status: 409 });
    }
    return this.#put(given, Date.now() / 1000);
  }

  /** One that changes nothing does not begin a rate anew. */
  update(given: Definition): Output {
    const known = this.get(given.Name, given.GroupName);
    const { Arn, CreationDate, LastModificationDate } = known;
    if (isDeepStrictEqual(known, { ...given, Arn, CreationDate, LastModificationDate })) return { ScheduleArn: Arn };
    return this.#put(given, CreationDate);
  }

  get(Name: string, GroupName: string): Schedule {
    checkGroup(GroupName);
    const schedule = this.#schedules.get(Name);
    if (schedule !== undefined) return schedule;
    throw new AwsError('ResourceNotFoundException', `Schedule ${Name} does not exist.`, { status: 404 });
  }

  list(prefix?: string, state?: Schedule['State']): object[] {
    return this.#schedules
      .list(prefix)
      .filter(({ value }) => state === undefined || value.State === state)
      .map(({ value: { Arn, CreationDate, GroupName, LastModificationDate, Name, State, Target } }) => ({
        ...{ Arn, CreationDate, GroupName, LastModificationDate, Name, State },
        Target: { Arn: Target.Arn },
      }));
  }

  remove(Name: string, GroupName: string): Output {
    this.#schedules.remove(this.get(Name, GroupName).Name);
    this.#disarm(Name);
    return undefined;
  }

  /** Fires whatever has become due since the cloud began to start. */
  resume(): void {
    this.#running = true;
    for (const { value } of this.#schedules.list()) this.#arm(value, this.#started - 1);
  }

  close(): void {
    this.#running = false;
    for (const Name of [...this.#timers.keys()]) this.#disarm(Name);
  }

  #put(given: Definition, CreationDate: number): Output {
    checkGroup(given.GroupName);
    checkTarget(given.Target.Arn);
    const now = Date.now();
    const Arn = `arn:aws:scheduler:${this.#cloud.region}:${this.#cloud.account}:schedule/${given.GroupName}/${given.Name}`;
    const schedule = { ...given, Arn, CreationDate, LastModificationDate: now / 1000 };
    timesOf(schedule);
    this.#schedules.put(given.Name, schedule);
    // A rate begins at once.
    this.#arm(schedule, now - 1);
    return { ScheduleArn: Arn };
  }

  #arm(schedule: Schedule, after: number): void {
    this.#disarm(schedule.Name);
    if (!this.#running || schedule.State === 'DISABLED') return;
    const next = timesOf(schedule)(after);
    if (next === undefined) return;
    const wait = Math.max(0, next - Date.now());
    const proceed = (): void => {
      if (wait > LONGEST_TIMER_MS) this.#arm(schedule, after);
      else this.#fire(schedule, next);
    };
    this.#timers.set(schedule.Name, setTimeout(proceed, Math.min(wait, LONGEST_TIMER_MS)));
  }

  #fire(schedule: Schedule, time: number): void {
    const scheduledTime = new Date(time).toISOString().replace(/\.\d+Z$/, 'Z');
    const executionId = randomUUID();
    this.#cloud.store.transaction(() => {
      this.#invocations.put(executionId, { schedule, executionId, scheduledTime });
      const last = timesOf(schedule)(time) === undefined;
      if (last && schedule.ActionAfterCompletion === 'DELETE') this.#schedules.remove(schedule.Name);
    });
    this.#arm(schedule, time);
  }

  #disarm(Name: string): void {
    clearTimeout(this.#timers.get(Name));
    this.#timers.delete(Name);
  }
}

function checkGroup(GroupName: string): void {
  if (GroupName === 'default') return;
  throw new AwsError('ResourceNotFoundException', `Schedule group ${GroupName} does not exist.`, { status: 404 });
}

/** The times of a schedule between its start and its end. Throws ValidationException. */
function timesOf(schedule: Schedule): Occurrences {
  const { ScheduleExpression, ScheduleExpressionTimezone, StartDate = 0, EndDate = Infinity } = schedule;
  const anchor = (schedule.StartDate ?? schedule.LastModificationDate) * 1000;
  let times: Occurrences | undefined;
  try {
    times = occurrences(ScheduleExpression, ScheduleExpressionTimezone, anchor);
  } catch (cause) {
    const message = `Invalid Schedule Expression Timezone ${ScheduleExpressionTimezone}.`;
    throw new AwsError('ValidationException', message, { cause });
  }
  if (times === undefined)
    throw new AwsError('ValidationException', `Invalid Schedule Expression ${ScheduleExpression}.`);
  const within = times;
  return (after) => {
    const next = within(Math.max(after, StartDate * 1000 - 1));
    return next !== undefined && next <= EndDate * 1000 ? next : undefined;
  };
}

const UNIVERSAL = 'arn:aws:scheduler:::aws-sdk:sfn:startExecution';

function checkTarget(arn: string): void {
  if (arn === UNIVERSAL || INVOCABLE.has(targetKind(arn).service)) return;
  throw notSupported(`The target ${arn}`);
}

async function invoke(cloud: Cloud, invocation: Invocation, attempt: number): Promise<void> {
  const { schedule, executionId } = invocation;
  const { Arn, RoleArn, Input: template = '{}' } = schedule.Target;
  const caller = roleSession(RoleArn, executionId);
  const payload = withContext(template, {
    'schedule-arn': schedule.Arn,
    'scheduled-time': invocation.scheduledTime,
    'execution-id': executionId,
    'attempt-number': String(attempt),
  });
  if (Arn !== UNIVERSAL) {
    await invokeTarget(cloud, { targetArn: Arn, payload, executionName: executionId, caller });
    return;
  }
  // The universal target takes the members in Pascal case; Step Functions itself has them in camel case.
  const members = Object.entries(JSON.parse(payload) as Input);
  const input = Object.fromEntries(members.map(([key, value]) => [key.charAt(0).toLowerCase() + key.slice(1), value]));
  await startOnce(() => cloud.call('states', 'StartExecution', { name: executionId, ...input }, caller));
}

/** https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html */
const withContext = (template: string, context: Readonly<Record<string, string>>): string =>
  template.replace(/<aws\.scheduler\.([a-z-]+)>/g, (keyword, name: string) => context[name] ?? keyword);
