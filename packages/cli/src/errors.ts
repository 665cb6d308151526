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

/**
 * What a person is told of an error: one line for what the surroundings did, where it came from for a fault of ours.
 */
export function told(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof CommandError) return error.message;
  if (isFullDisk(error))
    return `no space is left on the disk: make room, then start the same command again (${brief(error)})`;
  // https://smithy.io: every refusal of an AWS service, and nothing else, has `$metadata`.
  if ('$metadata' in error) return `AWS answered ${error.name}: ${brief(error)}`;
  // The system's words for it name the file.
  if ('syscall' in error || error.name === 'ContractError') return brief(error);
  return error.stack ?? error.message;
}

/** In the words of the system, SQLite and DuckDB. */
const FULL_DISK = /\bENOSPC\b|\bEDQUOT\b|no space left on device|disk is full|disk quota exceeded/i;

const isFullDisk = (error: unknown): boolean =>
  error instanceof Error && (FULL_DISK.test(error.message) || isFullDisk(error.cause));

const brief = ({ message }: Error): string => message.split('\n', 1)[0] ?? '';
