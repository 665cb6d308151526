/** A job can't do its work. The message names counts, files and columns, never the content of rows: logs are shared. */
export class JobFailure extends Error {
  override readonly name = 'JobFailure';
}

/** The job was called in a way it does not know. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
