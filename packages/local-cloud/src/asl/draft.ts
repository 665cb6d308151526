/** What one step changes, collected first and then journalled as one. */
import type { EventSpec } from './events.ts';
import { aside } from './events.ts';
import type { Attempt, End, Frame, HistoryEvent } from './frame.ts';

export interface Change {
  readonly events: readonly HistoryEvent[];
  readonly frames: readonly Frame[];
  readonly removed: readonly string[];
  /** Attempts that nobody waits for any more: their jobs are to be stopped. */
  readonly abandoned: readonly Attempt[];
  readonly end?: End;
}

export class Draft {
  end: End | undefined;
  lastEvent: number;
  readonly #now: number;
  readonly #before: ReadonlyMap<string, Frame>;
  readonly #frames = new Map<string, Frame>();
  readonly #removed = new Set<string>();
  readonly #events: HistoryEvent[] = [];
  readonly #abandoned: Attempt[] = [];

  constructor(before: ReadonlyMap<string, Frame>, lastEvent: number, now: number) {
    this.#before = before;
    this.lastEvent = lastEvent;
    this.#now = now;
  }

  frame(id: string): Frame {
    const frame = this.#removed.has(id) ? undefined : (this.#frames.get(id) ?? this.#before.get(id));
    if (frame === undefined) throw new Error(`There is no frame ${id}.`);
    return frame;
  }

  put(frame: Frame): void {
    this.#removed.delete(frame.id);
    this.#frames.set(frame.id, frame);
  }

  patch(id: string, patch: Partial<Frame>): void {
    this.put({ ...this.frame(id), ...patch });
  }

  /** Appends an event to the history, after the frame's last one; returns its id. */
  event(frameId: string, spec: EventSpec): number {
    const frame = this.frame(frameId);
    this.lastEvent += 1;
    const id = this.lastEvent;
    this.#events.push({ id, previousEventId: frame.lastEvent, timestamp: this.#now, ...spec });
    if (!aside(spec.type)) this.patch(frameId, { lastEvent: id });
    return id;
  }

  /** Every frame inside `id`, at any depth, in order. */
  inside(id: string): Frame[] {
    const ids = new Set([...this.#before.keys(), ...this.#frames.keys()]);
    return [...ids]
      .filter((each) => each.startsWith(`${id}.`) && !this.#removed.has(each))
      .sort((one, other) => one.localeCompare(other, 'en', { numeric: true }))
      .map((each) => this.frame(each));
  }

  removeInside(id: string): void {
    for (const frame of this.inside(id)) {
      this.#removed.add(frame.id);
      this.#frames.delete(frame.id);
    }
  }

  /** Nothing waits for this frame any more; when it is redriven, its present state starts over. */
  abandon(frame: Frame): void {
    if (frame.at.phase === 'task') this.#abandoned.push(frame.at.attempt);
    const { phase } = frame.at;
    if (phase === 'task' || phase === 'wait' || phase === 'retry') this.patch(frame.id, { at: { phase: 'work' } });
  }

  /** The execution is over. */
  abandonAll(): void {
    for (const id of new Set([...this.#before.keys(), ...this.#frames.keys()])) {
      if (!this.#removed.has(id)) this.abandon(this.frame(id));
    }
  }

  change(): Change {
    return {
      events: this.#events,
      frames: [...this.#frames.values()],
      removed: [...this.#removed],
      abandoned: this.#abandoned,
      ...(this.end === undefined ? {} : { end: this.end }),
    };
  }
}
