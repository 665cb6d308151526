// Where a demo's time and memory go: runs `demo` on a state folder of its own, with the options given, and looks at every
// process of it ten times a second (in /proc: Linux only). Not a check: the figures depend on the machine; compare shares.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const LOOK_EVERY_MS = 100;
const TICKS_PER_SECOND = 100; // of the kernel's clock, the same on all Linux platforms that Node runs on

interface Seen {
  readonly kind: string;
  /** CPU seconds, until the last look. */
  readonly cpu: number;
  /** MiB, the most that was resident. */
  readonly peak: number;
}

/** Field 1 of `/proc/PID/stat` is the parent's pid here, 11 and 12 the process's ticks, 13 and 14 those of its ended children. */
function statOf(pid: string): string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

const seconds = (...ticks: (string | undefined)[]): number =>
  ticks.reduce((sum, each) => sum + Number(each), 0) / TICKS_PER_SECOND;

/** `cli`, `local-cloud`, `local-cloud/processes`, or for a job its package and program: `jobs collect`. */
function kindOf(commandLine: string): string {
  const args = commandLine.split('\0');
  const main = args.findIndex((each) => /packages\/[^/]+\/(src|dist)\/.*main\.(ts|cjs)$/.test(each));
  if (main < 0) return basename(args[0] ?? '');
  const path = (args[main] ?? '').replace(/.*packages\//, '');
  const place = dirname(path).replace(/\/(src|dist)/, '');
  return path.includes('/dist/') ? `${place} ${args[main + 1] ?? ''}` : place;
}

/** Looks once at the process `root` and all below it; a process that ends meanwhile stays as it was seen last. */
function look(root: number, seen: Map<string, Seen>): void {
  const stats = new Map<string, string[]>();
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name)))
    attempt(() => stats.set(pid, statOf(pid)));
  const isBelow = (pid: string): boolean => {
    if (pid === String(root)) return true;
    const [, parent = '0'] = stats.get(pid) ?? [];
    return parent !== '0' && isBelow(parent);
  };
  for (const [pid, stat] of stats) {
    if (!isBelow(pid)) continue;
    attempt(() => {
      const key = `${pid} ${stat[19] ?? ''}`;
      const commandLine = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      const resident = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
      if (commandLine === '' || resident === undefined) return;
      seen.set(key, { kind: kindOf(commandLine), cpu: seconds(stat[11], stat[12]), peak: Number(resident) / 1024 });
    });
  }
}

/** A process may be gone between two looks at it. */
function attempt(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

async function demo(state: string, options: readonly string[]) {
  const main = join(dirname(import.meta.dirname), 'packages', 'cli', 'src', 'main.ts');
  const args = ['--disable-warning=ExperimentalWarning', main, 'demo', '--state', state, '--json', ...options];
  const start = performance.now();
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const said: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => said.push(chunk));
  const seen = new Map<string, Seen>();
  const closed = once(child, 'close').then(([code]) => code as number | null);
  while (child.exitCode === null && child.signalCode === null) {
    if (child.pid !== undefined) look(child.pid, seen);
    await Promise.race([delay(LOOK_EVERY_MS), closed]);
  }
  if ((await closed) !== 0) process.exitCode = 1;
  return { seen, wall: (performance.now() - start) / 1000, document: Buffer.concat(said).toString() };
}

const state = await mkdtemp(join(tmpdir(), 'regulabel-bench-'));
try {
  const { seen, wall, document } = await demo(state, process.argv.slice(2));
  const { training } = JSON.parse(document) as { training: { lines: unknown[] } };
  const own = statOf('self');
  const all = seconds(own[13], own[14]);
  const kinds = [...Map.groupBy(seen.values(), ({ kind }) => kind)]
    .map(([kind, found]) => ({
      kind,
      processes: found.length,
      cpu: found.reduce((sum, each) => sum + each.cpu, 0),
      peak: Math.max(...found.map((each) => each.peak)),
    }))
    .sort((one, other) => other.cpu - one.cpu);
  const unseen = all - kinds.reduce((sum, { cpu }) => sum + cpu, 0);
  const row = (cells: readonly string[]): string =>
    cells.map((cell, at) => (at === 0 ? cell.padEnd(28) : cell.padStart(11))).join('');
  const share = (cpu: number): string => `${((100 * cpu) / all).toFixed(1)} %`;
  const rows = [
    ['process', 'processes', 'CPU s', 'share', 'peak MiB'],
    ...kinds.map(({ kind, processes, cpu, peak }) => [
      kind,
      String(processes),
      cpu.toFixed(1),
      share(cpu),
      peak.toFixed(0),
    ]),
    ['(ends of processes, unseen)', '', unseen.toFixed(1), share(unseen), ''],
    ['all', String(seen.size), all.toFixed(1), '', ''],
  ];
  const lines = training.lines.length;
  process.stdout.write(`${rows.map(row).join('\n')}\n`);
  process.stdout.write(
    `${wall.toFixed(1)} s for ${lines} lines on ${availableParallelism()} cores, ${((100 * all) / wall / availableParallelism()).toFixed(0)} % of them used; ` +
      `a line took ${(all / lines).toFixed(2)} s of CPU\n`,
  );
} finally {
  await rm(state, { recursive: true, force: true });
}
