import { describe, expect, it } from '@jest/globals';
import { definition, machineWith } from '../testing/machine.ts';
import { changed, found, stackWith } from '../testing/templates.ts';
import { stateMachines } from './stateMachines.ts';

const good = machineWith(definition);
/** asl-validator takes its time; what else is asked of a machine does not depend on it. */
const others = stateMachines.filter(({ name }) => name !== 'machine-valid');

const stackOf = (path: string, value?: unknown) => stackWith(machineWith(changed(definition, path, value)));

describe('the rules on state machines', () => {
  it('find nothing where all is well', async () => {
    expect(await found(stateMachines, stackWith(good))).toEqual([]);
  });

  it.each([
    ['machine-standard: Machine', 'Machine.Properties.StateMachineType', 'EXPRESS'],
    ['machine-traced: Machine', 'Machine.Properties.TracingConfiguration', undefined],
    ['machine-role-by-hand: Machine', 'Machine.Properties.RoleArn', 'arn:aws:iam::111122223333:role/elsewhere'],
  ])('find %s', async (problem, path, value) => {
    const problems = await found(others, stackWith(changed(good, path, value)));
    expect(problems).toEqual([expect.stringContaining(problem)]);
  });

  it.each([
    ['machine-valid: Machine, /States/Job: Missing', 'States.Job.Next', 'Nowhere'],
    // The local cloud refuses it, asl-validator does not know it.
    ["machine-valid: Machine, /States/Call: The field 'Colour'", 'States.Call.Colour', 'red'],
    ['machine-valid: Machine, /States/Job: QueryLanguage JSONPath', 'QueryLanguage', undefined],
    // The other way round.
    ['machine-valid: Machine: asl-validator: .*Resource', 'States.Call.Resource', 'a function'],
  ])('find %s', async (problem, path, value) => {
    const problems = await found(stateMachines, stackOf(path, value));
    expect(problems).toEqual([expect.stringMatching(new RegExp(`^${problem}`))]);
  });

  it.each([
    ['machine-times-out: Machine: an execution may go on for a year', undefined],
    ['machine-times-out: Machine, state Job: it may take \\d{6} s, the whole execution has 86400 s', 86400],
  ])('find %s', async (problem, seconds) => {
    const problems = await found(others, stackOf('TimeoutSeconds', seconds));
    expect(problems).toEqual([expect.stringMatching(new RegExp(`^${problem}`))]);
  });

  it('find a query language that is said state by state', async () => {
    const States = Object.fromEntries(
      Object.entries(definition.States).map(([name, state]) => [name, { ...state, QueryLanguage: 'JSONata' }]),
    );
    const stateByState = changed({ ...definition, States }, 'QueryLanguage');
    expect(await found(others, stackWith(machineWith(stateByState)))).toEqual([
      'machine-in-jsonata: Machine: its query language is not said at the top',
    ]);
  });
});
