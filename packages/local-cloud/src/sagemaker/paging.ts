import { z } from 'zod';
import { parseRequest } from './shapes.ts';
import type { Input } from '../aws.ts';

const pageMembers = {
  SortOrder: z.literal(['Ascending', 'Descending']).optional(),
  MaxResults: z.int().min(1).max(100).optional(),
  NextToken: z.string().regex(/^\d+$/).optional(),
  StatusEquals: z.literal(['InProgress', 'Completed', 'Failed', 'Stopping', 'Stopped']).optional(),
};
const listRequest = z.strictObject({
  ...pageMembers,
  SortBy: z.literal(['Name', 'CreationTime']).optional(),
  NameContains: z.string().optional(),
});
const trialsRequest = z.strictObject({
  ...pageMembers,
  SortBy: z.literal(['Name', 'CreationTime', 'FinalObjectiveMetricValue']).optional(),
  HyperParameterTuningJobName: z.string(),
});

type Request = z.infer<typeof listRequest> | z.infer<typeof trialsRequest>;

export const parseList = (operation: string, input: Input) => parseRequest(operation, listRequest, input);
export const parseTrialsList = (operation: string, input: Input) => parseRequest(operation, trialsRequest, input);

interface Listed {
  readonly name: string;
  readonly created: number;
  readonly status: string;
}

/** One page of what a list request asks for; `score` serves SortBy FinalObjectiveMetricValue. */
export function page<T extends Listed>(
  request: Request,
  items: readonly T[],
  sortBy: NonNullable<z.infer<typeof trialsRequest>['SortBy']>,
  score: (item: T) => number = () => 0,
): { page: T[]; NextToken?: string } {
  const wanted = 'NameContains' in request ? (request.NameContains ?? '') : '';
  const chosen = items.filter(
    ({ name, status }) => name.includes(wanted) && status === (request.StatusEquals ?? status),
  );
  const order = request.SortBy ?? sortBy;
  const rank = (item: T): number | string => {
    if (order === 'Name') return item.name;
    return order === 'CreationTime' ? item.created : score(item);
  };
  chosen.sort((one, other) => (rank(one) < rank(other) ? -1 : Number(rank(one) > rank(other))));
  if (request.SortOrder === 'Descending') chosen.reverse();
  const start = Number(request.NextToken ?? 0);
  const end = start + (request.MaxResults ?? 100);
  return { page: chosen.slice(start, end), ...(end < chosen.length ? { NextToken: String(end) } : {}) };
}
