import { permissions } from './permissions/permissions.ts';
import type { Rule } from './rule.ts';
import { alarms } from './subjects/alarms.ts';
import { archives } from './subjects/archives.ts';
import { buckets } from './subjects/buckets.ts';
import { deliveries } from './subjects/deliveries.ts';
import { functions } from './subjects/functions.ts';
import { images } from './subjects/images.ts';
import { jobNames } from './subjects/jobNames.ts';
import { jobs } from './subjects/jobs.ts';
import { keys } from './subjects/keys.ts';
import { logs } from './subjects/logs.ts';
import { queues } from './subjects/queues.ts';
import { resourcePolicies } from './subjects/resourcePolicies.ts';
import { roles } from './subjects/roles.ts';
import { stacks } from './subjects/stacks.ts';
import { stateMachines } from './subjects/stateMachines.ts';
import { tables } from './subjects/tables.ts';
import { tasks } from './subjects/tasks.ts';
import { topics } from './subjects/topics.ts';
import { types } from './subjects/types.ts';
import { workGroups } from './subjects/workGroups.ts';

/** Every rule, by subject. */
export const rules: readonly Rule[] = [
  ...types,
  ...stacks,
  ...buckets,
  ...keys,
  ...queues,
  ...topics,
  ...resourcePolicies,
  ...tables,
  ...logs,
  ...roles,
  ...functions,
  ...images,
  ...archives,
  ...workGroups,
  ...deliveries,
  ...stateMachines,
  ...tasks,
  ...jobs,
  ...jobNames,
  ...permissions,
  ...alarms,
];
