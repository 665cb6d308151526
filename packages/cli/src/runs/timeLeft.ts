import type { Stage, Stages } from './stages.ts';

/** How much of a line's work lies behind it when it is at a stage under way; all of it once it has ended. */
const BEHIND: Partial<Record<Stage, number>> = { waiting: 0, training: 0, labelling: 0, testing: 0.6, comparing: 0.9 };

/** How much of a run's work is done, 0 to 1. */
export function shareDone(stages: Stages): number {
  const behind = [...stages.values()].map((stage) => BEHIND[stage] ?? 1);
  return behind.length === 0 ? 0 : behind.reduce((sum, share) => sum + share, 0) / behind.length;
}

/** Before so much of what there was to do was seen being done, an estimate would only be a guess. */
const LEAST_SHARE = 0.1;
const LEAST_SECONDS = 10;
/** An estimate moves towards what was seen last within about so long. */
const SMOOTHING_SECONDS = 15;

/**
 * Estimates when a run ends, from the pace at which its share grew since it was first looked at: what was done before
 * that, or while nobody looked, says nothing of the pace. Answers the seconds that are left once that means something.
 */
export function createEstimate(): (share: number, now: Date) => number | undefined {
  let first: { share: number; at: number } | undefined;
  let last: { end: number; at: number } | undefined;
  return (share, now) => {
    const at = now.getTime() / 1000;
    first ??= { share, at };
    const [gained, seconds] = [share - first.share, at - first.at];
    if (gained < LEAST_SHARE * (1 - first.share) || gained === 0 || seconds < LEAST_SECONDS) return undefined;
    const seen = at + ((1 - share) * seconds) / gained;
    const weight = last === undefined ? 1 : 1 - Math.exp((last.at - at) / SMOOTHING_SECONDS);
    const end = last === undefined ? seen : last.end + (seen - last.end) * weight;
    last = { end, at };
    return Math.max(end - at, 0);
  };
}

/** `about 2 min left`: no finer than an estimate can be. */
export function aboutLeft(seconds: number): string {
  if (seconds < 50) return 'less than a minute left';
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `about ${Math.max(minutes, 1)} min left` : `about ${Math.round(minutes / 60)} h left`;
}

/** `42 s`, `3 min 05 s`, `2 h 03 min`. */
export function duration(seconds: number): string {
  const whole = Math.max(Math.floor(seconds), 0);
  const two = (value: number): string => String(value).padStart(2, '0');
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  return minutes < 60
    ? `${minutes} min ${two(whole % 60)} s`
    : `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`;
}
