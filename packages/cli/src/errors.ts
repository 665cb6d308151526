/** A failure that a person can act on: one clear line on stderr, exit code 1. */
export class CommandError extends Error {
  override readonly name: string = 'CommandError';
}

/** What shells say of a command that Ctrl-C ended: 128 and the signal's number. */
export const INTERRUPTED = 130;

/** Ended by Ctrl-C: one line that says how to go on, exit code 130. */
export class InterruptedError extends CommandError {
  override readonly name = 'InterruptedError';
}
