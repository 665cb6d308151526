import validate from 'asl-validator';
import { each, finding, type Finding, type Problem, type Rule } from '../rule.ts';
import { at, isTrue, text } from '../template/json.ts';
import { faultOf, machinesOf, type StateMachine } from '../template/machines.ts';
import type { Stack } from '../template/stack.ts';
import { longestWait } from '../template/waiting.ts';
import { ownRole } from '../template/world.ts';

const TYPE = 'AWS::StepFunctions::StateMachine';

const ofDefinitions =
  (problemsOf: (machine: StateMachine) => readonly Problem[]) =>
  (stacks: readonly Stack[]): Finding[] =>
    stacks.flatMap((stack) =>
      machinesOf(stack).flatMap((machine) =>
        problemsOf(machine).map((problem) => finding(stack, machine.resource, problem)),
      ),
    );

export const stateMachines: readonly Rule[] = [
  {
    name: 'machine-valid',
    remedy: 'Mend the definition: CreateStateMachine would refuse it',
    check: each(TYPE, (machine): Problem[] => {
      const fault = faultOf(machine);
      if (fault !== undefined) return [{ in: fault.location, what: fault.message }];
      // It writes into what it is given.
      const definition = JSON.parse(text(machine.properties['DefinitionString'])) as object;
      const { isValid, errorsText } = validate(definition);
      return isValid ? [] : [`asl-validator: ${errorsText('; ')}`];
    }),
  },
  {
    name: 'machine-standard',
    remedy: 'Set StateMachineType to STANDARD: an express execution lasts five minutes and cannot be redriven',
    check: each(TYPE, ({ properties }) =>
      (properties['StateMachineType'] ?? 'STANDARD') === 'STANDARD' ? undefined : 'it is not of type STANDARD',
    ),
  },
  {
    name: 'machine-traced',
    remedy: 'Set TracingConfiguration.Enabled to true',
    standsFor: ['AwsSolutions-SF2'],
    check: each(TYPE, ({ properties }) =>
      isTrue(at(properties, 'TracingConfiguration', 'Enabled')) ? undefined : 'its executions are missing in X-Ray',
    ),
  },
  {
    name: 'machine-role-by-hand',
    remedy: 'Set RoleArn to a role of the same template: the generated one knows little of SageMaker',
    check: each(TYPE, ({ properties }, stack) =>
      ownRole(stack, properties['RoleArn']) === undefined ? 'its role is none of this stack' : undefined,
    ),
  },
  {
    name: 'machine-in-jsonata',
    remedy: 'Set QueryLanguage to JSONata at the top',
    check: ofDefinitions(({ definition }) =>
      definition.QueryLanguage === 'JSONata' ? [] : ['its query language is not said at the top'],
    ),
  },
  {
    name: 'machine-times-out',
    remedy: 'Set TimeoutSeconds at the top, longer than any one state may wait and work',
    check: ofDefinitions(({ definition: { TimeoutSeconds }, tasks }) => {
      if (TimeoutSeconds === undefined) return ['an execution may go on for a year'];
      return tasks.flatMap(({ name, state }) => {
        const needed = longestWait(state) + (typeof state.TimeoutSeconds === 'number' ? state.TimeoutSeconds : 0);
        return needed >= TimeoutSeconds
          ? [{ in: `state ${name}`, what: `it may take ${needed} s, the whole execution has ${TimeoutSeconds} s` }]
          : [];
      });
    }),
  },
];
