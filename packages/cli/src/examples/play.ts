import { setTimeout as delay } from 'node:timers/promises';
import { CommandError } from '../errors.ts';
import type { Served } from '../local/localCloud.ts';
import { readTemplate } from '../watch/servicePackage.ts';
import { readExamples } from './example.ts';
import type { Observation } from './observed.ts';
import { Observer } from './observer.ts';
import { Performer } from './perform.ts';
import { valuesOfPlay } from './alone.ts';

interface Stage {
  readonly cloud: Served;
  readonly state: string;
  readonly show: (...seen: Observation) => void;
}

/** A message may be on its way between two queues: so many looks in a row have to find nothing to do. */
const LOOKS_AT_REST = 3;
const LOOK_MS = 250;

/** Plays a service's examples, and shows all that it does. */
export class Player {
  readonly #service: string;
  readonly #stage: Stage;
  readonly #observer: Observer;
  readonly #performer: Performer;
  #closed = false;
  #play = new AbortController();

  private constructor(service: string, stage: Stage, observer: Observer) {
    this.#service = service;
    this.#stage = stage;
    this.#observer = observer;
    this.#performer = new Performer(stage.cloud);
  }

  static async of(service: string, stage: Stage): Promise<Player> {
    const observer = await Observer.of(stage.cloud, { ...stage, template: await readTemplate(service) });
    return new Player(service, stage, observer);
  }

  /** Shows what happens, until it is closed. */
  async observe(): Promise<void> {
    while (!this.#closed) await this.#observer.look();
  }

  /** Plays all examples, in place of a play that is under way. What that one has begun goes on. */
  async play(): Promise<void> {
    this.#play.abort();
    this.#play = new AbortController();
    const { signal } = this.#play;
    const { show } = this.#stage;
    try {
      for (const { title, before, events, folder } of await readExamples(this.#service, valuesOfPlay(new Date()))) {
        show('example', title);
        for (const call of before) show('before', await this.#performer.perform(call, folder));
        for (const call of events) {
          show('put', await this.#performer.perform(call, folder));
          await this.#rest(signal);
          if (signal.aborted) return;
        }
        show('rest', 'nothing is left to do');
      }
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof Error)) throw error;
      show('refused', error instanceof CommandError ? error.message : `${error.name}: ${error.message}`);
    }
  }

  close(): void {
    this.#closed = true;
    this.#play.abort();
    this.#observer.close();
    this.#performer.close();
  }

  async #rest(signal: AbortSignal): Promise<void> {
    for (let looks = 0; looks < LOOKS_AT_REST && !signal.aborted;) {
      await delay(LOOK_MS);
      looks = (await this.#observer.atRest()) ? looks + 1 : 0;
    }
  }
}
