import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

const NAME = /^loading-(\d+)$/;

/** An empty folder of this process below the state folder. What processes left there that were killed is taken away. */
export async function workFolder(state: string): Promise<string> {
  for (const name of await readdir(state)) {
    const [, pid] = NAME.exec(name) ?? [];
    if (pid === undefined || (Number(pid) !== process.pid && isAlive(Number(pid)))) continue;
    await rm(join(state, name), { recursive: true, force: true });
  }
  const folder = join(state, `loading-${process.pid}`);
  await mkdir(folder);
  return folder;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
