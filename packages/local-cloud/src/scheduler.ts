import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { AwsError, arnOf, roleSession, servicePrincipal, type Cloud, type Output, type Service } from './aws.ts';
import { assumeRole } from './authorize.ts';
import { createDeliveries, requestOf, type Delivery } from './events/delivery.ts';
import type { Outbox } from './events/outbox.ts';
import { operation } from './operation.ts';
import { paging } from './paging.ts';
import { occurrences, type Occurrences } from './schedule.ts';

const Name = z.string().regex(/^[0-9a-zA-Z-_.]{1,64}$/);
const State = z.enum(['ENABLED', 'DISABLED']);
const definition = {
  Name,
  ScheduleExpression: z.string().max(256),
  State: State.default('ENABLED'),
  FlexibleTimeWindow: z.strictObject({ Mode: z.literal('OFF') }),
  Target: z.strictObject({
    Arn: z.string().max(1600),
    RoleArn: z.string().min(1).max(1600),
    Input: z.string().default('{}'),
    DeadLetterConfig: z.strictObject({ Arn: z.string().optional() }).optional(),
  }),
};
/** Without the token of the request, which only tells one call from another. */
const kept = z.object(definition);
const token = { ClientToken: z.string().optional() };
type Definition = z.output<typeof kept>;

const inPages = paging({ size: 'MaxResults', token: 'NextToken', most: 100 });
/** The only group there is. */
const GROUP = 'default';
const GroupName = z.string().optional();

/** Dates are epoch seconds. */
interface Schedule extends Definition {
  readonly Arn: string;
  readonly GroupName: typeof GROUP;
  readonly CreationDate: number;
  readonly LastModificationDate: number;
}

/** EventBridge Scheduler. A schedule fires while the cloud runs; times that pass while it does not are skipped. */
export function createScheduler(cloud: Cloud): Service {
  const deliveries = createDeliveries(cloud, 'scheduler.delivery');
  const scheduler = new Scheduler(cloud, deliveries);
  return {
    name: 'scheduler',
    operations: {
      CreateSchedule: operation({ ...definition, ...token }, (given) => scheduler.create(kept.parse(given))),
      UpdateSchedule: operation({ ...definition, ...token }, (given) => scheduler.update(kept.parse(given))),
      GetSchedule: operation({ Name, GroupName }, (input) => ({ ...scheduler.get(input.Name, input.GroupName) })),
      ListSchedules: inPages(
        'Schedules',
        'Arn',
        { NamePrefix: z.string().optional(), State: State.optional(), GroupName },
        (input) => ((input.GroupName ?? GROUP) === GROUP ? scheduler.list(input.NamePrefix, input.State) : []),
      ),
      DeleteSchedule: operation({ Name, ...token }, (input) => scheduler.remove(input.Name)),
    },
    resume: () => {
      deliveries.resume();
      scheduler.resume();
    },
    close: async () => {
      scheduler.close();
      await deliveries.close();
    },
  };
}

const LONGEST_TIMER_MS = 2_147_483_647;

class Scheduler {
  readonly #cloud: Cloud;
  readonly #deliveries: Outbox<Delivery>;
  readonly #schedules;
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #started = Date.now();
  #running = false;

  constructor(cloud: Cloud, deliveries: Outbox<Delivery>) {
    this.#cloud = cloud;
    this.#deliveries = deliveries;
    this.#schedules = cloud.store.collection<Schedule>('scheduler.schedule');
  }

  async create(given: Definition): Promise<Output> {
    if (this.#schedules.get(given.Name) !== undefined) {
      throw new AwsError('ConflictException', `Schedule ${given.Name} already exists.`, { status: 409 });
    }
    return this.#put(given, Date.now() / 1000);
  }

  /** One that changes nothing does not begin a rate anew. */
  async update(given: Definition): Promise<Output> {
    const known = this.get(given.Name);
    if (isDeepStrictEqual(known, { ...known, ...given })) return { ScheduleArn: known.Arn };
    return this.#put(given, known.CreationDate);
  }

  get(name: string, group: string = GROUP): Schedule {
    const schedule = this.#schedules.get(name);
    if (schedule !== undefined && group === GROUP) return schedule;
    throw new AwsError('ResourceNotFoundException', `Schedule ${name} does not exist.`, { status: 404 });
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

  remove(name: string): Output {
    this.#schedules.remove(this.get(name).Name);
    this.#disarm(name);
    return undefined;
  }

  /** Fires whatever has become due since the cloud began to start. */
  resume(): void {
    this.#running = true;
    for (const { value } of this.#schedules.list()) this.#arm(value, this.#started - 1);
  }

  close(): void {
    this.#running = false;
    for (const name of this.#timers.keys()) this.#disarm(name);
  }

  async #put(given: Definition, CreationDate: number): Promise<Output> {
    await this.#checkRole(given.Target.RoleArn);
    const now = Date.now();
    const Arn = arnOf(this.#cloud, 'scheduler', `schedule/${GROUP}/${given.Name}`);
    const schedule = { ...given, Arn, GroupName: GROUP, CreationDate, LastModificationDate: now / 1000 } as const;
    timesOf(schedule);
    requestOf(this.#cloud, this.#delivery(schedule, now));
    this.#schedules.put(given.Name, schedule);
    // A rate begins at once.
    this.#arm(schedule, now - 1);
    return { ScheduleArn: Arn };
  }

  /** What stands in a trust policy is the schedule's group. https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html */
  async #checkRole(arn: string): Promise<void> {
    const group = arnOf(this.#cloud, 'scheduler', `schedule-group/${GROUP}`);
    const role = { arn, sessionName: 'scheduler' };
    await assumeRole(this.#cloud, servicePrincipal('scheduler', group), role).catch((cause: unknown) => {
      const message = 'The execution role you provide must allow AWS EventBridge Scheduler to assume the role.';
      throw new AwsError('ValidationException', message, { cause });
    });
  }

  #arm(schedule: Schedule, after: number): void {
    this.#disarm(schedule.Name);
    if (!this.#running || schedule.State === 'DISABLED') return;
    const next = timesOf(schedule)(after);
    if (next === undefined) return;
    const wait = Math.max(0, next - Date.now());
    const proceed = (): void => {
      if (wait <= LONGEST_TIMER_MS) {
        const delivery = this.#delivery(schedule, next);
        this.#deliveries.put(delivery.id, delivery);
      }
      this.#arm(schedule, wait <= LONGEST_TIMER_MS ? next : after);
    };
    this.#timers.set(schedule.Name, setTimeout(proceed, Math.min(wait, LONGEST_TIMER_MS)));
  }

  #delivery({ Arn, Target }: Schedule, time: number): Delivery {
    const id = randomUUID();
    const scheduledTime = new Date(time).toISOString().replace(/\.\d+Z$/, 'Z');
    return {
      id,
      target: Target.Arn,
      payload: withContext(Target.Input, {
        'schedule-arn': Arn,
        'scheduled-time': scheduledTime,
        'execution-id': id,
      }),
      caller: roleSession(Target.RoleArn, id),
      deadLetters: Target.DeadLetterConfig?.Arn,
      origin: { SCHEDULE_ARN: Arn, SCHEDULED_TIME: scheduledTime, EXECUTION_ID: id },
    };
  }

  #disarm(name: string): void {
    clearTimeout(this.#timers.get(name));
    this.#timers.delete(name);
  }
}

/** Throws ValidationException. */
function timesOf({ ScheduleExpression, LastModificationDate }: Schedule): Occurrences {
  const times = occurrences(ScheduleExpression, LastModificationDate * 1000);
  if (times !== undefined) return times;
  throw new AwsError('ValidationException', `Invalid Schedule Expression ${ScheduleExpression}.`);
}

/** https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html */
const withContext = (template: string, context: Readonly<Record<string, string>>): string =>
  template.replace(/<aws\.scheduler\.([a-z-]+)>/g, (keyword, name: string) => context[name] ?? keyword);
