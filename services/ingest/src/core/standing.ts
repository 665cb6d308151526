import type { Outcome } from '@regulabel/contracts/ingest/runSummary.v1';

/**
 * Events arrive in any order, and some twice. How much a line's result counts against another is one text, compared as
 * text: the greater one stays, whatever came first. Outcomes rank before times, so that `failed` never replaces another
 * outcome and `held` never a decision; of the same rank the later event counts.
 */
export const standing = (outcome: Outcome, at: string, eventId: string): string =>
  `${RANKS[outcome]}#${new Date(at).toISOString()}#${eventId}`;

/** Below every event's: at the deadline nothing is known but that no answer came. */
export const NO_ANSWER_STANDING = '0';

const RANKS: Readonly<Record<Outcome, number>> = {
  failed: 1,
  held: 2,
  promoted: 3,
  rejected: 3,
  skipped: 3,
  empty: 3,
  labelled: 3,
  'no-winner': 3,
};
