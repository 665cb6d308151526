import { access } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { CommandError } from '../errors.ts';

/** What every local cloud has in its state folder, from its first start on. */
export const configFile = (state: string): string => join(resolve(state), 'config.json');

/** For commands that only read: throws `CommandError` for a mistyped folder, before a local cloud is made there. */
export async function requireState(state: string): Promise<void> {
  try {
    await access(configFile(state));
  } catch (error) {
    throw new CommandError(`nothing was run in ${state} yet: \`--state\` names the folder, \`npm start\` fills one`, {
      cause: error,
    });
  }
}
