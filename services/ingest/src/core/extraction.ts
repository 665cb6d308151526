import { linesOf } from '@regulabel/shared/catalogue';
import type { Catalogue } from '@regulabel/contracts/ingest/catalogue.v1';
import type { Run } from '@regulabel/shared/tableItems';
import { instant, month, purpose } from '@regulabel/contracts/values';
import * as z from 'zod';

/** The input of an execution of the extract state machine. */
export const extractionInput = z
  .object({
    purpose,
    /** When the run was due: the schedule's time, however late it fires. */
    scheduledTime: instant,
    /** Names the run instead of the scheduled time: for a run that an operator starts. */
    token: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9-]{0,31}$/)
      .optional(),
    /** The month to label; by default the last one that was complete at the scheduled time. */
    month: month.optional(),
  })
  .refine((input) => input.purpose === 'inference' || input.month === undefined, {
    path: ['month'],
    message: 'training learns from all labelled items: only inference takes a month',
  });
export type ExtractionInput = z.infer<typeof extractionInput>;

/** `<purpose>-<token>`, or `<purpose>-<scheduled time>` in ISO 8601's basic form. */
export const runIdOf = ({ purpose, scheduledTime, token }: ExtractionInput): string =>
  `${purpose}-${token ?? compact(scheduledTime)}`;

/** The month that the run's datasets are of: for inference the one to label, for training the scheduled time's own. */
export const monthOf = ({ purpose, scheduledTime, month }: ExtractionInput): string =>
  purpose === 'training' ? scheduledTime.slice(0, 7) : (month ?? monthBefore(scheduledTime));

/** The run as its first execution claims it. */
export function plannedRun(
  input: ExtractionInput,
  claim: {
    executionArn: string;
    catalogue: { version: string; uri: string; content: Catalogue };
    startedAt: Date;
    deadlineHours: number;
  },
): Run {
  const { executionArn, catalogue, startedAt, deadlineHours } = claim;
  return {
    runId: runIdOf(input),
    purpose: input.purpose,
    ...(input.purpose === 'inference' ? { month: monthOf(input) } : {}),
    executionArn,
    catalogue: { version: catalogue.version, uri: catalogue.uri },
    lines: linesOf(catalogue.content),
    startedAt: startedAt.toISOString(),
    deadline: new Date(startedAt.getTime() + deadlineHours * 3_600_000).toISOString(),
    status: 'running',
    revision: 0,
    announced: 0,
  };
}

const compact = (time: string): string => time.replace(/\.\d+/, '').replace(/[-:]/g, '');

function monthBefore(time: string): string {
  const date = new Date(time);
  return new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - 1)).toISOString().slice(0, 7);
}
