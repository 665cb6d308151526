import { RegulabelError } from '../errors.ts';

/** A variable that the function's template sets. Throws `EnvironmentIncomplete` with its name when it does not. */
export function environment(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') {
    throw new RegulabelError(
      'EnvironmentIncomplete',
      `the environment variable ${name} is not set: the function's template has to set it`,
    );
  }
  return value;
}
