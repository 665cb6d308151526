import { stripVTControlCharacters } from 'node:util';
import { lineName } from '@regulabel/shared/contracts/values';
import type { RunState } from './runs/readRuns.ts';
import type { Stages } from './runs/stages.ts';

/** What a person sees while work goes on: a block that redraws itself on a terminal, plain lines elsewhere. */
export interface Progress {
  /** One line that stays. */
  readonly say: (line: string) => void;
  /** Where a run stands now. */
  readonly show: (state: RunState, stages: Stages) => void;
  /** Takes the block away; what was said stays. */
  readonly clear: () => void;
}

const COLOURS: Readonly<Record<string, number>> = {
  promoted: 32,
  labelled: 32,
  rejected: 33,
  held: 33,
  skipped: 33,
  empty: 33,
  'no-winner': 33,
  failed: 31,
  waiting: 2,
};

export function createProgress(stream: NodeJS.WriteStream): Progress {
  return stream.isTTY ? liveProgress(stream) : plainProgress(stream);
}

function plainProgress(stream: NodeJS.WritableStream): Progress {
  const last = new Map<string, string>();
  return {
    say: (line) => stream.write(`${line}\n`),
    show: ({ run }, stages) => {
      for (const [line, stage] of stages) {
        const key = `${run.runId} ${line}`;
        if (last.get(key) === stage || (stage === 'waiting' && !last.has(key))) continue;
        last.set(key, stage);
        stream.write(`${clock(new Date())}  ${line}  ${stage}\n`);
      }
    },
    clear: () => undefined,
  };
}

function liveProgress(stream: NodeJS.WriteStream): Progress {
  let drawn = 0;
  const clear = (): void => {
    if (drawn > 0) stream.write(`\u001b[${drawn}A\u001b[0J`);
    drawn = 0;
  };
  return {
    clear,
    say: (line) => {
      clear();
      stream.write(`${line}\n`);
    },
    show: (state, stages) => {
      clear();
      const lines = block(state, stages, stream.columns).slice(0, Math.max(stream.rows - 2, 4));
      stream.write(lines.map((line) => `${line}\n`).join(''));
      drawn = lines.length;
    },
  };
}

/** A country a row, its schemes side by side. */
function block({ run, results }: RunState, stages: Stages, columns: number): string[] {
  const elapsed = Math.round((Date.now() - Date.parse(run.startedAt)) / 1000);
  const countries = Map.groupBy(run.lines, ({ country }) => country);
  return [
    `${run.runId}  ${results.length}/${run.lines.length} lines  ${elapsed} s`,
    ...[...countries].map(([country, lines]) => {
      const cells = lines.map((line) => {
        const stage = stages.get(lineName(line)) ?? 'waiting';
        return `${line.scheme.padEnd(10)} ${paint(stage.padEnd(10), COLOURS[stage] ?? 36)}`;
      });
      return fit(`  ${country}  ${cells.join('  ')}`, columns);
    }),
  ];
}

const paint = (text: string, colour: number): string => `\u001b[${colour}m${text}\u001b[0m`;
const fit = (line: string, columns: number): string =>
  stripVTControlCharacters(line).length < columns ? line : stripVTControlCharacters(line).slice(0, columns - 1);
const clock = (time: Date): string => time.toTimeString().slice(0, 8);
