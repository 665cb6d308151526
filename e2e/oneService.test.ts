import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { start } from './commandLine.ts';

let state: string;
beforeAll(async () => (state = await mkdtemp(join(tmpdir(), 'regulabel-one-service-'))));
afterAll(() => rm(state, { recursive: true, force: true }));

describe('up --service', () => {
  it('runs one service alone on its examples, and shows what it does', async () => {
    const command = start('up', '--service', 'ingest', '--state', state, '--port', '0', '--json');
    await command.said('nothing is left to do');
    command.child.kill('SIGINT');
    const { code, stderr } = await command.ended;
    expect(code).toBe(0);
    for (const seen of ['RunStarted.v1', 'SUCCEEDED regulabel-local-extract', 'TrainingRunCompleted.v1'])
      expect(stderr).toContain(seen);
    expect(stderr).not.toMatch(/\d {2}(refused|dead|log) /);
  }, 180_000);
});
