import { createHash } from 'node:crypto';
import { internally, type Caller, type Cloud, type Input } from '../aws.ts';
import { systemClock } from '../asl/clock.ts';
import type { Json, Machine } from '../asl/definition.ts';
import type { Change } from '../asl/draft.ts';
import { redriven, rootId, type End, type Frame, type HistoryEvent } from '../asl/frame.ts';
import { parseDefinition } from '../asl/parse.ts';
import { Run, type Execution } from '../asl/run.ts';
import { Outbox } from '../events/outbox.ts';
import { doTask, stopOf } from './tasks.ts';

/** An execution as it is kept. Times are epoch milliseconds; input and output are JSON text. */
export interface ExecutionRecord {
  readonly arn: string;
  readonly name: string;
  readonly machineArn: string;
  readonly machineName: string;
  readonly machineUpdated?: number | undefined;
  /** The definition is kept once for all executions that run it, under its SHA-256. */
  readonly definitionDigest: string;
  readonly roleArn: string;
  readonly input: string;
  readonly started: number;
  readonly status: 'RUNNING' | End['status'];
  readonly stopped?: number | undefined;
  readonly output?: string | undefined;
  readonly error?: string | undefined;
  readonly cause?: string | undefined;
  readonly redriveCount: number;
  readonly redriven?: number | undefined;
}

type StoredEvent = Omit<HistoryEvent, 'id'>;

/** A call that has to be made at least once, whatever happens to the process. */
export interface Call {
  readonly service: string;
  readonly operation: string;
  readonly input: Input;
  readonly caller: Caller;
}

/** Runs executions and keeps, in one transaction for each step, what they have come to. */
export class Executions {
  readonly #cloud: Cloud;
  readonly #records;
  readonly #frames;
  readonly #outbox;
  readonly #definitions;
  readonly #machines = new Map<string, Machine>();
  readonly #runs = new Map<string, Run>();
  readonly #finishing = new Set<Promise<void>>();

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
    this.#records = cloud.store.collection<ExecutionRecord>('states.execution');
    this.#definitions = cloud.store.collection<string>('states.definition');
    this.#frames = cloud.store.collection<Frame>('states.frame');
    // Status events and stops of jobs: noted in the transaction that causes them, done after it.
    this.#outbox = new Outbox<Call>(cloud, 'states.outbox', {
      async deliver({ service, operation, input, caller }) {
        const { FailedEntryCount: failed = 0, ...answer } = await cloud.call(service, operation, input, caller);
        if (failed !== 0) throw new Error(JSON.stringify(answer));
      },
      giveUp({ operation }, { error }) {
        // E.g. a job that has ended by itself.
        cloud.log(`states: ${operation} was refused: ${String(error)}`);
        return Promise.resolve();
      },
    });
  }

  get(arn: string): ExecutionRecord | undefined {
    return this.#records.get(arn);
  }

  list(prefix: string): ExecutionRecord[] {
    return this.#records.list(prefix).map(({ value }) => value);
  }

  history(arn: string): HistoryEvent[] {
    return this.#log(arn)
      .read()
      .map(({ id, value }) => ({ id, ...value }));
  }

  run(arn: string): Run | undefined {
    return this.#runs.get(arn);
  }

  start({ definition, ...given }: Omit<ExecutionRecord, 'definitionDigest'> & { definition: string }): void {
    const record = { ...given, definitionDigest: createHash('sha256').update(definition).digest('hex') };
    this.#cloud.store.transaction(() => {
      this.#definitions.put(record.definitionDigest, definition);
      this.#put(record);
    });
    this.#drive(record);
  }

  /** The text that the execution runs, whatever became of its machine. */
  definitionOf({ definitionDigest }: ExecutionRecord): string {
    return this.#definitions.get(definitionDigest) ?? '';
  }

  /** Sets a failed, timed out or aborted execution to go on. */
  redrive(before: ExecutionRecord): ExecutionRecord {
    const now = Date.now();
    const record: ExecutionRecord = {
      ...before,
      status: 'RUNNING',
      stopped: undefined,
      error: undefined,
      cause: undefined,
      redriveCount: before.redriveCount + 1,
      redriven: now,
    };
    this.#cloud.store.transaction(() => {
      const previousEventId = this.history(before.arn).at(-1)?.id ?? 0;
      const event = {
        previousEventId,
        timestamp: now,
        type: 'ExecutionRedriven',
        details: { executionRedrivenEventDetails: { redriveCount: record.redriveCount } },
      };
      const lastEvent = this.#log(before.arn).append(event);
      for (const frame of redriven(this.#framesOf(before.arn))) {
        this.#putFrame(before.arn, frame.id === rootId ? { ...frame, lastEvent } : frame);
      }
      this.#put(record);
    });
    this.#drive(record);
    return record;
  }

  resume(): void {
    this.#outbox.resume();
    for (const { value } of this.#records.list()) if (value.status === 'RUNNING') this.#drive(value);
  }

  async close(): Promise<void> {
    for (const run of this.#runs.values()) run.halt();
    await Promise.all(this.#finishing);
    await this.#outbox.close();
  }

  #drive(record: ExecutionRecord): void {
    const progress = { frames: this.#framesOf(record.arn), lastEvent: this.history(record.arn).length };
    const execution = asExecution(this.#cloud, record, this.#machineOf(record));
    const run = new Run(execution, progress, {
      clock: systemClock,
      task: (call, signal) => doTask(this.#cloud, call, signal),
      commit: (change) => {
        this.#commit(execution, change);
      },
      random: Math.random,
    });
    this.#runs.set(record.arn, run);
    const finishing = run
      .finish()
      .then(() => undefined)
      .catch((error: unknown) => {
        this.#cloud.log(`states: ${record.arn} stands still until the next start: ${String((error as Error).stack)}`);
      })
      .finally(() => {
        if (this.#runs.get(record.arn) === run) this.#runs.delete(record.arn);
        this.#finishing.delete(finishing);
      });
    this.#finishing.add(finishing);
  }

  /** Hundreds of executions run the same few definitions, which were checked when they were created. */
  #machineOf(record: ExecutionRecord): Machine {
    const machine = this.#machines.get(record.definitionDigest) ?? parseDefinition(this.definitionOf(record));
    this.#machines.set(record.definitionDigest, machine);
    return machine;
  }

  #commit(execution: Execution, change: Change): void {
    this.#cloud.store.transaction(() => {
      const log = this.#log(execution.id);
      for (const { id, ...event } of change.events) {
        if (log.append(event) !== id) throw new Error(`The history of ${execution.id} has no place for event ${id}.`);
      }
      for (const frame of change.frames) this.#putFrame(execution.id, frame);
      for (const id of change.removed) this.#frames.remove(`${execution.id}/${id}`);
      for (const attempt of change.abandoned) {
        const stop = stopOf(execution, attempt);
        if (stop !== undefined) this.#outbox.put(`${execution.id}/${attempt.id}`, stop);
      }
      if (change.end !== undefined) this.#end(execution.id, change.end);
    });
  }

  #end(arn: string, end: End): void {
    const record = this.#records.get(arn);
    if (record === undefined) throw new Error(`There is no execution ${arn}.`);
    const outcome = 'output' in end ? { status: end.status, output: JSON.stringify(end.output) } : end;
    this.#put({ ...record, ...outcome, stopped: Date.now() });
    if (end.status !== 'SUCCEEDED') return;
    for (const { key } of this.#frames.list(`${arn}/`)) this.#frames.remove(key);
  }

  /** Every new status is told to EventBridge. */
  #put(record: ExecutionRecord): void {
    this.#records.put(record.arn, record);
    this.#outbox.put(`${record.arn}/${record.status}/${record.redriveCount}`, {
      service: 'events',
      operation: 'PutEvents',
      input: { Entries: [statusChange(record)] },
      caller: internally('states'),
    });
  }

  #putFrame(arn: string, frame: Frame): void {
    this.#frames.put(`${arn}/${frame.id}`, frame);
  }

  #framesOf(arn: string): Frame[] {
    return this.#frames.list(`${arn}/`).map(({ value }) => value);
  }

  #log(arn: string) {
    return this.#cloud.store.log<StoredEvent>(`states.history/${arn}`);
  }
}

function asExecution(cloud: Cloud, record: ExecutionRecord, definition: Machine): Execution {
  return {
    id: record.arn,
    name: record.name,
    region: cloud.region,
    input: JSON.parse(record.input) as Json,
    roleArn: record.roleArn,
    startTime: record.started,
    redriveCount: record.redriveCount,
    redriveTime: record.redriven,
    machine: { id: record.machineArn, name: record.machineName },
    definition,
  };
}

/** Input and output together may not be longer in an event. */
const EVENT_DATA_BYTES = 248 * 1024;

/** https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html */
function statusChange(record: ExecutionRecord) {
  const included = Buffer.byteLength(record.input + (record.output ?? '')) <= EVENT_DATA_BYTES;
  const detail = {
    executionArn: record.arn,
    stateMachineArn: record.machineArn,
    name: record.name,
    status: record.status,
    startDate: record.started,
    stopDate: record.stopped ?? null,
    input: included ? record.input : null,
    output: included ? (record.output ?? null) : null,
    stateMachineVersionArn: null,
    stateMachineAliasArn: null,
    redriveCount: record.redriveCount,
    redriveDate: record.redriven ?? null,
    redriveStatusReason: null,
    ...redriveStatus(record),
    inputDetails: { included },
    outputDetails: record.output === undefined ? null : { included },
    error: record.error ?? null,
    cause: record.cause ?? null,
  };
  return {
    Source: 'aws.states',
    DetailType: 'Step Functions Execution Status Change',
    Time: (record.stopped ?? record.redriven ?? record.started) / 1000,
    Resources: [record.arn],
    Detail: JSON.stringify(detail),
  };
}

const REDRIVABLE_MS = 14 * 24 * 3_600_000;

/** Whether RedriveExecution would take it, and if not, why. */
export function redriveStatus({ status, stopped }: ExecutionRecord): {
  redriveStatus: 'REDRIVABLE' | 'NOT_REDRIVABLE';
  redriveStatusReason?: string;
} {
  const no = (redriveStatusReason: string) => ({ redriveStatus: 'NOT_REDRIVABLE' as const, redriveStatusReason });
  if (status === 'RUNNING' || status === 'SUCCEEDED') return no(`Execution is ${status} and cannot be redriven`);
  if (Date.now() - (stopped ?? 0) > REDRIVABLE_MS) return no('Execution redrivable period exceeded');
  return { redriveStatus: 'REDRIVABLE' };
}
