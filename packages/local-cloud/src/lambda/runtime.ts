/**
 * What runs inside a function's worker thread: AWS's Node.js runtime, as far as a handler can tell. Error names and
 * texts are those of https://github.com/aws/aws-lambda-nodejs-runtime-interface-client.
 */
import { existsSync } from 'node:fs';
import { enableCompileCache, flushCompileCache } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import type { FunctionFailure, Invocation, WorkerMessage, WorkerSetup } from './sandbox.ts';

type Handler = (event: unknown, context: unknown) => unknown;

const post = (message: WorkerMessage): void => parentPort?.postMessage(message);
let requestId: string | undefined;

for (const stream of [process.stdout, process.stderr])
  // Over the port that carries the results, so that no line of one invocation arrives after the next has begun.
  stream.write = (chunk: Uint8Array | string, ...rest: unknown[]): boolean => {
    post({ log: typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString(), requestId });
    const done = rest.at(-1);
    if (typeof done === 'function') process.nextTick(done);
    return true;
  };

const named = (name: string, message: string): Error => Object.assign(new Error(message), { name });

function describe(thrown: unknown): FunctionFailure {
  if (!(thrown instanceof Error)) return { errorType: typeof thrown, errorMessage: String(thrown), trace: [] };
  return { errorType: thrown.name, errorMessage: thrown.message, trace: thrown.stack?.split('\n') ?? [] };
}

function end(failure: FunctionFailure, exitCode: number): void {
  post({ failure, fatal: true });
  process.exit(exitCode);
}

process.on('uncaughtException', (error) => {
  end(describe(error), 129);
});
process.on('unhandledRejection', (reason) => {
  const errorType = 'Runtime.UnhandledPromiseRejection';
  end({ ...describe(reason), errorType, errorMessage: String(reason) }, 128);
});

async function importModule(file: string): Promise<unknown> {
  const found = ['', '.js', '.mjs', '.cjs'].map((extension) => file + extension).find((each) => existsSync(each));
  if (found === undefined) throw named('Runtime.ImportModuleError', `Error: Cannot find module '${file}'`);
  try {
    return (await import(pathToFileURL(found).href)) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) throw named('Runtime.UserCodeSyntaxError', String(error));
    if (error instanceof Error && 'code' in error && String(error.code).endsWith('MODULE_NOT_FOUND'))
      throw named('Runtime.ImportModuleError', String(error));
    throw error;
  }
}

const member = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;

async function loadHandler({ taskRoot, handler }: WorkerSetup): Promise<Handler> {
  const [, name, exported] = /^([^.]*)\.(.+)$/.exec(path.posix.basename(handler)) ?? [];
  if (handler.includes('..') || name === undefined || exported === undefined)
    throw named('Runtime.MalformedHandlerName', 'Bad handler');
  const loaded = await importModule(path.join(taskRoot, path.posix.dirname(handler), name));
  const pick = (from: unknown): unknown => exported.split('.').reduce(member, from);
  const found = pick(loaded) ?? pick(member(loaded, 'default'));
  if (typeof found !== 'function') throw named('Runtime.HandlerNotFound', `${handler} is undefined or not exported`);
  // nodejs24.x goes by the number of declared parameters: https://github.com/H4ad/serverless-adapter/issues/378
  if (found.length >= 3)
    throw named(
      'Runtime.CallbackHandlerDeprecated',
      'ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24.',
    );
  return found as Handler;
}

const contextOf = (invocation: Invocation): Record<string, unknown> => ({
  awsRequestId: invocation.requestId,
  invokedFunctionArn: invocation.functionArn,
  functionName: process.env['AWS_LAMBDA_FUNCTION_NAME'],
  functionVersion: process.env['AWS_LAMBDA_FUNCTION_VERSION'],
  memoryLimitInMB: process.env['AWS_LAMBDA_FUNCTION_MEMORY_SIZE'],
  logGroupName: process.env['AWS_LAMBDA_LOG_GROUP_NAME'],
  logStreamName: process.env['AWS_LAMBDA_LOG_STREAM_NAME'],
  getRemainingTimeInMillis: () => Math.max(0, invocation.deadline - Date.now()),
});

function toJson(result: unknown): string {
  try {
    return JSON.stringify(result ?? null);
  } catch {
    throw named('Runtime.JSONStringifyError', 'Unable to stringify response body');
  }
}

async function serve(handler: Handler, invocation: Invocation): Promise<void> {
  requestId = invocation.requestId;
  try {
    post({ payload: toJson(await handler(JSON.parse(invocation.payload), contextOf(invocation))) });
  } catch (error) {
    post({ failure: describe(error) });
  }
}

try {
  enableCompileCache(path.join(import.meta.dirname, '.compile-cache'));
  const handler = await loadHandler(workerData as WorkerSetup);
  flushCompileCache();
  parentPort?.on('message', (invocation: Invocation) => void serve(handler, invocation));
  post({ payload: 'ready' });
} catch (error) {
  end(describe(error), 1);
}
