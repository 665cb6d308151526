import type { Run } from '@regulabel/shared/tableItems';
import { instant } from '@regulabel/contracts/values';
import * as z from 'zod';
import { monthOf } from './extraction.ts';

/** The input that the schedule gives. */
export const monthCheckInput = z.object({ scheduledTime: instant });

/** What is still to come of the month that was complete at the scheduled time. */
export interface OpenMonth {
  readonly month: string;
  /** One sentence for each of the two runs that is not closed. */
  readonly problems: readonly string[];
}

/**
 * Whether the month's two runs closed: the training that the month of `scheduledTime` started with, and the inference of
 * the month before. A closed run counts however its lines ended; of several one is enough. Undefined when both are.
 */
export function openMonth(scheduledTime: string, runs: readonly Run[]): OpenMonth | undefined {
  const month = monthOf({ purpose: 'inference', scheduledTime });
  const trainings = runs.filter(
    ({ purpose, startedAt }) => purpose === 'training' && startedAt > scheduledTime.slice(0, 7),
  );
  const inferences = runs.filter((run) => run.purpose === 'inference' && run.month === month);
  const problems = [...problemOf('training', trainings), ...problemOf('inference', inferences)];
  return problems.length === 0 ? undefined : { month, problems };
}

function problemOf(purpose: Run['purpose'], runs: readonly Run[]): string[] {
  if (runs.some(({ status }) => status === 'closed')) return [];
  if (runs.length === 0) return [`no run of ${purpose} was started`];
  const named = runs.map(({ runId, deadline }) => `${runId} (deadline ${deadline})`).join(', ');
  return [`no run of ${purpose} is closed: ${named} still ${runs.length === 1 ? 'runs' : 'run'}`];
}
