import { execFile, spawn } from 'node:child_process';
import { mkdir, open, readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

/** A pid alone may have passed to another process; together with the start time it is one process. */
export interface ChildIdentity {
  readonly pid: number;
  readonly startTime: string;
}

export interface Program {
  readonly command: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Takes both output streams; emptied first. */
  readonly logFile: string;
}

export interface ChildSpec extends Program {
  /** Ends the whole process group: politely, or at once if the reason is `CLOSED`. */
  readonly signal: AbortSignal;
  /** Called as soon as the process exists. */
  readonly started: (identity: ChildIdentity) => void;
}

/** The abort reason of a local cloud that is closing: there is no time to be polite. */
export const CLOSED = new Error('The local cloud is closing');

/** SageMaker gives a container 120 seconds between SIGTERM and SIGKILL; a laptop's user waits for less. */
const GRACE_MS = 5000;

/**
 * Runs a command in a process group of its own and resolves to its exit code (128 + signal number if killed). Rejects
 * with the system's error when it cannot be started at all.
 */
export async function runChild(spec: ChildSpec): Promise<number> {
  spec.signal.throwIfAborted();
  await mkdir(path.dirname(spec.logFile), { recursive: true });
  const log = await open(spec.logFile, 'w');
  try {
    const [program = '', ...args] = spec.command;
    const { PATH, HOME, TMPDIR } = process.env; // all that a job sees of this machine's environment
    const env = { PATH, HOME, TMPDIR, ...spec.env };
    const child = spawn(program, args, { cwd: spec.cwd, env, detached: true, stdio: ['ignore', log.fd, log.fd] });
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      resolve(code ?? 128 + (signal === null ? 0 : os.constants.signals[signal]));
    });
    const { pid } = child;
    if (pid === undefined) return await promise;
    const startTime = await startTimeOf(pid);
    if (startTime !== undefined) spec.started({ pid, startTime });
    return await endWith(spec.signal, pid, promise);
  } finally {
    await log.close();
  }
}

async function endWith(signal: AbortSignal, pid: number, exit: Promise<number>): Promise<number> {
  let killer: NodeJS.Timeout | undefined;
  const end = () => {
    if (signal.reason === CLOSED) {
      signalGroup(pid, 'SIGKILL');
      return;
    }
    signalGroup(pid, 'SIGTERM');
    killer = setTimeout(() => {
      signalGroup(pid, 'SIGKILL');
    }, GRACE_MS);
  };
  if (signal.aborted) end();
  else signal.addEventListener('abort', end, { once: true });
  try {
    return await exit;
  } finally {
    clearTimeout(killer);
    signal.removeEventListener('abort', end);
    signalGroup(pid, 'SIGKILL'); // whatever the command left behind
  }
}

/** Kills what is left of a child that an earlier life of this program started. */
export async function killSurvivor({ pid, startTime }: ChildIdentity): Promise<void> {
  if ((await startTimeOf(pid)) === startTime) signalGroup(pid, 'SIGKILL');
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    // EPERM is macOS's word for a group of which only zombies are left.
    if (!['ESRCH', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

/** Undefined when there is no such process. */
async function startTimeOf(pid: number): Promise<string | undefined> {
  try {
    if (process.platform === 'linux') {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
      return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    }
    return (await promisify(execFile)('ps', ['-o', 'lstart=', '-p', String(pid)])).stdout.trim() || undefined;
  } catch {
    return undefined; // no such process
  }
}
