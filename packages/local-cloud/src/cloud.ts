import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Caller, Cloud, Credentials, Guard, Input, Service } from './aws.ts';
import { authorize } from './authorize.ts';
import { administratorOf } from './beforehand.ts';
import type { Config } from './config.ts';
import { Sessions } from './credentials.ts';
import { lockStateDir } from './lock.ts';
import { notSupported } from './operation.ts';
import { deploy, servicesOf } from './services.ts';
import { listen } from './server.ts';
import { Store } from './store.ts';

/** A cloud that serves. */
export interface RunningCloud extends Cloud {
  /** Credentials of the built-in administrator role. */
  readonly administrator: Credentials;
  /** Ends background work, then the server; everything under way goes on at the next start. */
  stop(): Promise<void>;
}

/**
 * Starts the cloud on a state folder: services, then the templates, then whatever was under way. Throws `ConfigError`,
 * `StateDirInUseError`, `StateVersionError`, or what a template got wrong. Port 0 takes a free one.
 */
export async function startCloud(config: Config, stateDir: string, port: number): Promise<RunningCloud> {
  mkdirSync(stateDir, { recursive: true });
  const unlock = await lockStateDir(stateDir);
  const cloud = new EmbeddedCloud(config, stateDir, unlock);
  try {
    await cloud.start(config, port);
  } catch (error) {
    await cloud.stop();
    throw error;
  }
  return cloud;
}

class EmbeddedCloud implements RunningCloud {
  readonly account: string;
  readonly region: string;
  readonly stateDir: string;
  readonly store: Store;
  readonly #sessions: Sessions;
  readonly #services = new Map<string, Service>();
  readonly #unlock: () => void;
  #server: { endpoint: string; close(): Promise<void> } | undefined;

  constructor(config: Config, stateDir: string, unlock: () => void) {
    this.account = config.account;
    this.region = config.region;
    this.stateDir = stateDir;
    this.store = new Store(join(stateDir, 'state.sqlite'));
    this.#sessions = new Sessions(this.store);
    this.#unlock = unlock;
  }

  get endpoint(): string {
    if (this.#server === undefined) throw new Error('the local cloud does not listen yet');
    return this.#server.endpoint;
  }

  get administrator(): Credentials {
    return this.credentialsFor(administratorOf(this), 'bootstrap');
  }

  async start(config: Config, port: number): Promise<void> {
    this.#server = await listen(this, this.#sessions, port);
    for (const create of servicesOf(config)) {
      const service = await create(this);
      this.#services.set(service.name, service);
    }
    await deploy(this, config);
    for (const service of this.#services.values()) await service.resume?.();
    this.log(`serving ${this.endpoint}`);
  }

  log(line: string): void {
    appendFileSync(join(this.stateDir, 'local-cloud.log'), `${new Date().toISOString()} ${line}\n`);
  }

  credentialsFor(roleArn: string, sessionName: string): Credentials {
    return this.#sessions.issue(roleArn, sessionName);
  }

  async call(service: string, operation: string, input: Input, caller: Caller): Promise<Record<string, unknown>> {
    const run = this.#services.get(service)?.operations[operation];
    if (run === undefined) throw notSupported(`${service}:${operation}`);
    await authorize(this, { caller, service, operation, input });
    return { ...(await run(input, caller)) };
  }

  async guardOf(arn: string): Promise<Guard> {
    return (await this.#services.get(arn.split(':')[2] ?? '')?.guardOf?.(arn)) ?? {};
  }

  async stop(): Promise<void> {
    for (const service of [...this.#services.values()].reverse()) await service.close?.();
    await this.#server?.close();
    this.store.close();
    this.#unlock();
  }
}
