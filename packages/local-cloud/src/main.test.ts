import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { text } from 'node:stream/consumers';
import { createInterface } from 'node:readline';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { lockStateDir } from './lock.ts';

// Whole processes start here, which a busy machine does slowly.
jest.setTimeout(60_000);

const CONFIG = {
  account: '111122223333',
  region: 'eu-west-1',
  templates: [],
  parameters: {},
  images: [],
  jobSlots: 1,
  warehouse: { workgroup: 'warehouse', database: 'dev', ddl: [], bucket: 'warehouse-staging', role: 'warehouse-copy' },
};

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'local-cloud-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function start(config: unknown = CONFIG, more: string[] = []) {
  const file = join(folder, 'config.json');
  await writeFile(file, JSON.stringify(config));
  return run('serve', '--config', file, '--state', join(folder, 'state'), ...more);
}

function run(...args: string[]) {
  const main = join(import.meta.dirname, 'main.ts');
  const options = ['--disable-warning=ExperimentalWarning', main, ...args];
  const child = spawn(process.execPath, options, { stdio: 'pipe', env: {} });
  const ended = once(child, 'exit') as Promise<[number | null, string | null]>;
  return { child, ended, errors: text(child.stderr) };
}

/** The client that the one line of a serving process gives. */
async function serving({ child }: Awaited<ReturnType<typeof start>>): Promise<S3Client> {
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const { endpoint, region, ...credentials } = JSON.parse(line) as Record<string, string>;
  const { accessKeyId = '', secretAccessKey = '', sessionToken = '' } = credentials;
  return new S3Client({
    endpoint: endpoint!,
    region: region!,
    credentials: { accessKeyId, secretAccessKey, sessionToken },
  });
}

describe('serve', () => {
  it('goes on with its state after a kill, and ends with its standard input', async () => {
    const at = { Bucket: 'warehouse-staging', Key: 'k' };
    const first = await start();
    await (await serving(first)).send(new PutObjectCommand({ ...at, Body: 'kept' }));
    first.child.kill('SIGKILL');
    const second = await start();
    const { Body } = await (await serving(second)).send(new GetObjectCommand(at));
    expect(await Body!.transformToString()).toBe('kept');
    second.child.stdin.end();
    expect(await second.ended).toEqual([0, null]);
    expect(await second.errors).toBe('');
  });

  it('ends at SIGTERM', async () => {
    const server = await start();
    await serving(server);
    server.child.kill('SIGTERM');
    expect(await server.ended).toEqual([0, null]);
  });

  it.each([
    [{ ...CONFIG, account: '1', jobSlots: 0 }, [], /account: must be 12 digits; jobSlots: /],
    [{ ...CONFIG, surprise: true }, [], /Unrecognized key: "surprise"/],
    [CONFIG, ['--port', 'http'], /--port http is not a port; usage: /],
  ])('says in one line what is wrong (%#)', async (config, more, message) => {
    const server = await start(config, more);
    expect(await server.ended).toEqual([1, null]);
    const errors = await server.errors;
    expect(errors).toMatch(message);
    expect(errors.trimEnd().split('\n')).toHaveLength(1);
  });
});

describe('permissions', () => {
  it('tells what the stopped cloud allows, and whether anybody needed it', async () => {
    const state = join(folder, 'state');
    const missing = run('permissions', '--state', state);
    expect(await missing.errors).toBe(`local cloud: ${state} is no state folder: it has no state.sqlite\n`);
    expect(await missing.ended).toEqual([1, null]);
    const server = await start();
    await serving(server);
    server.child.stdin.end();
    await server.ended;
    const told = run('permissions', '--state', state);
    const lines = (await text(told.child.stdout)).trim().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      { role: 'local-cloud-administrator', policy: 'everything', statement: '0', action: '*', needed: false },
      { role: 'warehouse-copy', policy: 'copy', statement: '0', action: 's3:GetObject', needed: false },
      { role: 'warehouse-copy', policy: 'copy', statement: '0', action: 's3:ListBucket', needed: false },
    ]);
    expect(await told.ended).toEqual([0, null]);
  });
});

describe('a state folder', () => {
  it('that another version made is refused, and left as it is', async () => {
    const file = join(folder, 'state', 'state.sqlite');
    await mkdir(join(folder, 'state'));
    const made = new DatabaseSync(file);
    made.exec('CREATE TABLE document (collection TEXT, key TEXT, value TEXT)');
    made.close();
    const server = await start();
    expect(await server.ended).toEqual([1, null]);
    expect(await server.errors).toBe(
      `local cloud: the state folder ${join(folder, 'state')} was made by another version: delete it, or use another folder\n`,
    );
    const left = new DatabaseSync(file);
    expect(left.prepare('SELECT name FROM sqlite_schema').all()).toEqual([{ name: 'document' }]);
    left.close();
  });

  it('is served by one process at a time', async () => {
    const unlock = await lockStateDir(folder, 0);
    await expect(lockStateDir(folder, 0)).rejects.toMatchObject({ name: 'StateDirInUseError' });
    const waiting = lockStateDir(folder, 5000);
    unlock();
    (await waiting)();
  });
});
