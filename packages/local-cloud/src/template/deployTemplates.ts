import { createHash } from 'node:crypto';
import { AwsError, servicePrincipal } from '../aws.ts';
import type { Cloud } from '../aws.ts';
import type { Config } from '../config.ts';
import { inertTypes } from '../resourceTypes/inertTypes.ts';
import { resolve } from './intrinsics.ts';
import type { Scope } from './intrinsics.ts';
import type { Deployed, Deployment, Properties } from '../resourceTypes/resourceType.ts';
import { actingProperties, inOrder, readStack, TemplateError, typeOf } from './stack.ts';
import type { Resource, Stack } from './stack.ts';

const deployer = servicePrincipal('cloudformation');

/**
 * Creates what the configuration's compiled templates describe, stack by stack and in their order, except that a stack
 * follows those whose SSM parameters it resolves. At every start again: what is missing is created, what changed is
 * updated, data stays. Throws {@link TemplateError} before anything is created if a template holds what is not supported,
 * and later if AWS would refuse a resource.
 */
export async function deployTemplates(cloud: Cloud, config: Pick<Config, 'templates'>): Promise<void> {
  for (const stack of byParameters(config.templates.map(readStack))) await new StackDeployment(cloud, stack).run();
}

const dynamicReference = /\{\{resolve:(\w+(?:-\w+)?):([^}]+)\}\}/g;

/** Stacks in their given order, but each after those that hold the parameters it resolves. */
function byParameters(stacks: readonly Stack[]): Stack[] {
  const waiting = stacks.map((stack) => ({
    stack,
    gives: Object.values(stack.Resources).flatMap(({ Type, Properties }) =>
      Type === 'AWS::SSM::Parameter' ? [Properties['Name']] : [],
    ),
    needs: [...JSON.stringify(stack.Resources).matchAll(dynamicReference)].map(([, , name]) => name),
  }));
  const ordered: Stack[] = [];
  while (waiting.length > 0) {
    const ready = waiting.findIndex(({ needs }, index) =>
      waiting.every(({ gives }, other) => other === index || !gives.some((name) => needs.includes(name as string))),
    );
    if (ready < 0) {
      const names = waiting.map(({ stack }) => stack.name).join(', ');
      throw new TemplateError(`these stacks resolve each other's SSM parameters: ${names}`);
    }
    ordered.push(...waiting.splice(ready, 1).map(({ stack }) => stack));
  }
  return ordered;
}

/** Deploys one stack. */
class StackDeployment implements Scope {
  readonly #cloud: Cloud;
  readonly #stack: Stack;
  readonly #deployed = new Map<string, Deployed>();
  readonly #previous;

  constructor(cloud: Cloud, stack: Stack) {
    this.#cloud = cloud;
    this.#stack = stack;
    this.#previous = cloud.store.collection<{ type: string; ref: string }>('template.resource');
  }

  async run(): Promise<void> {
    for (const logicalId of inOrder(this.#stack)) {
      const resource = this.#stack.Resources[logicalId];
      if (resource === undefined) continue;
      try {
        if (resource.Condition === undefined || this.condition(resource.Condition))
          await this.#deploy(logicalId, resource);
      } catch (cause) {
        const why = cause instanceof AwsError ? `${cause.code}: ${cause.message}` : (cause as Error).message;
        throw new TemplateError(`${this.#stack.name}: ${logicalId} (${resource.Type}): ${why}`, { cause });
      }
    }
    for (const { key, value } of this.#previous.list(`${this.#stack.name}/`)) {
      const logicalId = key.slice(this.#stack.name.length + 1);
      if (this.#deployed.has(logicalId)) continue;
      await typeOf(logicalId, { Type: value.type })?.retire?.(value.ref, this.#call);
      this.#previous.remove(key);
      this.#cloud.log(`template: ${key} (${value.type}, ${value.ref}) has left the template; what it stores stays`);
    }
  }

  ref(name: string): unknown {
    const pseudo = {
      AccountId: this.#cloud.account,
      Region: this.#cloud.region,
      Partition: 'aws',
      URLSuffix: 'amazonaws.com',
      StackName: this.#stack.name,
      NoValue: undefined,
    };
    const [, parameter = ''] = name.split('AWS::');
    if (Object.hasOwn(pseudo, parameter)) return pseudo[parameter as keyof typeof pseudo];
    return this.#stack.Parameters[name]?.Default ?? this.#get(name).ref;
  }

  attribute(logicalId: string, name: string): unknown {
    const found = this.#get(logicalId).attributes?.[name];
    if (found === undefined) throw new Error(`${logicalId} has no attribute ${name} in the local cloud`);
    return found;
  }

  condition(name: string): boolean {
    const condition = this.#stack.Conditions[name];
    if (condition === undefined) throw new Error(`there is no condition ${name}`);
    return resolve(condition, this) === true;
  }

  readonly #call: Deployment['call'] = (service, operation, input) =>
    this.#cloud.call(service, operation, input, deployer);

  #get(logicalId: string): Deployed {
    const found = this.#deployed.get(logicalId);
    if (found === undefined)
      throw new Error(`there is no resource, nor a parameter with a default, named ${logicalId}`);
    return found;
  }

  async #deploy(logicalId: string, resource: Resource): Promise<void> {
    const type = typeOf(logicalId, resource);
    if (type === undefined) {
      this.#deployed.set(logicalId, this.#inert(logicalId, resource));
      return;
    }
    const key = `${this.#stack.name}/${logicalId}`;
    const { account, region } = this.#cloud;
    const deployment: Deployment = {
      account,
      region,
      folder: this.#stack.folder,
      previousRef: this.#previous.get(key)?.ref,
      name: (given) => (typeof given === 'string' ? given : this.#generatedName(logicalId)),
      call: this.#call,
    };
    const properties = await this.#withParameters(resolve(actingProperties(type, resource), this));
    const deployed = await type.deploy(properties as Properties, deployment);
    this.#deployed.set(logicalId, deployed);
    const { previousRef } = deployment;
    if (previousRef !== undefined && previousRef !== deployed.ref) await type.retire?.(previousRef, this.#call);
    this.#previous.put(key, { type: resource.Type, ref: deployed.ref });
  }

  #inert(logicalId: string, { Type, Properties }: Resource): Deployed {
    const given = Properties[inertTypes[Type]?.name ?? ''];
    const ref = given === undefined ? this.#generatedName(logicalId) : String(resolve(given, this));
    if (Type !== 'AWS::Logs::LogGroup') return { ref };
    return { ref, attributes: { Arn: `arn:aws:logs:${this.#cloud.region}:${this.#cloud.account}:log-group:${ref}:*` } };
  }

  /** As CloudFormation makes them, but the same at every start. */
  #generatedName(logicalId: string): string {
    const digest = createHash('sha256').update(`${this.#stack.name}/${logicalId}`).digest('hex');
    return `${this.#stack.name}-${logicalId}`.slice(0, 50) + `-${digest.slice(0, 12)}`;
  }

  /** Dynamic references, which CloudFormation resolves last, wherever in a text they stand. */
  async #withParameters(value: unknown): Promise<unknown> {
    if (Array.isArray(value)) return Promise.all(value.map((each) => this.#withParameters(each)));
    if (typeof value === 'object' && value !== null) {
      const members = Object.entries(value).map(
        async ([key, each]) => [key, await this.#withParameters(each)] as const,
      );
      return Object.fromEntries(await Promise.all(members));
    }
    if (typeof value !== 'string') return value;
    const parts = [...value.matchAll(dynamicReference)];
    const values = await Promise.all(
      parts.map(([reference, service = '', name = '']) => this.#parameter(reference, service, name)),
    );
    return parts.reduce((text, [reference], index) => text.replace(reference, () => values[index] ?? ''), value);
  }

  async #parameter(reference: string, service: string, Name: string): Promise<string> {
    if (service !== 'ssm') throw new Error(`${reference}: only ssm references are supported by the local cloud`);
    const { Parameter } = await this.#cloud.call('ssm', 'GetParameter', { Name }, deployer).catch((cause: unknown) => {
      throw new Error(`${reference} names a parameter that neither a template nor the configuration gives`, { cause });
    });
    return (Parameter as { Value: string }).Value;
  }
}
