import { alarms } from './alarms.ts';
import { buckets } from './buckets.ts';
import { deliveries } from './deliveries.ts';
import { functions } from './functions.ts';
import { jobNames } from './jobNames.ts';
import { jobs } from './jobs.ts';
import { keys } from './keys.ts';
import { logs } from './logs.ts';
import { permissions } from './permissions.ts';
import { queues } from './queues.ts';
import { roles } from './roles.ts';
import type { Rule } from './rule.ts';
import { stacks } from './stacks.ts';
import { stateMachines } from './stateMachines.ts';
import { tables } from './tables.ts';
import { tasks } from './tasks.ts';
import { topics } from './topics.ts';

/** Every rule, by subject. */
export const rules: readonly Rule[] = [
  ...stacks,
  ...buckets,
  ...keys,
  ...queues,
  ...topics,
  ...tables,
  ...logs,
  ...roles,
  ...functions,
  ...deliveries,
  ...stateMachines,
  ...tasks,
  ...jobs,
  ...jobNames,
  ...permissions,
  ...alarms,
];
