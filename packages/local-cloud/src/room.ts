import { statfs } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

export class OutOfRoomError extends Error {
  override readonly name = 'OutOfRoomError';
}

/** So much is left for what is under way at the moment in which it is noticed. */
const RESERVE_BYTES = 64 * 1024 * 1024;
const EVERY_MS = 250;

/** Throws `OutOfRoomError` when the disk of `folder` has less than `reserve` bytes left. */
export async function requireRoom(folder: string, reserve = RESERVE_BYTES): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const left = bavail * bsize;
  if (left >= reserve) return;
  const [has, needs] = [left, reserve].map((bytes) => `${Math.floor(bytes / 1024 / 1024)} MB`);
  throw new OutOfRoomError(`the disk of ${folder} has ${has} left, and ${needs} are needed: make room there`);
}

/**
 * Throws `OutOfRoomError` as soon as the disk of `folder` is nearly full, and never settles otherwise. AWS has no full
 * disk and so no answer for one: a cloud that stops before it cannot write is as good as one that was killed.
 */
export async function watchRoom(folder: string): Promise<never> {
  for (;;) {
    await requireRoom(folder);
    await delay(EVERY_MS, undefined, { ref: false });
  }
}
