import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

let base: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'blazingtext-'));
});
afterEach(() => {
  rmSync(base, { recursive: true });
});

const put = (path: string, content: string): void => {
  mkdirSync(dirname(join(base, path)), { recursive: true });
  writeFileSync(join(base, path), content);
};
const start = (...args: string[]) =>
  spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'main.ts'), ...args], {
    env: { SAGEMAKER_BASE_DIR: base, SAGEMAKER_BIND_TO_PORT: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
async function run(...args: string[]) {
  const child = start(...args);
  const [stdout, stderr, [exitCode]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number | null]>,
  ]);
  return { stdout, stderr, exitCode };
}
const failure = (): string => readFileSync(join(base, 'output', 'failure'), 'utf8');

const lines = Array.from({ length: 40 }, (_, at) =>
  at % 2 === 0 ? '__label__1 kettle water\n' : '__label__2 toaster bread\n',
).join('');
const hyperparameters = {
  mode: 'supervised',
  word_ngrams: '1',
  min_count: '1',
  vector_dim: '8',
  learning_rate: '0.5',
  epochs: '20',
};

describe('train', () => {
  it('writes the model, and prints accuracies as BlazingText does; serve answers with that model', async () => {
    put('input/config/hyperparameters.json', JSON.stringify(hyperparameters));
    put('input/data/train/train.txt', lines);
    put(
      'input/data/validation/validation.txt',
      '__label__1 water\n__label__2 bread\n__label__1 bread\n__label__2 toaster\n',
    );
    const { stdout, stderr, exitCode } = await run('train');
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    expect(stdout).toMatch(/^#train_accuracy: 1\.0000\nNumber of train examples: 40$/m);
    expect(/#validation_accuracy: ([0-9.]+)/.exec(stdout)?.[1]).toBe('0.7500');
    expect(stdout).toMatch(/^Number of validation examples: 4$/m);
    expect(existsSync(join(base, 'output', 'failure'))).toBe(false);

    const child = start('serve');
    const exited = once(child, 'exit');
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    const endpoint = `http://127.0.0.1:${/^Serving on port (\d+)$/.exec(line)?.[1]}`;
    expect((await fetch(`${endpoint}/ping`)).status).toBe(200);
    const body = '{"source":"water kettle","k":1}\n{"source":"bread"}\n';
    const headers = { 'content-type': 'application/jsonlines' };
    const answer = await (await fetch(`${endpoint}/invocations`, { method: 'POST', body, headers })).text();
    expect(answer).toMatch(
      /^{"label":\["__label__1"\],"prob":\[[\d.]+\]}\n{"label":\["__label__2"\],"prob":\[[\d.]+\]}\n$/,
    );
    child.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
  });

  it.each([
    [
      'hyperparameters that can not be',
      { epochs: 'many' },
      { train: lines },
      /^Hyperparameters: epochs: a whole number is needed\.$/,
    ],
    ['a channel without labels', {}, { train: 'kettle water\n' }, /^The channel "train" has no labelled line/],
    ['a missing channel', {}, {}, /^The channel "train" is missing\.$/],
    [
      'validation labels that were never trained',
      {},
      { train: lines, validation: '__label__9 x\n' },
      /^No line of the channel "validation"/,
    ],
  ])('fails for %s, with the reason in output/failure and no model', async (_case, more, channels, reason) => {
    put('input/config/hyperparameters.json', JSON.stringify({ ...hyperparameters, ...more }));
    for (const [channel, content] of Object.entries(channels)) put(`input/data/${channel}/file.txt`, content);
    const { stderr, exitCode } = await run('train');
    expect(exitCode).toBe(1);
    expect(failure()).toMatch(reason);
    expect(stderr).toBe(`${failure()}\n`);
    expect(existsSync(join(base, 'model', 'model.bin'))).toBe(false);
  });
});

describe('the command', () => {
  it('fails to serve without a model, naming the file', async () => {
    expect((await run('serve')).exitCode).toBe(1);
    expect(failure()).toMatch(/model\.bin can't be read\.$/);
  });

  it('is train or serve: anything else is refused with exit code 2', async () => {
    expect(await run('dance')).toEqual({
      stdout: '',
      stderr: 'usage: main.ts train|serve, not "dance"\n',
      exitCode: 2,
    });
  });
});
