/** What one step changes, collected first and then journalled as one. */
import { splitResource, type Json } from './definition.ts';
import { rootId, type Attempt, type Details, type End, type Frame, type HistoryEvent } from './frame.ts';

export interface Change {
  readonly events: readonly HistoryEvent[];
  readonly frames: readonly Frame[];
  readonly removed: readonly string[];
  /** Attempts that nobody waits for any more: their jobs are to be stopped. */
  readonly abandoned: readonly Attempt[];
  readonly end?: End | undefined;
}

/** What a step has come to. */
export type Note = (draft: Draft) => void;

export class Draft {
  end: End | undefined;
  lastEvent: number;
  readonly frames: Map<string, Frame>;
  readonly #now: number;
  readonly #touched = new Set<string>();
  readonly #events: HistoryEvent[] = [];
  readonly #abandoned: Attempt[] = [];

  constructor(before: ReadonlyMap<string, Frame>, lastEvent: number, now: number) {
    this.frames = new Map(before);
    this.lastEvent = lastEvent;
    this.#now = now;
  }

  frame(id: string): Frame {
    const frame = this.frames.get(id);
    if (frame === undefined) throw new Error(`There is no frame ${id}.`);
    return frame;
  }

  put(frame: Frame): void {
    this.frames.set(frame.id, frame);
    this.#touched.add(frame.id);
  }

  patch(id: string, patch: Partial<Frame>): void {
    this.put({ ...this.frame(id), ...patch });
  }

  /** Appends an event to the history, after the frame's last one; returns its id. */
  event(frameId: string, type: string, details?: Details): number {
    const id = (this.lastEvent += 1);
    this.#events.push({
      id,
      previousEventId: this.frame(frameId).lastEvent,
      timestamp: this.#now,
      type,
      ...(details === undefined ? {} : { details: { [detailsOf(type)]: details } }),
    });
    if (!aside.test(type)) this.patch(frameId, { lastEvent: id });
    return id;
  }

  /** An event of a task: `LambdaFunction...` where the resource is a function's own ARN, `Task...` elsewhere. */
  taskEvent(frameId: string, what: TaskEvent, attempt: Attempt, details: Details = {}): void {
    const { type: resourceType, resource, direct } = splitResource(attempt.resource);
    if (!direct) this.event(frameId, `Task${what}`, { resourceType, resource, ...details });
    else this.event(frameId, `LambdaFunction${what}`, what === 'Started' ? undefined : details);
  }

  iterationEvent({ id, item }: Frame, what: 'Started' | 'Succeeded' | 'Failed' | 'Aborted'): void {
    if (item !== undefined) this.event(id, `MapIteration${what}`, { name: item.name, index: item.index });
  }

  /** Every frame inside `id`, at any depth. */
  inside(id: string): Frame[] {
    return [...this.frames.values()].filter((frame) => frame.id.startsWith(`${id}.`));
  }

  removeInside(id: string): void {
    for (const frame of this.inside(id)) {
      this.frames.delete(frame.id);
      this.#touched.add(frame.id);
    }
  }

  /** Nothing waits for this frame any more. */
  abandon({ id, at }: Frame): void {
    if (at.phase !== 'task') return;
    this.#abandoned.push(at.attempt);
    this.patch(id, { at: { phase: 'work' } });
  }

  /** The execution is over. */
  abandonAll(): void {
    for (const frame of [this.frame(rootId), ...this.inside(rootId)]) this.abandon(frame);
  }

  change(): Change {
    const touched = [...this.#touched];
    return {
      events: this.#events,
      frames: touched.map((id) => this.frames.get(id)).filter((frame) => frame !== undefined),
      removed: touched.filter((id) => !this.frames.has(id)),
      abandoned: this.#abandoned,
      end: this.end,
    };
  }
}

type TaskEvent = 'Scheduled' | 'Started' | 'Submitted' | 'SubmitFailed' | 'Succeeded' | 'Failed' | 'TimedOut';

/** Data as history events carry it. */
export const text = (name: 'input' | 'output', value: Json): Details => ({
  [name]: JSON.stringify(value),
  [`${name}Details`]: { truncated: false },
});

/** Entering and leaving has one member for all types of states. */
function detailsOf(type: string): string {
  const name = /State(Entered|Exited)$/.exec(type)?.[0] ?? type;
  return `${name.charAt(0).toLowerCase()}${name.slice(1)}EventDetails`;
}

/** Events that the next event of a frame does not follow. https://github.com/floci-io/floci/pull/3167 (measured on AWS) */
const aside = /^(Map|Parallel)StateSucceeded$|^MapIterationFailed$|StateAborted$/;
