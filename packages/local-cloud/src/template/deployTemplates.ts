import { createHash } from 'node:crypto';
import { AwsError, arnOf, internally, type Cloud } from '../aws.ts';
import type { Config } from '../config.ts';
import { inertTypes } from '../resourceTypes/inertTypes.ts';
import { resolve, type Scope } from './intrinsics.ts';
import type { Deployed, Deployment, Properties } from '../resourceTypes/resourceType.ts';
import { actingProperties, inOrder, readStack, TemplateError, typeOf, type Resource, type Stack } from './stack.ts';

const deployer = internally('cloudformation');

/**
 * Creates what the configuration's compiled templates describe, stack by stack and in their order. At every start again: what is missing is created, what changed is
 * updated, data stays. Throws {@link TemplateError} before anything is created if a template holds what is not supported,
 * and later if AWS would refuse a resource.
 */
export async function deployTemplates(cloud: Cloud, config: Pick<Config, 'templates'>): Promise<void> {
  for (const stack of config.templates.map(readStack)) await new StackDeployment(cloud, stack).run();
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
        await this.#deploy(logicalId, resource);
      } catch (cause) {
        const why = cause instanceof AwsError ? `${cause.code}: ${cause.message}` : (cause as Error).message;
        throw new TemplateError(`${this.#stack.name}: ${logicalId} (${resource.Type}): ${why}`, { cause });
      }
    }
    for (const { key, value } of this.#previous.list(`${this.#stack.name}/`)) {
      const logicalId = key.slice(this.#stack.name.length + 1);
      if (this.#deployed.has(logicalId)) continue;
      const type = typeOf(logicalId, { Type: value.type });
      await type?.retire?.(value.ref, this.#call);
      this.#previous.remove(key);
      const stays = type?.retire === undefined ? '; what it stores stays' : '';
      this.#cloud.log(`template: ${key} (${value.type}, ${value.ref}) has left the template${stays}`);
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
    return this.#get(name).ref;
  }

  attribute(logicalId: string, name: string): unknown {
    const found = this.#get(logicalId).attributes?.[name];
    if (found === undefined) throw new Error(`${logicalId} has no attribute ${name} in the local cloud`);
    return found;
  }

  readonly #call: Deployment['call'] = (service, operation, input) =>
    this.#cloud.call(service, operation, input, deployer);

  #get(logicalId: string): Deployed {
    const found = this.#deployed.get(logicalId);
    if (found === undefined) throw new Error(`there is no resource named ${logicalId}`);
    return found;
  }

  async #deploy(logicalId: string, resource: Resource): Promise<void> {
    const type = typeOf(logicalId, resource);
    if (type === undefined) {
      this.#deployed.set(logicalId, this.#inert(logicalId, resource));
      return;
    }
    const key = `${this.#stack.name}/${logicalId}`;
    const deployment: Deployment = {
      place: this.#cloud,
      folder: this.#stack.folder,
      previousRef: this.#previous.get(key)?.ref,
      name: (given) => (typeof given === 'string' ? given : this.#generatedName(logicalId)),
      call: this.#call,
    };
    const properties = resolve(actingProperties(type, resource), this);
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
    return { ref, attributes: { Arn: arnOf(this.#cloud, 'logs', `log-group:${ref}:*`) } };
  }

  /** As CloudFormation makes them, but the same at every start. */
  #generatedName(logicalId: string): string {
    const digest = createHash('sha256').update(`${this.#stack.name}/${logicalId}`).digest('hex');
    return `${this.#stack.name}-${logicalId}`.slice(0, 50) + `-${digest.slice(0, 12)}`;
  }
}
