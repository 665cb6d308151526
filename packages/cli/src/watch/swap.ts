import { LambdaClient, UpdateFunctionCodeCommand } from '@aws-sdk/client-lambda';
import { DescribeStateMachineCommand, SFNClient, UpdateStateMachineCommand } from '@aws-sdk/client-sfn';
import { CommandError } from '../errors.ts';
import { administratorOf, type Served } from '../local/localCloud.ts';
import { packageServices } from '../local/packageServices.ts';
import { LOCAL } from '../local/place.ts';
import { Bundler } from './bundler.ts';
import type { Needs } from './changes.ts';
import { resolveDefinition } from './definitions.ts';
import { readServicePackage, readTemplate } from './servicePackage.ts';
import { difference, type CompiledTemplate } from './templates.ts';

/**
 * Brings changed handlers and state machines into a local cloud that serves, with the calls that do it on AWS. Nothing
 * stops: invocations and executions under way end with what they began with.
 */
export class Swap {
  readonly #lambda: LambdaClient;
  readonly #sfn: SFNClient;
  readonly #cloud: Served;
  readonly #say: (line: string) => void;
  readonly #services = new Map<string, { bundler: Bundler; template: CompiledTemplate }>();

  private constructor(cloud: Served, say: (line: string) => void) {
    // Code is deployed by whoever administers the stage: its operator may not.
    const config = administratorOf(cloud);
    this.#lambda = new LambdaClient(config);
    this.#sfn = new SFNClient(config);
    this.#cloud = cloud;
    this.#say = say;
  }

  /** Of services that were deployed as they are packaged now. */
  static async of(services: readonly string[], cloud: Served, say: (line: string) => void): Promise<Swap> {
    const swap = new Swap(cloud, say);
    for (const service of services) {
      const { template, bundling, functions } = await readServicePackage(service);
      swap.#services.set(service, { bundler: new Bundler(service, bundling, functions), template });
    }
    return swap;
  }

  /** Does what changes ask for. What does not build, or is refused, is said; what runs stays as it was. */
  async bring({ templates, handlers, jobs }: Needs): Promise<void> {
    for (const service of templates) await this.#attempt(() => this.#bringTemplate(service));
    for (const service of handlers) await this.#attempt(() => this.#bringHandlers(service));
    if (jobs) await this.#attempt(() => this.#bringJobs());
  }

  async close(): Promise<void> {
    for (const { bundler } of this.#services.values()) await bundler.close();
    this.#lambda.destroy();
    this.#sfn.destroy();
  }

  /** What a swap brought, and in how many seconds. */
  async #attempt(work: () => Promise<string[]>): Promise<void> {
    const start = performance.now();
    try {
      const swapped = await work();
      if (swapped.length > 0)
        this.#say(`swapped ${swapped.join(', ')} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      this.#say(error instanceof CommandError ? error.message : `${error.name}: ${error.message}`);
      this.#say('what ran before runs on');
    }
  }

  async #bringHandlers(service: string): Promise<string[]> {
    const rebuilt = (await this.#services.get(service)?.bundler.rebuild()) ?? [];
    for (const { name, zip, deployed } of rebuilt) {
      await this.#lambda.send(new UpdateFunctionCodeCommand({ FunctionName: name, ZipFile: zip }));
      deployed();
    }
    return rebuilt.map(({ name }) => name);
  }

  async #bringTemplate(service: string): Promise<string[]> {
    const known = this.#services.get(service);
    if (known === undefined) return [];
    await packageServices(this.#say, [service]);
    const template = await readTemplate(service);
    const { definitions, rest } = difference(known.template, template);
    const swapped: string[] = [];
    for (const id of definitions) {
      const [before, after] = [known.template.Resources[id], template.Resources[id]];
      if (before === undefined || after === undefined) continue;
      const name = String(after.Properties['StateMachineName']);
      const text = after.Properties['DefinitionString'];
      if (await this.#bringDefinition(name, before.Properties['DefinitionString'], text)) {
        before.Properties['DefinitionString'] = text;
        swapped.push(name);
      } else {
        rest.push(`${name} refers to what is not deployed yet`);
      }
    }
    if (rest.length > 0) this.#say(`${service}: ${rest.join('; ')}: only a new start deploys that`);
    return swapped;
  }

  /** False when only a deployment can tell what the definition refers to. */
  async #bringDefinition(name: string, before: unknown, after: unknown): Promise<boolean> {
    const stateMachineArn = `arn:aws:states:${this.#cloud.region}:${LOCAL.account}:stateMachine:${name}`;
    const { definition = '' } = await this.#sfn.send(new DescribeStateMachineCommand({ stateMachineArn }));
    const resolved = resolveDefinition(before, after, definition);
    if (resolved === undefined) return false;
    await this.#sfn.send(new UpdateStateMachineCommand({ stateMachineArn, definition: resolved }));
    return true;
  }

  /** Jobs take the bundle when they start, so that those under way end with the one that they began with. */
  async #bringJobs(): Promise<string[]> {
    await packageServices(this.#say, ['jobs']);
    return ["the jobs' bundle"];
  }
}
