/** Who takes on which role. */
import { at, list, text } from './json.ts';
import { machinesOf } from './machines.ts';
import { ofType, type Resource, type Stack } from './stack.ts';

export interface Use {
  readonly stack: Stack;
  /** Where it is said: a resource, or a state in it. */
  readonly resource: Resource;
  readonly state?: string;
  readonly role: string;
  /** Two uses by the same are one: two schedules that start the same machine do the same. */
  readonly by: string;
  /** The service principal that assumes it. */
  readonly service: string;
  /** What the service does it for. */
  readonly source: string;
}

export const usesIn = (stack: Stack): readonly Use[] => [
  ...ofType(stack, 'AWS::Lambda::Function').map((resource): Use => {
    const { id, arn: source, properties } = resource;
    return {
      stack,
      resource,
      role: text(properties['Role']),
      by: `function ${id}`,
      service: 'lambda.amazonaws.com',
      source,
    };
  }),
  ...ofType(stack, 'AWS::Scheduler::Schedule').map((resource): Use => {
    const target = resource.properties['Target'];
    const role = text(at(target, 'RoleArn'));
    const by = `target ${text(at(target, 'Arn'))}`;
    return { stack, resource, role, by, service: 'scheduler.amazonaws.com', source: resource.arn };
  }),
  ...ofType(stack, 'AWS::Events::Rule').flatMap((resource) =>
    list(resource.properties['Targets']).flatMap((target): Use[] => {
      const role = text(at(target, 'RoleArn'));
      const by = `target ${text(at(target, 'Arn'))}`;
      return role === '' ? [] : [{ stack, resource, role, by, service: 'events.amazonaws.com', source: resource.arn }];
    }),
  ),
  ...machinesOf(stack).flatMap(({ resource, tasks }) => [
    {
      stack,
      resource,
      role: text(resource.properties['RoleArn']),
      by: `state machine ${resource.id}`,
      service: 'states.amazonaws.com',
      source: resource.arn,
    },
    ...tasks.flatMap(({ name: state, args }): Use[] => {
      const role = passedRole(args);
      const by = `jobs of ${resource.id}, state ${state}`;
      const source = `arn:aws:sagemaker:${stack.place.region}:${stack.place.account}:job/any`;
      return role === '' ? [] : [{ stack, resource, state, role, by, service: 'sagemaker.amazonaws.com', source }];
    }),
  ]),
];

/** The role that a call to SageMaker hands over. */
export const passedRole = (args: unknown): string =>
  text(at(args, 'TrainingJobDefinition', 'RoleArn') ?? at(args, 'RoleArn') ?? at(args, 'ExecutionRoleArn'));
