import * as z from 'zod';
import {
  arn,
  catalogueVersion,
  count,
  country,
  instant,
  line,
  month,
  purpose,
  runId,
  s3Uri,
  scheme,
  storedCatalogue,
} from '@regulabel/contracts/values';
import { metrics } from '@regulabel/contracts/evaluation/decision.v1';

/**
 * Items of the two tables that only services and the command line read. The others are published contracts: `lineResult` and
 * `runSummary` in the runs table, `decision` in the winners table.
 */

/** A run as the runs table has it. */
export const run = z.object({
  runId,
  purpose,
  month: month.optional(),
  executionArn: arn,
  catalogue: storedCatalogue,
  lines: z.array(line),
  startedAt: instant,
  deadline: instant,
  status: z.enum(['running', 'closed']),
  closedAt: instant.optional(),
  /** Counts the completion events of this run: 1 for the first. */
  revision: count,
  /** The last revision whose event is known to be on the bus. */
  announced: count,
});
export type Run = z.infer<typeof run>;

/** Which published catalogue is in force: one item of the runs table. */
export const catalogueInForce = z.object({
  version: catalogueVersion,
  uri: s3Uri,
  previousVersion: catalogueVersion.optional(),
  publishedAt: instant,
  /** Whether `CatalogueChanged` for it is known to be on the bus. */
  announced: z.boolean(),
});
export type CatalogueInForce = z.infer<typeof catalogueInForce>;

/** The winner of a line: the item that the decision's transaction moves. */
export const winner = z.object({
  country,
  scheme,
  decisionId: z.string(),
  model: z.string(),
  since: instant,
  runId,
  metrics,
});
export type Winner = z.infer<typeof winner>;
