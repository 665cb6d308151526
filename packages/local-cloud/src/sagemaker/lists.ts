/** What SageMaker's List operations have in common: filters, order, pages. */
import { z } from 'zod';
import { paging } from '../paging.ts';
import type { Kind } from './jobs.ts';

export const inPages = paging({ size: 'MaxResults', token: 'NextToken', most: 100, usual: 10 });
export const tagsInPages = paging({ size: 'MaxResults', token: 'NextToken', least: 50, most: 1000 });

/** What can be listed. Times are epoch seconds. */
interface Listed {
  readonly name: string;
  readonly created: number;
  readonly modified?: number;
  readonly status?: string;
  /** A trial's value of the objective metric. */
  readonly objective?: number | undefined;
}

const SORT_KEYS = {
  Name: 'name',
  CreationTime: 'created',
  Status: 'status',
  FinalObjectiveMetricValue: 'objective',
} as const;

const time = z.number().optional();
const made = { CreationTimeAfter: time, CreationTimeBefore: time, NameContains: z.string().max(63).optional() };
const changed = { LastModifiedTimeAfter: time, LastModifiedTimeBefore: time };
const ofJobs = {
  SortBy: z.literal(['Name', 'CreationTime', 'Status']).default('CreationTime'),
  SortOrder: z.literal(['Ascending', 'Descending']).default('Ascending'),
  StatusEquals: z.literal(['InProgress', 'Completed', 'Failed', 'Stopping', 'Stopped']).optional(),
};

/** The usual orders differ: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListTransformJobs.html etc. */
const jobs = { ...made, ...changed, ...ofJobs };
export const listRequests: Readonly<Record<Kind, typeof jobs>> = {
  Processing: jobs,
  Training: jobs,
  Transform: { ...jobs, SortOrder: ofJobs.SortOrder.unwrap().default('Descending') },
  HyperParameterTuning: { ...jobs, SortBy: ofJobs.SortBy.unwrap().default('Name') },
};
export const listModels = {
  ...made,
  SortBy: z.literal(['Name', 'CreationTime']).default('CreationTime'),
  SortOrder: ofJobs.SortOrder.unwrap().default('Descending'),
};
export const listTrials = {
  ...ofJobs,
  SortBy: z.literal(['Name', 'CreationTime', 'Status', 'FinalObjectiveMetricValue']).default('Name'),
  HyperParameterTuningJobName: z.string(),
};

type Sorting = Pick<z.output<z.ZodObject<typeof listTrials>>, 'SortBy' | 'SortOrder'>;
type Choice = Sorting & Partial<Omit<z.output<z.ZodObject<typeof jobs>>, keyof Sorting>>;

/** Of `all`, given oldest first, what is asked for, in the order asked for. */
export function chosen<T extends Listed>(all: readonly T[], choice: Choice): T[] {
  const { CreationTimeAfter = 0, CreationTimeBefore = Infinity, NameContains = '', StatusEquals } = choice;
  const { LastModifiedTimeAfter = 0, LastModifiedTimeBefore = Infinity } = choice;
  const key = SORT_KEYS[choice.SortBy];
  const direction = choice.SortOrder === 'Ascending' ? 1 : -1;
  return all
    .filter(({ name }) => name.includes(NameContains))
    .filter(({ status }) => StatusEquals === undefined || status === StatusEquals)
    .filter(({ created }) => created > CreationTimeAfter && created < CreationTimeBefore)
    .filter(({ modified = 1 }) => modified > LastModifiedTimeAfter && modified < LastModifiedTimeBefore)
    .filter((each) => key !== 'objective' || each.objective !== undefined)
    .sort((one, other) => direction * compare(one[key] ?? 0, other[key] ?? 0));
}

function compare(one: string | number, other: string | number): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
