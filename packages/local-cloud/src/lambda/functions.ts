import { createHash, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { AwsError, arnOf, servicePrincipal, type Cloud, type Operation } from '../aws.ts';
import { assumeRole } from '../authorize.ts';
import { operation } from '../operation.ts';
import { paging } from '../paging.ts';
import { removeOthers, unpack } from './code.ts';

/** A function as it is kept. */
export interface FunctionRecord {
  readonly name: string;
  readonly arn: string;
  readonly roleArn: string;
  readonly handler: string;
  readonly timeoutSeconds: number;
  readonly memorySizeMb: number;
  readonly environment: Readonly<Record<string, string>>;
  /** Absolute folder of the unpacked code. */
  readonly taskRoot: string;
  /** Of the package, in bytes, and its SHA-256 in Base64. */
  readonly codeSize: number;
  readonly codeSha256: string;
  /** Another one with each change: what runs from here on runs as this revision says. */
  readonly revisionId: string;
  /** Epoch milliseconds. */
  readonly modified: number;
}

const qualified =
  /^(?:arn:aws:lambda:[a-z0-9-]+:\d{12}:function:|(?:\d{12}:)?(?:function:)?)([\w-]{1,64})(?::\$LATEST)?$/;

/** `FunctionName` in any form that AWS takes: name, ARN or partial ARN, alone or with `:$LATEST`. Gives the name. */
export const functionReference = z
  .string()
  .regex(qualified)
  .transform((text) => qualified.exec(text)?.[1] ?? text);

/** Shared by Lambda's lists, which differ in how long a page gets. */
export const pages = {
  size: 'MaxItems',
  token: 'Marker',
  next: 'NextMarker',
  most: 10_000,
  badToken: 'InvalidParameterValueException',
} as const;
const inPages = paging({ ...pages, longest: 50 });
const named = { FunctionName: functionReference, Qualifier: z.literal('$LATEST').optional() };

/** Set by Lambda itself. https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html */
const reserved =
  /^(_HANDLER|_X_AMZN_TRACE_ID|TZ|LAMBDA_(TASK_ROOT|RUNTIME_DIR)|AWS_(REGION|DEFAULT_REGION|EXECUTION_ENV|ACCESS_KEY(_ID)?|SECRET_ACCESS_KEY|SESSION_TOKEN|LAMBDA_\w+))$/;

const variables = z
  .record(z.string(), z.string())
  .refine((values) => JSON.stringify(values).length <= 4096, 'the environment variables exceeded the 4KB limit')
  .refine(
    (values) => Object.keys(values).every((key) => /^[a-zA-Z]\w+$/.test(key)),
    'names match [a-zA-Z]([a-zA-Z0-9_])+',
  )
  .refine((values) => !Object.keys(values).some((key) => reserved.test(key)), 'Reserved keys used in this request');

/** The functions of this account: what AWS calls the control plane. */
export class Functions {
  readonly #cloud: Cloud;
  readonly #records;

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
    this.#records = cloud.store.collection<FunctionRecord>('lambda.function');
  }

  readonly operations: Readonly<Record<string, Operation>> = {
    // Not AWS's: CreateFunction and all that updates one in a single step, with the package as a zip on this machine.
    // It is for the template deployer, and has no path on the wire.
    DeployFunction: operation(
      {
        FunctionName: z.string().regex(/^[\w-]{1,64}$/),
        ZipPath: z.string(),
        Role: z.string().regex(/^arn:aws:iam::\d{12}:role\/.+$/, 'must be the ARN of a role'),
        // Handlers run on the Node.js that runs the local cloud: another major version would behave differently.
        Runtime: z.literal('nodejs24.x'),
        Handler: z.string().max(128).regex(/^\S+$/),
        Timeout: z.int().min(1).max(900).default(3),
        MemorySize: z.int().min(128).max(10_240).default(128),
        Environment: z.strictObject({ Variables: variables }).default({ Variables: {} }),
      },
      async ({ FunctionName: name, ...input }) => {
        const arn = arnOf(this.#cloud, 'lambda', `function:${name}`);
        await this.#requireAssumable(input.Role, { arn, name });
        const zip = await readFile(input.ZipPath).catch((cause: unknown) => {
          throw new AwsError('InvalidParameterValueException', `There is no package ${input.ZipPath}`, { cause });
        });
        const record: FunctionRecord = {
          name,
          arn,
          roleArn: input.Role,
          handler: input.Handler,
          timeoutSeconds: input.Timeout,
          memorySizeMb: input.MemorySize,
          environment: input.Environment.Variables,
          ...(await this.#code(name, zip)),
        };
        this.#records.put(name, record);
        // Templates are deployed before anything runs.
        await removeOthers(record.taskRoot);
        return { FunctionArn: record.arn };
      },
    ),
    // Invocations under way end with the code they began with: https://docs.aws.amazon.com/lambda/latest/dg/configuration-function-zip.html
    UpdateFunctionCode: operation(
      { FunctionName: functionReference, ZipFile: z.base64(), RevisionId: z.string().optional() },
      async ({ FunctionName: name, ZipFile, RevisionId }) => {
        const { revisionId } = this.get(name);
        if (RevisionId !== undefined && RevisionId !== revisionId) {
          const message = `The Revision Id provided: ${RevisionId} does not match the latest Revision Id of the function`;
          throw new AwsError('PreconditionFailedException', message, { status: 412 });
        }
        const code = await this.#code(name, Buffer.from(ZipFile, 'base64'));
        const record = { ...this.get(name), ...code };
        this.#records.put(name, record);
        return configuration(record);
      },
    ),
    ListFunctions: inPages('Functions', 'FunctionName', { FunctionVersion: z.literal('ALL').optional() }, () =>
      this.#records.list().map(({ value }) => configuration(value)),
    ),
    GetFunctionConfiguration: operation(named, ({ FunctionName }) => configuration(this.get(FunctionName))),
    // AWS's Location is a link to the package; here it is the folder that it was unpacked to.
    GetFunction: operation(named, ({ FunctionName }) => {
      const record = this.get(FunctionName);
      const Code = { RepositoryType: 'S3', Location: pathToFileURL(record.taskRoot).href };
      return { Configuration: configuration(record), Code };
    }),
  };

  /** Throws `ResourceNotFoundException`. */
  get(name: string): FunctionRecord {
    const record = this.#records.get(name);
    if (record !== undefined) return record;
    const arn = arnOf(this.#cloud, 'lambda', `function:${name}`);
    throw new AwsError('ResourceNotFoundException', `Function not found: ${arn}`, { status: 404 });
  }

  /** Unpacks a package; what a record says of it. */
  async #code(name: string, zip: Uint8Array) {
    return {
      taskRoot: await unpack(zip, path.join(this.#cloud.stateDir, 'lambda', name)),
      codeSize: zip.byteLength,
      codeSha256: createHash('sha256').update(zip).digest('base64'),
      revisionId: randomUUID(),
      modified: Date.now(),
    };
  }

  async #requireAssumable(roleArn: string, { arn, name }: { arn: string; name: string }): Promise<void> {
    const role = { arn: roleArn, sessionName: name };
    await assumeRole(this.#cloud, servicePrincipal('lambda', arn), role).catch((cause: unknown) => {
      const message = 'The role defined for the function cannot be assumed by Lambda.';
      throw new AwsError('InvalidParameterValueException', message, { cause });
    });
  }
}

/** https://docs.aws.amazon.com/lambda/latest/api/API_FunctionConfiguration.html */
const configuration = (record: FunctionRecord) => ({
  FunctionName: record.name,
  FunctionArn: record.arn,
  Runtime: 'nodejs24.x',
  Role: record.roleArn,
  Handler: record.handler,
  CodeSize: record.codeSize,
  CodeSha256: record.codeSha256,
  Timeout: record.timeoutSeconds,
  MemorySize: record.memorySizeMb,
  LastModified: new Date(record.modified).toISOString().replace('Z', '+0000'),
  Environment: { Variables: record.environment },
  RevisionId: record.revisionId,
  Version: '$LATEST',
  PackageType: 'Zip',
  Description: '',
  Architectures: [process.arch === 'arm64' ? 'arm64' : 'x86_64'],
  LoggingConfig: { LogFormat: 'Text', LogGroup: `/aws/lambda/${record.name}` },
  State: 'Active',
  LastUpdateStatus: 'Successful',
});
