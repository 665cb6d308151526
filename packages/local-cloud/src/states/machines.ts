import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { AwsError, arnOf, servicePrincipal, type Cloud, type Operation } from '../aws.ts';
import { DefinitionError, parseDefinition } from '../asl/parse.ts';
import { assumeRole, authorize } from '../authorize.ts';
import { operation } from '../operation.ts';
import { inPages } from './paging.ts';
import { integrationOf } from './sdk.ts';

export interface MachineRecord {
  readonly arn: string;
  readonly name: string;
  readonly definition: string;
  readonly roleArn: string;
  readonly revisionId: string;
  /** Epoch milliseconds. */
  readonly created: number;
  readonly updated?: number;
}

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html */
const NAME = /^[^\s<>{}[\]?*"#%\\^|~`$&,;:/\p{Cc}]{1,80}$/u;
const DEFINITION_BYTES = 1_048_576;

export function checkName(name: string): string {
  if (NAME.test(name)) return name;
  throw new AwsError('InvalidName', `Invalid Name: '${name}'`);
}

/** State machines: created and updated with a checked definition. */
export class Machines {
  readonly operations: Readonly<Record<string, Operation>>;
  readonly #records;

  constructor(cloud: Cloud) {
    this.#records = cloud.store.collection<MachineRecord>('states.machine');
    const definition = z.string();
    const roleArn = z.string().startsWith('arn:');
    const stateMachineArn = z.string();
    this.operations = {
      CreateStateMachine: operation(
        { definition, roleArn, name: z.string(), type: z.literal('STANDARD').optional() },
        async ({ name, definition: text, roleArn: role }) => {
          const arn = arnOf(cloud, 'states', `stateMachine:${checkName(name)}`);
          const jobs = checkDefinition(text);
          await checkRole(cloud, role, { arn, jobs });
          const known = this.#records.get(arn);
          if (known !== undefined && (known.definition !== text || known.roleArn !== role))
            throw new AwsError('StateMachineAlreadyExists', `State Machine Already Exists: '${arn}'`);
          const now = Date.now();
          const made = { revisionId: randomUUID(), created: now, updated: now };
          const record = known ?? { arn, name, definition: text, roleArn: role, ...made };
          this.#records.put(arn, record);
          return { stateMachineArn: arn, creationDate: record.created / 1000 };
        },
      ),
      UpdateStateMachine: operation(
        { stateMachineArn, definition, roleArn: roleArn.optional() },
        async ({ stateMachineArn: arn, ...changes }) => {
          const known = this.get(arn);
          const jobs = checkDefinition(changes.definition);
          await checkRole(cloud, changes.roleArn ?? known.roleArn, { arn, jobs });
          const updated = { revisionId: randomUUID(), updated: Date.now() };
          this.#records.put(arn, { ...known, ...changes, roleArn: changes.roleArn ?? known.roleArn, ...updated });
          return { updateDate: updated.updated / 1000, revisionId: updated.revisionId };
        },
      ),
      DescribeStateMachine: operation({ stateMachineArn }, (input) => {
        const record = this.get(input.stateMachineArn);
        const { definition, roleArn, revisionId } = record;
        return { ...summary(record), definition, roleArn, revisionId, status: 'ACTIVE' };
      }),
      ListStateMachines: inPages('stateMachines', 'stateMachineArn', {}, () =>
        this.#records.list().map(({ value }) => summary(value)),
      ),
    };
  }

  get(arn: string): MachineRecord {
    const record = this.#records.get(arn);
    if (record !== undefined) return record;
    throw new AwsError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
  }
}

const summary = ({ arn, name, created }: MachineRecord) => ({
  stateMachineArn: arn,
  name,
  type: 'STANDARD',
  creationDate: created / 1000,
});

/** The rules by which Step Functions learns of the end of jobs; it makes them as the state machine's role. */
const MANAGED_RULES: Readonly<Record<string, string>> = {
  CreateProcessingJob: 'ProcessingJobs',
  CreateTrainingJob: 'TrainingJobs',
  CreateTransformJob: 'TransformJobs',
  CreateHyperParameterTuningJob: 'TuningJobs',
};

/** https://docs.aws.amazon.com/step-functions/latest/dg/service-integration-iam-templates.html */
async function checkRole(cloud: Cloud, roleArn: string, machine: { arn: string; jobs: Set<string> }): Promise<void> {
  const role = { arn: roleArn, sessionName: 'states' };
  const caller = await assumeRole(cloud, servicePrincipal('states', machine.arn), role).catch((cause: unknown) => {
    const message =
      'Neither the global service principal states.amazonaws.com, nor the regional one is authorized to assume the provided role.';
    throw new AwsError('AccessDeniedException', message, { cause });
  });
  for (const job of machine.jobs) {
    const Rule = `StepFunctionsGetEventsForSageMaker${MANAGED_RULES[job] ?? job}Rule`;
    for (const operation of ['PutRule', 'PutTargets', 'DescribeRule']) {
      const request = { service: 'events', operation, input: { Rule }, caller };
      await authorize(cloud, request).catch((cause: unknown) => {
        throw new AwsError('AccessDeniedException', `'${roleArn}' is not authorized to create managed-rule.`, {
          cause,
        });
      });
    }
  }
}

/** The operations whose jobs it awaits. */
function checkDefinition(definition: string): Set<string> {
  const jobs = new Set<string>();
  try {
    if (Buffer.byteLength(definition) > DEFINITION_BYTES)
      throw new DefinitionError('SCHEMA_VALIDATION_FAILED', 'The definition is longer than 1 MB', '/');
    parseDefinition(definition, (resource) => {
      const integration = integrationOf(resource);
      if (integration?.isJob === true) jobs.add(integration.operation);
      return integration !== undefined;
    });
    return jobs;
  } catch (error) {
    if (!(error instanceof DefinitionError)) throw error;
    const message = `Invalid State Machine Definition: '${error.code}: ${error.message} at ${error.location}'`;
    throw new AwsError('InvalidDefinition', message, { cause: error });
  }
}
