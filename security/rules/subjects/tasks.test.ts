import { describe, expect, it } from '@jest/globals';
import { definition, machineWith } from '../testing/machine.ts';
import { changed, found, stackWith } from '../testing/templates.ts';
import { tasks } from './tasks.ts';

const retrier = (ErrorEquals: string[]) => ({ ErrorEquals, MaxDelaySeconds: 60, JitterStrategy: 'FULL' });
const findings = (of: object) => found(tasks, stackWith(machineWith(of)));

describe('the rules on Task states', () => {
  it('find nothing where all is well', async () => {
    expect(await findings(definition)).toEqual([]);
  });

  it.each([
    ['task-times-out: Machine, state Call', 'States.Call.TimeoutSeconds', undefined],
    ['task-tries-again: Machine, state Call', 'States.Call.Retry', undefined],
    ['task-names-errors: Machine, state Call: it takes States.ALL', 'States.Call.Retry.0.ErrorEquals', ['States.ALL']],
    [
      'task-names-errors: Machine, state Call: it takes States.TaskFailed',
      'States.Call.Retry.0.ErrorEquals',
      ['X', 'States.TaskFailed'],
    ],
    ['task-names-errors: Machine, state Call', 'States.Call.Catch', [{ ErrorEquals: ['States.ALL'], Next: 'Job' }]],
    ['task-spreads-retries: Machine, state Call', 'States.Call.Retry.0.JitterStrategy', undefined],
    ['task-bounds-delays: Machine, state Call', 'States.Call.Retry.0.MaxDelaySeconds', undefined],
    [
      'task-reaches-every-retrier: Machine, state Call: it names Again more than once',
      'States.Call.Retry',
      [retrier(['First', 'Again']), retrier(['Again'])],
    ],
  ])('find %s', async (problem, path, value) => {
    expect(await findings(changed(definition, path, value))).toEqual([expect.stringContaining(problem)]);
  });

  it('find a job that does not wait for its quota long enough, by the sum of its delays', async () => {
    // 30, 60, 120, 240, 480 and 600 s from then on; jitter halves them.
    const hours = (attempts: number) => (930 + 600 * (attempts - 5)) / 2 / 3600;
    const problems = await findings(changed(definition, 'States.Job.Retry.0.MaxAttempts', 100));
    expect(problems).toEqual(
      ['ResourceLimitExceededException', 'ThrottlingException'].map(
        (error) =>
          `task-waits-for-quotas: Machine, state Job: it waits ${hours(100).toFixed(1)} hours after SageMaker.${error}`,
      ),
    );
  });

  it('find a job that does not know of throttling', async () => {
    const quotas = ['SageMaker.ResourceLimitExceededException'];
    expect(await findings(changed(definition, 'States.Job.Retry.0.ErrorEquals', quotas))).toEqual([
      'task-waits-for-quotas: Machine, state Job: it waits 0.0 hours after SageMaker.ThrottlingException',
    ]);
  });

  it('look into Map states', async () => {
    const { Call } = definition.States;
    const inner = { StartAt: 'Inner', States: { Inner: changed(Call, 'TimeoutSeconds') } };
    const map = { Type: 'Map', Items: '{% [1] %}', ItemProcessor: inner, End: true };
    expect(await findings({ ...definition, StartAt: 'Map', States: { Map: map } })).toEqual([
      expect.stringContaining('task-times-out: Machine, state Inner'),
    ]);
  });
});
