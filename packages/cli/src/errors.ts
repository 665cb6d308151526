/** A failure that a person can act on: one clear line on stderr, exit code 1. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}
