import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { CLOSED, killSurvivor, type ChildIdentity, type ChildSpec, type Program } from './child.ts';

/** What the launching process is told: to start a program, or to end one. */
export type Order =
  { readonly id: number; readonly program: Program } | { readonly id: number; readonly atOnce: boolean };

/** What it says of a program: that it runs, that it has ended, or why it could not be started. */
export type Answer =
  | { readonly id: number; readonly identity: ChildIdentity }
  | { readonly id: number; readonly exitCode: number }
  | { readonly id: number; readonly problem: string };

interface Pending extends Pick<ChildSpec, 'started'> {
  identity?: ChildIdentity;
  readonly resolve: (exitCode: number) => void;
  readonly reject: (error: Error) => void;
}

/** Runs programs by way of a small process of its own, which is there from the first program on. */
export class Launcher {
  readonly #pending = new Map<number, Pending>();
  #process: ChildProcess | undefined;
  #count = 0;

  /** As `runChild`: resolves to the exit code; rejects when the program cannot be started. */
  async run({ signal, started, command, cwd, env, logFile }: ChildSpec): Promise<number> {
    signal.throwIfAborted();
    const launching = (this.#process ??= this.#open());
    const id = (this.#count += 1);
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    this.#pending.set(id, { started, resolve, reject });
    const end = () => {
      launching.send({ id, atOnce: signal.reason === CLOSED } satisfies Order);
    };
    signal.addEventListener('abort', end, { once: true });
    launching.send({ id, program: { command, cwd, env, logFile } } satisfies Order);
    try {
      return await promise;
    } finally {
      signal.removeEventListener('abort', end);
      this.#pending.delete(id);
    }
  }

  /** To be called when nothing runs any more. */
  async close(): Promise<void> {
    const launching = this.#process;
    if (launching === undefined) return;
    const ended = once(launching, 'exit');
    launching.disconnect();
    await ended;
  }

  #open(): ChildProcess {
    const launching = fork(new URL('main.ts', import.meta.url), {
      execArgv: ['--disable-warning=ExperimentalWarning'],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    launching.on('message', (answer: Answer) => {
      this.#take(answer);
    });
    launching.once('error', (error) => {
      this.#lose(error.message);
    });
    launching.once('exit', () => {
      this.#lose('the process that starts programs was killed');
    });
    return launching;
  }

  /** The next program gets a new process. What the lost one had started would run on, and nobody would learn how it ends. */
  #lose(why: string): void {
    this.#process = undefined;
    for (const { identity, reject } of this.#pending.values()) {
      if (identity !== undefined) void killSurvivor(identity);
      reject(new Error(why));
    }
  }

  #take(answer: Answer): void {
    const pending = this.#pending.get(answer.id);
    if (pending === undefined) return;
    if ('exitCode' in answer) pending.resolve(answer.exitCode);
    else if ('problem' in answer) pending.reject(new Error(answer.problem));
    else {
      pending.identity = answer.identity;
      pending.started(answer.identity);
    }
  }
}
