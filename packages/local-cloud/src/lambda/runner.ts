import { randomUUID } from 'node:crypto';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { AwsError, type Cloud } from '../aws.ts';
import type { FunctionRecord, Functions } from './functions.ts';
import { Pool } from './pool.ts';
import { Sandbox, type Log, type Outcome } from './sandbox.ts';

/** Sandboxes per function: a laptop's share of AWS's thousand. Each takes 30 MB, and a core while it works. */
export const maxSandboxes = Math.min(4, os.availableParallelism());
/** AWS's limit for an answer. */
const maxAnswerBytes = 6_291_556;

/** Runs functions, each invocation as its function's revision says when it begins: what AWS calls the data plane. */
export class Runner {
  readonly #cloud: Cloud;
  readonly #functions: Functions;
  readonly #pools = new Map<string, { revisionId: string; pool: Pool }>();
  #runtime: string | undefined;
  #closed = false;

  constructor(cloud: Cloud, functions: Functions) {
    this.#cloud = cloud;
    this.#functions = functions;
  }

  /** Waits for a free sandbox. `requestId` stays the same over retries. */
  async invoke(name: string, payload: string, requestId: string = randomUUID()): Promise<Outcome> {
    const { arn } = this.#functions.get(name);
    const outcome = await this.#pool(name).run({ requestId, functionArn: arn, payload });
    if ('failure' in outcome || Buffer.byteLength(outcome.payload) <= maxAnswerBytes) return outcome;
    const errorMessage = `Response payload size exceeded maximum allowed payload size (${maxAnswerBytes} bytes).`;
    return { failure: { errorType: 'Function.ResponseSizeTooLarge', errorMessage } };
  }

  /** Stops every handler, running or not. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#pools.values()].map(({ pool }) => pool.close()));
  }

  #pool(name: string): Pool {
    if (this.#closed) throw new AwsError('ServiceException', 'The local cloud is stopping', { status: 500 });
    const record = this.#functions.get(name);
    const { revisionId } = record;
    const existing = this.#pools.get(name);
    if (existing?.revisionId === revisionId) return existing.pool;
    const runtime = (this.#runtime ??= layRuntime(path.join(this.#cloud.stateDir, 'lambda')));
    const spec = { ...record, runtime, env: environment(this.#cloud, record), log: logTo(this.#cloud, name) };
    const create = () => new Sandbox(spec);
    const pool = existing?.pool ?? new Pool(maxSandboxes, create);
    if (existing !== undefined) pool.renew(create);
    this.#pools.set(name, { revisionId, pool });
    return pool;
  }
}

/**
 * Puts the runtime into `folder` as plain JavaScript, beside a cache of compiled code. From its own source each worker
 * would load Node's stripper of types first: 20 MB and a third of its start.
 */
function layRuntime(folder: string): string {
  const file = path.join(folder, 'runtime.mjs');
  writeFileSync(file, stripTypeScriptTypes(readFileSync(path.join(import.meta.dirname, 'runtime.ts'), 'utf8')));
  return file;
}

/** Everything a handler finds in `process.env`. https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html */
function environment(cloud: Cloud, record: FunctionRecord): Record<string, string> {
  const credentials = cloud.credentialsFor(record.roleArn, record.name);
  return {
    PATH: '/usr/local/bin:/usr/bin/:/bin:/opt/bin',
    // A real sandbox has no such files: the SDK must not fall back to those of whoever runs the local cloud.
    AWS_CONFIG_FILE: os.devNull,
    AWS_SHARED_CREDENTIALS_FILE: os.devNull,
    AWS_ENDPOINT_URL: cloud.endpoint,
    ...record.environment,
    TZ: ':UTC',
    _HANDLER: record.handler,
    LAMBDA_TASK_ROOT: record.taskRoot,
    AWS_REGION: cloud.region,
    AWS_DEFAULT_REGION: cloud.region,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
    AWS_LAMBDA_FUNCTION_NAME: record.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(record.memorySizeMb),
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${record.name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: '[$LATEST]',
  };
}

/** Appends to the function's log, each line with its time and request id, as CloudWatch Logs shows them. */
function logTo(cloud: Cloud, name: string): Log {
  const file = path.join(cloud.stateDir, 'lambda', `${name}.log`);
  return (requestId, text) => {
    const prefix = `${new Date().toISOString()}\t${requestId ?? 'init'}\t`;
    appendFileSync(file, `${text.trimEnd().replaceAll(/^/gm, prefix)}\n`);
  };
}
