import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout } from 'node:timers/promises';

export class StateDirInUseError extends Error {
  override readonly name = 'StateDirInUseError';
}

/**
 * Makes this process the only one to serve `stateDir`; the result gives it up. The operating system holds the lock
 * (SQLite's, on a file of its own), so a killed process leaves none behind. Waits `patience` milliseconds for a
 * server that is on its way out.
 */
export async function lockStateDir(stateDir: string, patience = 5000): Promise<() => void> {
  const deadline = Date.now() + patience;
  const db = new DatabaseSync(join(stateDir, 'lock.sqlite'), { timeout: 0 });
  for (;;) {
    try {
      db.exec('BEGIN EXCLUSIVE');
      return () => {
        db.close();
      };
    } catch (cause) {
      if (Date.now() < deadline && isBusy(cause)) {
        await setTimeout(50);
        continue;
      }
      db.close();
      if (!isBusy(cause)) throw cause;
      throw new StateDirInUseError(
        `the state folder ${stateDir} is being served by another process: stop it, or use another folder`,
        { cause },
      );
    }
  }
}

const SQLITE_BUSY = 5;
const isBusy = (error: unknown): boolean => (error as { errcode?: unknown }).errcode === SQLITE_BUSY;
