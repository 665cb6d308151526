import type { Retrier } from '@regulabel/local-cloud/asl/definition';
import { eachTask, type Rule } from '../rule.ts';
import type { Task } from '../template/machines.ts';
import { waitOf } from '../template/waiting.ts';

/** ErrorEquals that take errors nobody thought of. */
const WILDCARDS = ['States.ALL', 'States.TaskFailed'];
const QUOTA = ['SageMaker.ResourceLimitExceededException', 'SageMaker.ThrottlingException'];
/** Sixty lines share default quotas of a few instances, and a job may take hours: so long a line waits for its turn. */
const HOURS_OF_WAITING = 12;

const retriers = ({ state }: Task): readonly Retrier[] => state.Retry ?? [];

export const tasks: readonly Rule[] = [
  {
    name: 'task-times-out',
    remedy: 'Set TimeoutSeconds: without it a lost answer is waited for until the execution ends',
    check: eachTask(({ state }) => (state.TimeoutSeconds === undefined ? 'it may take for ever' : undefined)),
  },
  {
    name: 'task-tries-again',
    remedy: 'Add a Retry for the errors that pass by themselves',
    check: eachTask((task) => (retriers(task).length === 0 ? 'one bad moment of a service fails the line' : undefined)),
  },
  {
    name: 'task-names-errors',
    remedy: 'Name the errors: what nobody thought of has to fail the state, where a redrive starts again',
    check: eachTask(({ state }) => {
      const handlers = [...(state.Retry ?? []), ...(state.Catch ?? [])];
      const wild = handlers.flatMap(({ ErrorEquals }) => ErrorEquals.filter((name) => WILDCARDS.includes(name)));
      return wild.length === 0 ? undefined : `it takes ${wild.join(', ')}`;
    }),
  },
  {
    name: 'task-spreads-retries',
    remedy: 'Set JitterStrategy to FULL: sixty lines must not come back at the same moment',
    check: eachTask((task) =>
      retriers(task).flatMap(({ JitterStrategy, ErrorEquals }) =>
        JitterStrategy === 'FULL' ? [] : [`it retries ${ErrorEquals.join(', ')} without jitter`],
      ),
    ),
  },
  {
    name: 'task-bounds-delays',
    remedy: 'Set MaxDelaySeconds',
    check: eachTask((task) =>
      retriers(task).flatMap(({ MaxDelaySeconds, ErrorEquals }) =>
        MaxDelaySeconds === undefined ? [`its delays after ${ErrorEquals.join(', ')} have no bound`] : [],
      ),
    ),
  },
  {
    name: 'task-reaches-every-retrier',
    remedy: 'Name each error once: the first retrier that names it takes it',
    check: eachTask((task) => {
      const names = retriers(task).flatMap(({ ErrorEquals }) => ErrorEquals);
      const twice = names.filter((name, index) => names.indexOf(name) !== index);
      return twice.length === 0 ? undefined : `it names ${twice.join(', ')} more than once`;
    }),
  },
  {
    name: 'task-waits-for-quotas',
    remedy: `Retry ${QUOTA.join(' and ')} until ${HOURS_OF_WAITING} hours are over, half of every delay being jitter`,
    check: eachTask((task) => {
      if (!task.state.Resource.includes(':sagemaker:create')) return undefined;
      return QUOTA.flatMap((error) => {
        const retrier = retriers(task).find(({ ErrorEquals }) => ErrorEquals.includes(error));
        const hours = retrier === undefined ? 0 : waitOf(retrier, 0.5) / 3600;
        return hours >= HOURS_OF_WAITING ? [] : [`it waits ${hours.toFixed(1)} hours after ${error}`];
      });
    }),
  },
];
