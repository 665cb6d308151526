import { Worker } from 'node:worker_threads';

/** A failure in AWS's shape: the payload of an answer whose `FunctionError` is `Unhandled`. */
export interface FunctionFailure {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

/** What an invocation came to: JSON text, or the failure. */
export type Outcome = { readonly payload: string } | { readonly failure: FunctionFailure; readonly fatal?: boolean };

export interface Invocation {
  readonly requestId: string;
  readonly functionArn: string;
  /** JSON text. */
  readonly payload: string;
  /** Epoch milliseconds at which the function's time is up. */
  readonly deadline: number;
}

/** What a worker is started with: the absolute folder of the code, and `path/to/module.export` in it. */
export type WorkerSetup = Pick<SandboxSpec, 'taskRoot' | 'handler'>;

/** A worker's first outcome says whether the handler is loaded. After a `fatal` failure the worker ends. */
export type WorkerMessage = Outcome | { readonly log: string; readonly requestId: string | undefined };

export interface SandboxSpec {
  /** Absolute file of the program in the worker, `runtime.ts` without its types. */
  readonly runtime: string;
  readonly taskRoot: string;
  readonly handler: string;
  /** The worker's whole environment: nothing of the machine's own gets in. */
  readonly env: Record<string, string>;
  readonly memorySizeMb: number;
  readonly timeoutSeconds: number;
  /** What the handler writes, without a request id while it is loaded. */
  readonly log: Log;
}

export type Log = (requestId: string | undefined, text: string) => void;

/** On AWS, loading the handler has these seconds for itself before the function's own timeout begins to count. */
const initSeconds = 10;

/** One execution environment: a worker thread that has loaded the handler and runs one invocation at a time. */
export class Sandbox {
  readonly #timeoutSeconds: number;
  readonly #worker: Worker;
  readonly #loaded: Promise<Outcome>;
  #settle: ((outcome: Outcome) => void) | undefined;
  #usable = true;

  constructor({ runtime, taskRoot, handler, env, memorySizeMb, timeoutSeconds, log }: SandboxSpec) {
    this.#timeoutSeconds = timeoutSeconds;
    this.#worker = new Worker(runtime, {
      env,
      workerData: { taskRoot, handler } satisfies WorkerSetup,
      resourceLimits: { maxOldGenerationSizeMb: memorySizeMb },
    });
    this.#worker.on('message', (message: WorkerMessage) => {
      if ('log' in message) log(message.requestId, message.log);
      else this.#end(message, 'fatal' in message);
    });
    this.#worker.on('error', (error) => {
      // AWS words it so when memory runs out, which is all that ends a worker by an error.
      log(undefined, String(error));
      this.#end(exited('with error: signal: killed'), true);
    });
    this.#worker.on('exit', (code) => {
      this.#end(exited(code === 0 ? 'without providing a reason' : `with error: exit status ${code}`), true);
    });
    this.#loaded = this.#outcome(initSeconds + timeoutSeconds);
  }

  /** False once the worker has ended: no further invocation may go to it. */
  get usable(): boolean {
    return this.#usable;
  }

  /** Runs one invocation to its end. Never rejects: whatever becomes of the worker is the function's failure. */
  async invoke(invocation: Omit<Invocation, 'deadline'>): Promise<Outcome> {
    let outcome = await this.#loaded;
    if ('payload' in outcome) {
      const deadline = Date.now() + this.#timeoutSeconds * 1000;
      this.#worker.postMessage({ ...invocation, deadline } satisfies Invocation);
      outcome = await this.#outcome(this.#timeoutSeconds);
    }
    if ('payload' in outcome || outcome.failure.trace !== undefined) return outcome;
    // AWS puts the request's id in front of what the sandbox, not the handler, reports.
    const errorMessage = `RequestId: ${invocation.requestId} Error: ${outcome.failure.errorMessage}`;
    return { failure: { ...outcome.failure, errorMessage } };
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }

  /** The worker's next outcome, its end, or the end of its time. */
  async #outcome(seconds: number): Promise<Outcome> {
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    this.#settle = resolve;
    const timer = setTimeout(() => {
      const errorMessage = `Task timed out after ${this.#timeoutSeconds.toFixed(2)} seconds`;
      this.#end({ failure: { errorType: 'Sandbox.Timedout', errorMessage } }, true);
      void this.stop();
    }, seconds * 1000);
    return promise.finally(() => {
      clearTimeout(timer);
    });
  }

  #end(outcome: Outcome, forGood: boolean): void {
    this.#usable &&= !forGood;
    this.#settle?.(outcome);
  }
}

const exited = (how: string): Outcome => ({
  failure: { errorType: 'Runtime.ExitError', errorMessage: `Runtime exited ${how}` },
});
