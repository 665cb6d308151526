/** The calls that a Task state makes of AWS, all that it needs leave for. */
import type { Call } from '@regulabel/local-cloud/access/access';
import type { Implied } from '@regulabel/local-cloud/access/implied';
import { expressionIn } from '@regulabel/local-cloud/asl/query';
import { integrationOf } from '@regulabel/local-cloud/states/sdk';
import type { Place } from '../template/identity.ts';
import { isObject, type JsonObject } from '../template/json.ts';
import type { Task } from '../template/machines.ts';
import type { Stack } from '../template/stack.ts';
import { examplesOf } from './examples.ts';

/** The rule by which Step Functions hears of the end of a kind of job. */
const MANAGED_RULES: Readonly<Record<string, string>> = {
  ProcessingJob: 'ProcessingJobs',
  TransformJob: 'TransformJobs',
  HyperParameterTuningJob: 'TuningJobs',
  TrainingJob: 'TrainingJobs',
};

/** Undefined for an integration of which nothing is known. */
export function callsOf({ service: of, place }: Stack, task: Task): Implied[] | undefined {
  const { Resource } = task.state;
  const integration = integrationOf(Resource);
  if (integration === undefined) return undefined;
  const { service, operation, isJob } = integration;
  // A function's own ARN as Resource.
  if (service === 'lambda' && Resource.includes(':lambda:'))
    return [{ service, operation, input: { FunctionName: Resource } }];
  const input = { ...exampleOf(task.args, place), ...examplesOf(of, task.name, place) };
  const call = { service, operation, input };
  return isJob ? [call, ...whileJobRuns(call, place)] : [call];
}

/**
 * Step Functions tags what it starts, describes it until it ends, and stops it when the execution is aborted.
 * https://docs.aws.amazon.com/step-functions/latest/dg/sagemaker-iam.html
 */
function whileJobRuns({ service, operation, input }: Call, { region, account, stage }: Place): Call[] {
  const kind = operation.replace(/^Create/, '');
  const name = { [`${kind}Name`]: input[`${kind}Name`] };
  const ResourceArn = `arn:aws:sagemaker:${region}:${account}:${kebab(kind)}/${exampleName(stage)}`;
  const Rule = `StepFunctionsGetEventsForSageMaker${MANAGED_RULES[kind] ?? kind}Rule`;
  return [
    { service, operation: `Describe${kind}`, input: name },
    { service, operation: `Stop${kind}`, input: name },
    { service, operation: 'AddTags', input: { ResourceArn } },
    { service, operation: 'ListTags', input: { ResourceArn } },
    ...['PutRule', 'PutTargets', 'DescribeRule'].map((each) => ({
      service: 'events',
      operation: each,
      input: { Rule },
    })),
  ];
}

const kebab = (kind: string): string => kind.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase();

/** Names begin with the stage; the rule job-name-begins-with-the-stage sees to it. */
const exampleName = (stage: string): string => `${stage}-example-0-0`;

/** Arguments with an example in the place of each name that is evaluated; other expressions stay as they are. */
function exampleOf(args: unknown, { stage }: Place): JsonObject {
  if (!isObject(args)) return {};
  return Object.fromEntries(
    Object.entries(args).map(([member, value]) => [
      member,
      /(Job|Model)Name$/.test(member) && expressionIn(value) !== undefined ? exampleName(stage) : value,
    ]),
  );
}
