import * as z from 'zod';
import { instant, purpose, runId } from '@regulabel/contracts/values';

/** What an extraction is asked for: the schedules' input, or an operator's. */
export interface RunRequest {
  readonly purpose: 'training' | 'inference';
  readonly scheduledTime: Date;
  /** Names the run instead of the scheduled time. */
  readonly token?: string;
  /** The month to label; the last complete one by default. */
  readonly month?: string;
}

export const runIdOf = ({ purpose, scheduledTime, token }: RunRequest): string =>
  `${purpose}-${token ?? scheduledTime.toISOString().replace(/[-:]|\.\d+/g, '')}`;

const input = z.object({ purpose, scheduledTime: instant, token: z.string().exactOptional() });

/** The id of the run that an extraction with this input, as JSON text, is for; undefined for any other text. */
export function runIdOfInput(text: string): string | undefined {
  try {
    const request = input.parse(JSON.parse(text));
    return runId.safeParse(runIdOf({ ...request, scheduledTime: new Date(request.scheduledTime) })).data;
  } catch {
    // Some other machine's input, or no JSON.
    return undefined;
  }
}
