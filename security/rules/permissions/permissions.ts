/** A role that lacks a permission is found out when the first call fails, at night: here, before it is deployed. */
import { finding, type Finding, type Problem, type Rule } from '../rule.ts';
import { at, isTrue, list, text } from '../template/json.ts';
import { machinesOf } from '../template/machines.ts';
import { ofType, type Resource, type Stack } from '../template/stack.ts';
import { ownRole } from '../template/world.ts';
import { denialsOf, isVague, type Need } from './asking.ts';
import { callsOf } from './calls.ts';

/** Something that acts as a role, and what it cannot do without. */
interface Actor {
  readonly stack: Stack;
  readonly resource: Resource;
  /** Where in the resource; the resource itself without. */
  readonly place?: string;
  readonly role: unknown;
  /** Undefined: nobody knows. */
  readonly needs: readonly Need[] | undefined;
}

const eachActor = (actorsOf: (stack: Stack) => readonly Actor[]) => async (stacks: readonly Stack[]) => {
  const found = stacks.flatMap(actorsOf).map(async (actor): Promise<Finding[]> => {
    const told = (what: string): Finding => {
      const problem: Problem = actor.place === undefined ? what : { in: actor.place, what };
      return finding(actor.stack, actor.resource, problem);
    };
    const role = ownRole(actor.stack, actor.role);
    if (role === undefined) return [told('it has no role of this stack that may do anything')];
    if (actor.needs === undefined) return [told('what it needs leave for is not known: teach it to calls.ts')];
    if (actor.needs.some((need) => isVague(need, actor.stack.place)))
      return [told('what it needs leave for is computed: say in examples.ts what it comes to')];
    const denials = await Promise.all(actor.needs.map((need) => denialsOf(role, need, actor.stack.place, stacks)));
    const lines = denials.flat().map(({ action, resource }) => `${role.id} may not ${action} on ${resource}`);
    return [...new Set(lines)].map(told);
  });
  return (await Promise.all(found)).flat();
};

const anywhere = (service: string, names: readonly string[]): Need[] =>
  names.map((name) => ({ action: `${service}:${name}`, resource: '*' }));

/** https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html */
const LOG_DELIVERY = anywhere('logs', [
  'CreateLogDelivery',
  'GetLogDelivery',
  'UpdateLogDelivery',
  'DeleteLogDelivery',
  'ListLogDeliveries',
  'PutResourcePolicy',
  'DescribeResourcePolicies',
  'DescribeLogGroups',
]);
const SEGMENTS = anywhere('xray', ['PutTraceSegments', 'PutTelemetryRecords']);
/** https://docs.aws.amazon.com/step-functions/latest/dg/xray-iam.html */
const TRACES = [...SEGMENTS, ...anywhere('xray', ['GetSamplingRules', 'GetSamplingTargets'])];

const ofStates = (stack: Stack): Actor[] =>
  machinesOf(stack).flatMap(({ resource, tasks }) =>
    tasks.map((task) => ({
      stack,
      resource,
      place: `state ${task.name}`,
      role: resource.properties['RoleArn'],
      needs: callsOf(stack, task),
    })),
  );

const ofMachines = (stack: Stack): Actor[] =>
  ofType(stack, 'AWS::StepFunctions::StateMachine').map((resource) => {
    const { RoleArn: role, LoggingConfiguration, TracingConfiguration } = resource.properties;
    const logs = list(at(LoggingConfiguration, 'Destinations')).length > 0 ? LOG_DELIVERY : [];
    const traces = isTrue(at(TracingConfiguration, 'Enabled')) ? TRACES : [];
    return { stack, resource, role, needs: [...logs, ...traces] };
  });

const ofFunctions = (stack: Stack): Actor[] =>
  ofType(stack, 'AWS::Lambda::Function').map((resource) => {
    const { region, account } = stack.place;
    const stream = `arn:aws:logs:${region}:${account}:log-group:/aws/lambda/${resource.ref}:log-stream:some`;
    const logs = ['CreateLogStream', 'PutLogEvents'].map((name) => ({ action: `logs:${name}`, resource: stream }));
    const traces = at(resource.properties, 'TracingConfig', 'Mode') === 'Active' ? SEGMENTS : [];
    const needs = [...logs, ...traces, ...queuesOf(stack, resource).flatMap(readingOf)];
    return { stack, resource, role: resource.properties['Role'], needs };
  });

const queuesOf = (stack: Stack, { ref, arn }: Resource): string[] =>
  ofType(stack, 'AWS::Lambda::EventSourceMapping')
    .filter(({ properties }) => [ref, arn].includes(text(properties['FunctionName'])))
    .map(({ properties }) => text(properties['EventSourceArn']));

/** https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html */
const readingOf = (QueueUrl: string): Need[] =>
  ['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes'].map((operation) => ({
    service: 'sqs',
    operation,
    input: { QueueUrl },
  }));

const ofSchedules = (stack: Stack): Actor[] =>
  ofType(stack, 'AWS::Scheduler::Schedule').map((resource) => {
    const target = resource.properties['Target'];
    const arn = text(at(target, 'Arn'));
    const QueueUrl = text(at(target, 'DeadLetterConfig', 'Arn'));
    const start = arn.includes(':stateMachine:')
      ? { service: 'states', operation: 'StartExecution', input: { stateMachineArn: arn } }
      : { service: 'lambda', operation: 'Invoke', input: { FunctionName: arn } };
    const deadLetters = { service: 'sqs', operation: 'SendMessage', input: { QueueUrl } };
    return { stack, resource, role: at(target, 'RoleArn'), needs: QueueUrl === '' ? [start] : [start, deadLetters] };
  });

const remedy = 'Allow it in the policy of the role, and in that of the key where kms refuses';

export const permissions: readonly Rule[] = [
  { name: 'state-may-do-its-work', remedy, check: eachActor(ofStates) },
  { name: 'machine-may-log-and-trace', remedy, check: eachActor(ofMachines) },
  { name: 'function-may-log-trace-and-read-its-queue', remedy, check: eachActor(ofFunctions) },
  { name: 'schedule-may-start-its-target', remedy, check: eachActor(ofSchedules) },
];
