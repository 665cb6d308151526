import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { AwsError, type Cloud, type Operation } from '../aws.ts';
import type { Machine } from '../asl/definition.ts';
import { DefinitionError, parseDefinition } from '../asl/parse.ts';
import { operation } from '../operation.ts';
import { page, paging } from './paging.ts';
import { integrationOf } from './sdk.ts';

export interface MachineRecord {
  readonly arn: string;
  readonly name: string;
  readonly definition: string;
  readonly roleArn: string;
  readonly loggingConfiguration: unknown;
  readonly tracingConfiguration: unknown;
  readonly revisionId: string;
  /** Epoch milliseconds. */
  readonly created: number;
}

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html */
const NAME = /^[^\s<>{}[\]?*"#%\\^|~`$&,;:/\p{Cc}]{1,80}$/u;

export function checkName(name: string): string {
  if (NAME.test(name)) return name;
  throw new AwsError('InvalidName', `Invalid Name: '${name}'`);
}

/** State machines: created and updated with a checked definition. */
export class Machines {
  readonly operations: Readonly<Record<string, Operation>>;
  readonly #cloud: Cloud;
  readonly #records;

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
    this.#records = cloud.store.collection<MachineRecord>('states.machine');
    const settings = {
      definition: z.string(),
      roleArn: z.string().startsWith('arn:'),
      loggingConfiguration: z.unknown().optional(),
      tracingConfiguration: z.unknown().optional(),
    };
    this.operations = {
      CreateStateMachine: operation(
        {
          ...settings,
          name: z.string(),
          type: z.literal('STANDARD').optional(),
          tags: z.array(z.unknown()).optional(),
        },
        (input) => this.#create(input),
      ),
      UpdateStateMachine: operation(
        {
          ...settings,
          stateMachineArn: z.string(),
          definition: settings.definition.optional(),
          roleArn: settings.roleArn.optional(),
        },
        (input) => this.#update(input),
      ),
      DescribeStateMachine: operation({ stateMachineArn: z.string() }, ({ stateMachineArn }) => {
        const { arn, created, ...record } = this.get(stateMachineArn);
        return { ...record, stateMachineArn: arn, status: 'ACTIVE', type: 'STANDARD', creationDate: created / 1000 };
      }),
      ListStateMachines: operation(paging, (input) => {
        const { items, nextToken } = page(
          this.#records.list().map(({ value }) => value),
          input,
        );
        const stateMachines = items.map(({ arn, name, created }) => ({
          stateMachineArn: arn,
          name,
          type: 'STANDARD',
          creationDate: created / 1000,
        }));
        return { stateMachines, ...nextToken };
      }),
      DeleteStateMachine: operation({ stateMachineArn: z.string() }, ({ stateMachineArn }) => {
        this.#records.remove(stateMachineArn);
        return {};
      }),
    };
  }

  get(arn: string): MachineRecord {
    const record = this.#records.get(arn);
    if (record !== undefined) return record;
    throw new AwsError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
  }

  #create(input: {
    name: string;
    definition: string;
    roleArn: string;
    loggingConfiguration?: unknown;
    tracingConfiguration?: unknown;
  }) {
    const { account, region } = this.#cloud;
    const arn = `arn:aws:states:${region}:${account}:stateMachine:${checkName(input.name)}`;
    checkDefinition(input.definition);
    const known = this.#records.get(arn);
    if (known !== undefined && (known.definition !== input.definition || known.roleArn !== input.roleArn)) {
      throw new AwsError('StateMachineAlreadyExists', `State Machine Already Exists: '${arn}'`);
    }
    const record = known ?? {
      arn,
      name: input.name,
      definition: input.definition,
      roleArn: input.roleArn,
      loggingConfiguration: input.loggingConfiguration ?? { level: 'OFF', includeExecutionData: false },
      tracingConfiguration: input.tracingConfiguration ?? { enabled: false },
      revisionId: randomUUID(),
      created: Date.now(),
    };
    this.#records.put(arn, record);
    return { stateMachineArn: arn, creationDate: record.created / 1000 };
  }

  #update({
    stateMachineArn,
    ...changes
  }: {
    stateMachineArn: string;
    definition?: string | undefined;
    roleArn?: string | undefined;
  }) {
    const record = this.get(stateMachineArn);
    const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
    if (Object.keys(given).length === 0) {
      throw new AwsError(
        'MissingRequiredParameter',
        'Either the definition, the role ARN, or a configuration must be specified',
      );
    }
    if (changes.definition !== undefined) checkDefinition(changes.definition);
    const revisionId = randomUUID();
    this.#records.put(record.arn, { ...record, ...given, revisionId });
    return { updateDate: Date.now() / 1000, revisionId };
  }
}

const DEFINITION_BYTES = 1_048_576;

function checkDefinition(definition: string): void {
  try {
    if (Buffer.byteLength(definition) > DEFINITION_BYTES) {
      throw new DefinitionError('SCHEMA_VALIDATION_FAILED', 'The definition is longer than 1 MB', '/');
    }
    checkResources(parseDefinition(definition), '');
  } catch (error) {
    if (!(error instanceof DefinitionError)) throw error;
    const message = `Invalid State Machine Definition: '${error.code}: ${error.message} at ${error.location}'`;
    throw new AwsError('InvalidDefinition', message, { cause: error });
  }
}

function checkResources(machine: Machine, location: string): void {
  for (const [name, state] of Object.entries(machine.States)) {
    const place = `${location}/States/${name}`;
    if (state.Type === 'Map') checkResources(state.ItemProcessor, `${place}/ItemProcessor`);
    if (state.Type === 'Parallel') {
      state.Branches.forEach((branch, index) => {
        checkResources(branch, `${place}/Branches[${index}]`);
      });
    }
    if (state.Type !== 'Task' || integrationOf(state.Resource) !== undefined) continue;
    const message = `The resource ${state.Resource} is not supported by the local cloud`;
    throw new DefinitionError('NOT_SUPPORTED', message, `${place}/Resource`);
  }
}
