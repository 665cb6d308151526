import type { LineResult } from '@regulabel/contracts/ingest/runSummary.v1';
import { lineName } from '@regulabel/contracts/values';
import { screenOf } from './output.ts';
import { countsInWords, frame, width } from './runs/frame.ts';
import type { RunState } from './runs/readRuns.ts';
import { inBrief } from './runs/reasons.ts';
import type { Stages } from './runs/stages.ts';
import { aboutLeft, createEstimate, duration, shareDone } from './runs/timeLeft.ts';

/** What a person sees while work goes on: a block that redraws itself on a terminal, plain lines elsewhere. */
export interface Progress {
  /** One line that stays. */
  readonly say: (line: string) => void;
  /** Where a run stands now. */
  readonly show: (state: RunState, stages: Stages) => void;
  /** Takes the block away; what was said stays. */
  readonly clear: () => void;
  /** The same, for good: what still goes on shows nothing any more. */
  readonly end: () => void;
}

interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  readonly now: () => Date;
}

export function createProgress(
  stream: NodeJS.WriteStream,
  { env, now }: Surroundings = { env: process.env, now: () => new Date() },
): Progress {
  return stream.isTTY && env['TERM'] !== 'dumb' ? liveProgress(stream, env, now) : plainProgress(stream, now);
}

const HEARTBEAT_MS = 30_000;

/** For logs: each line as it ends, and now and then how many are where. */
function plainProgress(stream: NodeJS.WritableStream, now: () => Date): Progress {
  const ended = newlyEnded();
  const headings = headingsOf();
  let beat = 0;
  const write = (...parts: string[]): void => {
    stream.write(`${[clock(now()), ...parts].join('  ')}\n`);
  };
  return {
    say: (line) => stream.write(`${line}\n`),
    show: (state, stages) => {
      for (const sentence of sentences(ended(state))) write(sentence);
      const [name = '', lines = '', ...rest] = headings(state, stages, now());
      const begun = [...stages.values()].some((stage) => stage !== 'waiting');
      if (!begun || now().getTime() < beat + HEARTBEAT_MS) return;
      beat = now().getTime();
      write(name, `${lines}: ${countsInWords(stages.values())}`, ...rest);
    },
    clear: () => undefined,
    end: () => undefined,
  };
}

/** For terminals: one block below everything that was said. */
function liveProgress(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv, now: () => Date): Progress {
  const ended = newlyEnded();
  const headings = headingsOf();
  let over = false;
  let drawn: readonly string[] = [];
  let block: () => string[] = () => [];
  /** In one go, so that nothing flickers: takes the block away, says what is said, and draws the block below it. */
  const write = (said: readonly string[]): void => {
    // A narrower terminal has wrapped the lines that it shows.
    const rows = drawn.reduce((sum, line) => sum + Math.max(Math.ceil(width(line) / stream.columns), 1), 0);
    drawn = block();
    // Deleted, not erased: an erased screen may stay in the terminal's history, and erased lines stay joined as wrapped.
    // From the first column: the terminal writes ^C at the cursor when it is pressed.
    const away = rows === 0 ? '' : `\r\u001b[${rows}A\u001b[${rows}M`;
    stream.write(away + [...said, ...drawn].map((line) => `${line}\n`).join(''));
  };
  const redraw = (): void => {
    write([]);
  };
  const clear = (): void => {
    if (drawn.length === 0) return;
    stream.off('resize', redraw);
    block = () => [];
    redraw();
  };
  return {
    say: (line) => {
      write([line]);
    },
    show: (state, stages) => {
      if (over) return;
      if (drawn.length === 0) stream.on('resize', redraw);
      const failed = ended(state).filter(({ outcome }) => outcome === 'failed');
      const heads = headings(state, stages, now());
      block = () => frame(state.run, stages, heads, screenOf(stream, env));
      write(sentences(failed));
    },
    clear,
    end: () => {
      clear();
      over = true;
    },
  };
}

/** What heads a run's block: its name, how many lines have ended, since when it runs, how long it may take. */
function headingsOf(): (state: RunState, stages: Stages, now: Date) => string[] {
  const estimates = new Map<string, ReturnType<typeof createEstimate>>();
  return ({ run, results }, stages, now) => {
    const estimate = estimates.get(run.runId) ?? createEstimate();
    estimates.set(run.runId, estimate);
    const share = shareDone(stages);
    const left = share === 1 ? undefined : estimate(share, now);
    return [
      run.runId,
      `${results.length} of ${run.lines.length} lines`,
      duration((now.getTime() - Date.parse(run.startedAt)) / 1000),
      ...(left === undefined ? [] : [aboutLeft(left)]),
    ];
  };
}

/** The lines of a run that have ended since the last time. */
function newlyEnded(): (state: RunState) => LineResult[] {
  const known = new Map<string, string>();
  return ({ run, results }) =>
    results.filter((result) => {
      const key = `${run.runId} ${lineName(result)}`;
      const isNew = known.get(key) !== result.outcome;
      known.set(key, result.outcome);
      return isNew;
    });
}

const MOST_NAMES = 3;

/** How lines ended, those that ended alike in one sentence: a failed extraction ends all of them at once. */
const sentences = (results: readonly LineResult[]): string[] =>
  [...Map.groupBy(results, ({ outcome, reason }) => JSON.stringify([outcome, reason])).values()].map((alike) => {
    const names = alike.length > MOST_NAMES ? `${alike.length} lines` : alike.map(lineName).join(', ');
    return [names, alike[0]?.outcome, inBrief(alike[0]?.reason)].filter((part) => part !== '').join('  ');
  });
const clock = (time: Date): string => time.toTimeString().slice(0, 8);
