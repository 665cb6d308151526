import { paging } from '../paging.ts';

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListExecutions.html */
export const inPages = paging({
  size: 'maxResults',
  token: 'nextToken',
  most: 1000,
  usual: 100,
  least: 0,
  badToken: 'InvalidToken',
});
