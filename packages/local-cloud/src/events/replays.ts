import { z } from 'zod';
import { AwsError, type Cloud, type Operation, type Output } from '../aws.ts';
import { operation } from '../operation.ts';
import type { Archives } from './archives.ts';
import { Outbox } from './outbox.ts';
import type { EventEnvelope } from './putEvents.ts';
import { Description, inPages, NamePrefix, nameOf } from './requests.ts';

/** How many events go to their rules in one transaction. */
const BATCH = 100;

const ReplayName = nameOf(64);
/** Epoch seconds of the years that an event's time can have. */
const time = z.number().min(0).max(253_402_300_799);
const arn = z.string().max(1600);
const newReplay = {
  ReplayName,
  Description,
  EventSourceArn: arn,
  EventStartTime: time,
  EventEndTime: time,
  /** AWS does not say what no rule at all would mean. */
  Destination: z.strictObject({ Arn: arn, FilterArns: z.array(arn).min(1).optional() }),
};
type NewReplay = z.output<z.ZodObject<typeof newReplay>>;

type State = 'STARTING' | 'RUNNING' | 'CANCELLING' | 'CANCELLED' | 'COMPLETED' | 'FAILED';
const UNDER_WAY: readonly State[] = ['STARTING', 'RUNNING'];

/** The times are in epoch seconds. */
interface Replay extends NewReplay {
  readonly ReplayArn: string;
  readonly State: State;
  readonly StateReason?: string;
  readonly ReplayStartTime: number;
  readonly ReplayEndTime?: number;
  readonly EventLastReplayedTime?: number;
}

/** An event that comes from an archive, as targets get it. */
export interface ReplayedEvent extends EventEnvelope {
  readonly 'replay-name': string;
}

/** The buses that archives belong to. Each throws for what does not exist. */
export interface Buses {
  bus(arn: string): { readonly Arn: string; readonly Name: string };
  rules(bus: { readonly Name: string }): readonly { readonly Arn: string }[];
  /** Promises an event to the targets of those rules that match it, and are named if any are. */
  replay(event: ReplayedEvent, destination: NewReplay['Destination']): void;
}

export const replayOperations = (replays: Replays): Readonly<Record<string, Operation>> => ({
  StartReplay: operation(newReplay, (input) => replays.start(input)),
  DescribeReplay: operation({ ReplayName }, (input) => ({ ...replays.replay(input.ReplayName) })),
  ListReplays: inPages('Replays', 'ReplayName', { NamePrefix }, (input) => replays.list(input.NamePrefix)),
  CancelReplay: operation({ ReplayName }, (input) => replays.cancel(input.ReplayName)),
});

/**
 * Brings archived events to the rules of their bus again, or to those that are named, batch by batch: each is a
 * transaction, so that a replay goes on after a kill where it was.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-replay-archived-event.html
 */
export class Replays {
  readonly #cloud: Cloud;
  readonly #archives: Archives;
  readonly #buses: Buses;
  readonly #replays;
  /** Where each is, in its archive. */
  readonly #places;
  readonly #steps: Outbox<string>;

  constructor(cloud: Cloud, archives: Archives, buses: Buses) {
    this.#cloud = cloud;
    this.#archives = archives;
    this.#buses = buses;
    this.#replays = cloud.store.collection<Replay>('events.replay');
    this.#places = cloud.store.collection<string>('events.replayPlace');
    this.#steps = new Outbox(cloud, 'events.replayStep', {
      deliver: (name) => this.#step(name),
      giveUp: (name, { error }) => {
        this.#end(this.replay(name), 'FAILED', error instanceof Error ? error.message : String(error));
        return Promise.resolve();
      },
    });
  }

  start(given: NewReplay): Output {
    const { ReplayName: name, EventSourceArn, EventStartTime, EventEndTime, Destination } = given;
    if (!Destination.Arn.includes(':event-bus/')) throw invalid('Destination.Arn', 'Must contain an event bus ARN.');
    const bus = this.#buses.bus(Destination.Arn);
    const archiveName = nameIn(EventSourceArn);
    const archive = this.#archives.find(archiveName);
    if (archive === undefined) throw invalid('EventSourceArn', `Archive ${archiveName} does not exist.`);
    if (archive.EventSourceArn !== bus.Arn) {
      throw invalid('Destination.Arn', 'Cross event bus replay is not permitted.');
    }
    if (EventStartTime >= EventEndTime) throw invalid('EventEndTime', 'EventStartTime must be before EventEndTime.');
    const rules = this.#buses.rules(bus).map(({ Arn }) => Arn);
    const unknown = Destination.FilterArns?.find((rule) => !rules.includes(rule));
    // What AWS does is not known; a replay that silently reaches nobody would help nobody.
    if (unknown !== undefined) {
      throw new AwsError('ResourceNotFoundException', `Rule ${unknown} does not exist on EventBus ${bus.Name}.`);
    }
    if (this.#replays.get(name) !== undefined) {
      throw new AwsError('ResourceAlreadyExistsException', `Replay ${name} already exists.`);
    }
    const ReplayArn = EventSourceArn.replace(/:archive\/.*/, `:replay/${name}`);
    const ReplayStartTime = Date.now() / 1000;
    this.#cloud.store.transaction(() => {
      this.#replays.put(name, { ...given, ReplayArn, ReplayStartTime, State: 'STARTING' });
      this.#steps.put(name, name);
    });
    return { ReplayArn, State: 'STARTING', ReplayStartTime };
  }

  replay(name: string): Replay {
    const replay = this.#replays.get(name);
    if (replay !== undefined) return replay;
    throw new AwsError('ResourceNotFoundException', `Replay ${name} does not exist.`);
  }

  /** A list tells less than a description. */
  list(prefix?: string): Output[] {
    const absent = { ReplayArn: undefined, Description: undefined, Destination: undefined };
    return this.#replays.list(prefix).map(({ value }) => ({ ...value, ...absent }));
  }

  cancel(name: string): Output {
    const replay = this.replay(name);
    if (!UNDER_WAY.includes(replay.State)) {
      throw new AwsError('IllegalStatusException', `Replay ${name} is not in a valid state for this operation.`);
    }
    this.#replays.put(name, { ...replay, State: 'CANCELLING' });
    return { ReplayArn: replay.ReplayArn, State: 'CANCELLING' };
  }

  resume(): void {
    this.#steps.resume();
  }

  close(): Promise<void> {
    return this.#steps.close();
  }

  async #step(name: string): Promise<void> {
    const archive = this.#archives.archive(nameIn(this.replay(name).EventSourceArn));
    await this.#archives.useKey(archive);
    this.#cloud.store.transaction(() => {
      const replay = this.replay(name);
      if (replay.State === 'CANCELLING') this.#end(replay, 'CANCELLED');
      // A step may come twice when a kill falls between its transaction and its removal from the outbox.
      if (!UNDER_WAY.includes(replay.State)) return;
      const batch = this.#archives.read(archive, replay, this.#places.get(name), BATCH);
      const last = batch.at(-1);
      if (last === undefined) {
        this.#end(replay, 'COMPLETED');
        return;
      }
      for (const { event } of batch) this.#buses.replay(replayed(event, name), replay.Destination);
      const EventLastReplayedTime = Date.parse(last.event.time) / 1000;
      this.#replays.put(name, { ...replay, State: 'RUNNING', EventLastReplayedTime });
      this.#places.put(name, last.place);
      this.#steps.put(`${name}/${last.place}`, name);
    });
  }

  #end(replay: Replay, State: State, StateReason?: string): void {
    const reason = StateReason === undefined ? {} : { StateReason: StateReason.slice(0, 512) };
    this.#replays.put(replay.ReplayName, { ...replay, State, ...reason, ReplayEndTime: Date.now() / 1000 });
  }
}

/** The field stands where AWS puts it. */
function replayed({ resources, detail, ...head }: EventEnvelope, name: string): ReplayedEvent {
  return { ...head, 'replay-name': name, resources, detail };
}

const nameIn = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);

const invalid = (parameter: string, reason: string): AwsError =>
  new AwsError('ValidationException', `Parameter ${parameter} is not valid. Reason: ${reason}`);
