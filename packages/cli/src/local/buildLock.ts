import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * Does `work` when no other process does anything under the lock of this folder. The operating system holds the lock
 * (SQLite's, on a file of its own): a killed process leaves none behind. `waiting` is called once where it has to be
 * waited for.
 */
export async function locked<T>(
  folder: string,
  { work, waiting }: { readonly work: () => Promise<T>; readonly waiting: () => void },
): Promise<T> {
  const lock = new DatabaseSync(join(folder, 'lock.sqlite'), { timeout: 0 });
  try {
    if (!taken(lock)) {
      waiting();
      do await delay(100);
      while (!taken(lock));
    }
    return await work();
  } finally {
    lock.close();
  }
}

const SQLITE_BUSY = 5;

function taken(lock: DatabaseSync): boolean {
  try {
    lock.exec('BEGIN EXCLUSIVE');
    return true;
  } catch (error) {
    if ((error as { errcode?: unknown }).errcode === SQLITE_BUSY) return false;
    throw error;
  }
}
