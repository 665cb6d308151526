import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { roleSession, internally, type AwsError, type Caller, type Cloud, type Input, type Service } from '../aws.ts';
import { Store } from '../store.ts';
import { trust } from '../testing/policies.ts';
import { zip } from '../testing/zip.ts';
import { createLambda } from './lambda.ts';

const role = 'arn:aws:iam::111122223333:role/worker';
const arn = (name: string): string => `arn:aws:lambda:eu-west-1:111122223333:function:${name}`;

let folder: string;
let cloud: Cloud;
let lambda: Service;
const logged: string[] = [];

/** Only IAM's answer for the role is needed of the cloud around. */
function cloudIn(stateDir: string): Cloud {
  return {
    account: '111122223333',
    region: 'eu-west-1',
    stateDir,
    store: new Store(path.join(stateDir, 'state.sqlite')),
    endpoint: 'http://127.0.0.1:4566',
    log: (line) => logged.push(line),
    guardOf: (arn) => Promise.resolve({ policy: trust(arn === role ? 'lambda' : 'states') }),
    credentialsFor: (roleArn, session) => ({
      accessKeyId: `key of ${roleArn}`,
      secretAccessKey: 's',
      sessionToken: session,
    }),
    call: (service, operation) => Promise.reject(new Error(`nothing calls ${service}:${operation}`)),
  };
}

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'lambda-'));
  cloud = cloudIn(folder);
  lambda = createLambda(cloud);
  logged.length = 0;
});

afterEach(async () => {
  await lambda.close?.();
  cloud.store.close();
  await rm(folder, { recursive: true, force: true });
});

const caller: Caller = roleSession(role, 'test');
const call = async (operation: string, input: Input): Promise<Record<string, unknown>> => ({
  ...(await lambda.operations[operation]!(input, caller)),
});

async function deploy(code: string, settings: Input = {}): Promise<string> {
  const FunctionName = typeof settings['FunctionName'] === 'string' ? settings['FunctionName'] : 'task';
  const ZipPath = path.join(folder, `${FunctionName}.zip`);
  await writeFile(ZipPath, zip({ 'src/task.mjs': code }));
  const defaults = {
    FunctionName,
    ZipPath,
    Role: role,
    Runtime: 'nodejs24.x',
    Handler: 'src/task.handler',
    Timeout: 20,
  };
  await lambda.operations['DeployFunction']!({ ...defaults, ...settings }, internally('cloudformation'));
  return FunctionName;
}

async function invoke(FunctionName: string, payload: unknown = {}): Promise<Record<string, unknown>> {
  const answer = await call('Invoke', { FunctionName, Payload: Buffer.from(JSON.stringify(payload)) });
  return { ...answer, Payload: JSON.parse(String(answer['Payload'])) as unknown };
}

const until = async (condition: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 10));
};

describe('invoking a function', () => {
  it('hands the event over and answers with what the handler returns, as JSON', async () => {
    await deploy(
      'export const handler = async (event) => ({ doubled: event.n * 2, at: new Date(0), gone: undefined });',
    );
    expect(await invoke('task', { n: 21 })).toEqual({
      StatusCode: 200,
      ExecutedVersion: '$LATEST',
      Payload: { doubled: 42, at: '1970-01-01T00:00:00.000Z' },
    });
  });

  it('takes the name as an ARN, a partial ARN and with $LATEST; no payload is an empty event; no result is null', async () => {
    await deploy('export const handler = (event) => (Object.keys(event).length === 0 ? undefined : event);');
    for (const FunctionName of [arn('task'), `${arn('task')}:$LATEST`, '111122223333:function:task', 'task'])
      expect(await call('Invoke', { FunctionName })).toMatchObject({ StatusCode: 200, Payload: 'null' });
  });

  it('keeps a worker warm, also after the handler threw', async () => {
    await deploy(
      'let n = 0; export const handler = async ({ fail }) => { n += 1; if (fail) throw new Error("no"); return n; };',
    );
    await invoke('task');
    await invoke('task', { fail: true });
    expect(await invoke('task')).toMatchObject({ Payload: 3 });
  });

  it('gives the context that AWS gives', async () => {
    const code = `export const handler = async (event, context) => ({
      ...context, left: context.getRemainingTimeInMillis() })`;
    await deploy(code, { Timeout: 7, MemorySize: 256 });
    const { Payload } = await invoke('task');
    expect(Payload).toMatchObject({
      functionName: 'task',
      functionVersion: '$LATEST',
      invokedFunctionArn: arn('task'),
      memoryLimitInMB: '256',
      logGroupName: '/aws/lambda/task',
      awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    const { left } = Payload as { left: number };
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThanOrEqual(7000);
  });

  it("gives the function's environment and role, and nothing of the machine's environment", async () => {
    process.env['OF_THE_MACHINE'] = 'secret';
    await deploy('export const handler = async () => process.env;', {
      Environment: { Variables: { TABLE: 'runs', AWS_CONFIG_FILE: '/opt/config' } },
    });
    const { Payload } = await invoke('task');
    delete process.env['OF_THE_MACHINE'];
    expect(Payload).toMatchObject({
      TABLE: 'runs',
      AWS_CONFIG_FILE: '/opt/config',
      AWS_REGION: 'eu-west-1',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:4566',
      AWS_ACCESS_KEY_ID: `key of ${role}`,
      AWS_SESSION_TOKEN: 'task',
      AWS_LAMBDA_FUNCTION_NAME: 'task',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
      TZ: ':UTC',
    });
    expect(Payload).not.toHaveProperty('OF_THE_MACHINE');
    expect(Payload).not.toHaveProperty('HOME');
  });

  it('writes each line of output to the log of the function, under the id of its request', async () => {
    await deploy(`console.log('loading');
      export const handler = async (event, { awsRequestId }) => { console.log('one\\ntwo'); console.error('three'); return awsRequestId; };`);
    const { Payload } = await invoke('task');
    const lines = (await readFile(path.join(folder, 'lambda', 'task.log'), 'utf8')).trim().split('\n');
    expect(lines.map((line) => line.split('\t').slice(1))).toEqual([
      ['init', 'loading'],
      [Payload, 'one'],
      [Payload, 'two'],
      [Payload, 'three'],
    ]);
  });

  it('runs CommonJS handlers too', async () => {
    const ZipPath = path.join(folder, 'cjs.zip');
    await writeFile(ZipPath, zip({ 'task.cjs': 'exports.handler = async () => typeof require;' }));
    await deploy('', { ZipPath, Handler: 'task.handler' });
    expect(await invoke('task')).toMatchObject({ Payload: 'function' });
  });
});

describe('a failing function', () => {
  const failure = async (code: string, settings: Input = {}): Promise<Record<string, unknown>> => {
    await deploy(code, settings);
    const answer = await invoke('task');
    expect(answer).toMatchObject({ StatusCode: 200, FunctionError: 'Unhandled' });
    return answer['Payload'] as Record<string, unknown>;
  };

  it('answers with type, message and trace of what the handler threw', async () => {
    const code =
      'class NoRows extends Error { name = "NoRows" }; export const handler = async () => { throw new NoRows("none"); };';
    expect(await failure(code)).toEqual({
      errorType: 'NoRows',
      errorMessage: 'none',
      trace: expect.arrayContaining(['NoRows: none']),
    });
    expect(await invoke('task')).toMatchObject({ FunctionError: 'Unhandled' });
  });

  it('is stopped when its time is up, and the next invocation gets a new worker', async () => {
    await deploy('export const handler = async ({ hang }) => { while (hang); return "done"; };', { Timeout: 1 });
    expect(await invoke('task', { hang: true })).toMatchObject({
      FunctionError: 'Unhandled',
      Payload: {
        errorType: 'Sandbox.Timedout',
        errorMessage: expect.stringMatching(/^RequestId: [0-9a-f-]{36} Error: Task timed out after 1\.00 seconds$/),
      },
    });
    expect(await invoke('task')).toMatchObject({ Payload: 'done' });
  });

  it.each([
    ['cannot be loaded', 'throw new TypeError("bad config"); export const handler = 1;', 'TypeError'],
    ['does not parse', 'export const handler = async () => {', 'Runtime.UserCodeSyntaxError'],
    [
      'imports what is not there',
      'import "./gone.mjs"; export const handler = async () => 1;',
      'Runtime.ImportModuleError',
    ],
    ['has no such export', 'export const other = 1;', 'Runtime.HandlerNotFound'],
    [
      'wants a callback',
      'export const handler = (event, context, callback) => 1;',
      'Runtime.CallbackHandlerDeprecated',
    ],
    ['returns what has no JSON', 'export const handler = async () => 1n;', 'Runtime.JSONStringifyError'],
    [
      'leaves a rejection unhandled',
      'export const handler = () => { Promise.reject(new Error("x")); return new Promise(() => {}); };',
      'Runtime.UnhandledPromiseRejection',
    ],
    [
      'throws outside of its promise',
      'export const handler = () => new Promise(() => { setTimeout(() => { throw new RangeError("x"); }); });',
      'RangeError',
    ],
    ['ends its process', 'export const handler = () => process.exit(3);', 'Runtime.ExitError'],
    ['answers too much', 'export const handler = async () => "x".repeat(7_000_000);', 'Function.ResponseSizeTooLarge'],
  ])('that %s is reported as AWS does', async (_what, code, errorType) => {
    expect(await failure(code)).toMatchObject({ errorType });
  });

  it('that takes more memory than it has is killed', async () => {
    const code =
      'export const handler = async () => { const all = []; for (;;) all.push(new Array(100_000).fill({})); };';
    const { errorMessage } = await failure(code, { MemorySize: 128 });
    expect(errorMessage).toMatch(/^RequestId: .{36} Error: Runtime exited with error: signal: killed$/);
  });

  it('that names a module outside of its package is not run', async () => {
    await deploy('', { Handler: '../../task.handler' });
    expect(await invoke('task')).toMatchObject({ Payload: { errorType: 'Runtime.MalformedHandlerName' } });
  });
});

describe('what Lambda refuses', () => {
  const refusal = (run: Promise<unknown>): Promise<unknown> =>
    run.then(
      () => 'accepted',
      (error: unknown) => (error as AwsError).code,
    );

  it('a function that does not exist', async () => {
    await expect(call('Invoke', { FunctionName: 'gone' })).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
      status: 404,
      message: `Function not found: ${arn('gone')}`,
    });
  });

  it('payloads that are too large or no JSON', async () => {
    await deploy('export const handler = async () => 1;');
    const invokeWith = (Payload: string, InvocationType = 'RequestResponse') =>
      refusal(call('Invoke', { FunctionName: 'task', Payload, InvocationType }));
    expect(await invokeWith(`"${'x'.repeat(6_291_455)}"`)).toBe('RequestTooLargeException');
    expect(await invokeWith(`"${'x'.repeat(1_048_575)}"`, 'Event')).toBe('RequestTooLargeException');
    expect(await invokeWith('{')).toBe('InvalidRequestContentException');
    expect(await invokeWith('{}', 'DryRun')).toBe('ValidationException');
  });

  it('roles it cannot assume, reserved variables, other runtimes and unknown settings', async () => {
    const deployWith = (settings: Input) => refusal(deploy('', settings));
    await expect(deploy('', { Role: 'arn:aws:iam::111122223333:role/machine' })).rejects.toMatchObject({
      code: 'InvalidParameterValueException',
      message: 'The role defined for the function cannot be assumed by Lambda.',
    });
    expect(await deployWith({ Environment: { Variables: { AWS_REGION: 'x' } } })).toBe('ValidationException');
    expect(await deployWith({ Environment: { Variables: { BIG: 'x'.repeat(4096) } } })).toBe('ValidationException');
    expect(await deployWith({ Runtime: 'python3.13' })).toBe('ValidationException');
    expect(await deployWith({ Layers: [] })).toBe('NotImplemented');
  });

  it('a package that is no zip, or that would write outside of its folder', async () => {
    const ZipPath = path.join(folder, 'bad.zip');
    await writeFile(ZipPath, 'no zip');
    expect(await refusal(deploy('', { ZipPath }))).toBe('InvalidParameterValueException');
    await writeFile(ZipPath, zip({ 'ok.mjs': '', '../escaped.mjs': '' }));
    expect(await refusal(deploy('', { ZipPath }))).toBe('InvalidParameterValueException');
    expect(await readdir(path.join(folder, 'lambda'))).not.toContain('escaped.mjs');
    expect(await readdir(path.join(folder, 'lambda', 'task'))).not.toContain('escaped.mjs');
  });
});

describe('deployment', () => {
  it('leaves an unchanged package unpacked, and replaces a changed one', async () => {
    const packages = () => readdir(path.join(folder, 'lambda', 'task'));
    await deploy('export const handler = async () => 1;');
    const [first] = await packages();
    await writeFile(path.join(folder, 'lambda', 'task', first!, 'marker'), '');
    await deploy('export const handler = async () => 1;');
    expect(await readdir(path.join(folder, 'lambda', 'task', first!))).toContain('marker');
    await deploy('export const handler = async () => 2;');
    expect(await packages()).toEqual([expect.not.stringContaining(first!)]);
    expect(await invoke('task')).toMatchObject({ Payload: 2 });
  });
});

describe('events', () => {
  it('are answered at once and handled after that', async () => {
    await deploy('export const handler = async (event) => { console.log(event.say); };');
    const Payload = JSON.stringify({ say: 'handled' });
    expect(await call('Invoke', { FunctionName: 'task', InvocationType: 'Event', Payload })).toMatchObject({
      StatusCode: 202,
    });
    const log = path.join(folder, 'lambda', 'task.log');
    await until(async () => (await readFile(log, 'utf8').catch(() => '')).includes('handled'));
    await until(() => cloud.store.collection('lambda.event').list().length === 0);
  });

  it('that were not handled when the cloud ended are handled after its next start', async () => {
    await deploy('export const handler = async ({ n }) => { console.log(`handled ${n}`); if (n === 1) for (;;); };');
    const log = path.join(folder, 'lambda', 'task.log');
    await call('Invoke', { FunctionName: 'task', InvocationType: 'Event', Payload: '{"n":1}' });
    await until(async () => (await readFile(log, 'utf8').catch(() => '')).includes('handled 1'));
    await lambda.close?.();
    await rm(log);

    lambda = createLambda(cloud);
    await lambda.resume?.();
    await until(async () => (await readFile(log, 'utf8').catch(() => '')).includes('handled 1'));
  });

  it('are kept for another attempt when the handler fails', async () => {
    await deploy('export const handler = async () => { throw new Error("not yet"); };');
    await call('Invoke', { FunctionName: 'task', InvocationType: 'Event' });
    await until(() => logged.length > 0);
    expect(logged[0]).toMatch(/task [0-9a-f-]{36} again in 60 s: .*not yet/);
    expect(cloud.store.collection('lambda.event').list()).toEqual([
      expect.objectContaining({ value: { functionName: 'task', payload: '{}', failures: 1 } }),
    ]);
  });
});

describe('closing', () => {
  it('ends handlers that still run', async () => {
    await deploy('export const handler = async () => { console.log("begun"); for (;;); };');
    const running = invoke('task');
    const log = path.join(folder, 'lambda', 'task.log');
    await until(async () => (await readFile(log, 'utf8').catch(() => '')).includes('begun'));
    await lambda.close?.();
    expect(await running).toMatchObject({ FunctionError: 'Unhandled', Payload: { errorType: 'Runtime.ExitError' } });
  });
});
