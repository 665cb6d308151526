/** What else a call asks IAM for, as the same caller: the role that it hands over, the key that its data lie under. */
import type { Cloud, Input } from '../aws.ts';
import { accessesOf, type Call } from './access.ts';

/** A call that no service serves: it is only asked for. */
export interface Implied extends Call {
  /** The service on whose behalf KMS is asked. */
  readonly via?: string;
}

type Deciding = Pick<Cloud, 'account' | 'region' | 'guardOf'>;

export async function impliedCalls(cloud: Deciding, call: Call): Promise<Implied[]> {
  if (call.service === 'sagemaker') return ofJob(cloud, call);
  if (call.service === 'states' && 'roleArn' in call.input) return passed(call.service, call.input['roleArn']);
  if (call.service === 'scheduler')
    return passed(call.service, (call.input['Target'] as Input | undefined)?.['RoleArn']);
  if (call.service === 'redshift-data') return ofStatement(call);
  const actions = KEY_ACTIONS[call.service]?.[call.operation];
  if (actions === undefined) return [];
  const resources = new Set(accessesOf(cloud, call).map(({ resource }) => resource));
  const guards = await Promise.all([...resources].map((resource) => cloud.guardOf(resource)));
  const keys = new Set(guards.flatMap(({ key }) => (key === undefined ? [] : [key])));
  return [...keys].flatMap((KeyId) =>
    actions.map((operation) => ({ service: 'kms', operation, input: { KeyId }, via: call.service })),
  );
}

const READ = ['Decrypt'];
const SEND = ['GenerateDataKey', 'Decrypt'];
/**
 * Which use of its key a service makes for the caller. S3 asks KMS itself.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
 * https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
 */
const KEY_ACTIONS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  sqs: { SendMessage: SEND, SendMessageBatch: SEND, ReceiveMessage: READ, StartMessageMoveTask: SEND },
  sns: { Publish: SEND, PublishBatch: SEND },
  dynamodb: Object.fromEntries(
    ['GetItem', 'Query', 'Scan', 'PutItem', 'UpdateItem', 'TransactWriteItems', 'BatchGetItem'].map((operation) => [
      operation,
      READ,
    ]),
  ),
};

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html */
const passed = (to: string, RoleName: unknown): Implied[] =>
  RoleName === undefined
    ? []
    : [{ service: 'iam', operation: 'PassRole', input: { RoleName, PassedToService: `${to}.amazonaws.com` } }];

/** Whoever starts a job hands a role over, and a key for the disks; whoever tags it needs that permission too. */
function ofJob(cloud: Deciding, call: Call): Implied[] {
  const { operation, input } = call;
  if (!operation.startsWith('Create')) return [];
  const definition = (input['TrainingJobDefinition'] ?? input) as Input;
  const { RoleArn, ExecutionRoleArn, ProcessingResources, ResourceConfig, TransformResources } = definition;
  const role = RoleArn ?? ExecutionRoleArn;
  const cluster = (ProcessingResources as Input | undefined)?.['ClusterConfig'];
  const machines = (cluster ?? ResourceConfig ?? TransformResources) as Input | undefined;
  const implied = passed('sagemaker', role);
  const KeyId = machines?.['VolumeKmsKeyId'];
  if (KeyId !== undefined) {
    const grant = { KeyId, GrantIsForAWSResource: true };
    implied.push({ service: 'kms', operation: 'CreateGrant', input: grant, via: 'sagemaker' });
  }
  if ('Tags' in input) {
    for (const { resource: ResourceArn } of accessesOf(cloud, call))
      implied.push({ service: 'sagemaker', operation: 'AddTags', input: { ResourceArn } });
  }
  return implied;
}

/** https://docs.aws.amazon.com/redshift/latest/mgmt/data-api-iam.html */
function ofStatement({ input }: Call): Implied[] {
  if (!('Database' in input)) return [];
  const { WorkgroupName, ClusterIdentifier, Database } = input;
  return WorkgroupName === undefined
    ? [{ service: 'redshift', operation: 'GetClusterCredentialsWithIAM', input: { ClusterIdentifier, Database } }]
    : [{ service: 'redshift-serverless', operation: 'GetCredentials', input: { WorkgroupName } }];
}
