import { mkdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import { AwsError, roleSession, internally } from '../aws.ts';
import type { Caller, Cloud, Guard, Input, Service } from '../aws.ts';
import { authorize } from '../authorize.ts';
import { createIam } from '../iam.ts';
import { createKms } from '../kms/kms.ts';
import { createS3 } from '../s3/s3.ts';
import { Store } from '../store.ts';
import { policy, trust } from './policies.ts';

export const ROLE = 'arn:aws:iam::111122223333:role/jobs';
/** May do the same, and no service but Lambda may take it on. */
export const OTHER_ROLE = 'arn:aws:iam::111122223333:role/other';
export const BUCKET = 'data-111122223333';

type Factory = (cloud: Cloud) => Service | Promise<Service>;

/** Some services, called in process, over real IAM, KMS and S3; events go nowhere. */
export class EmbeddedServices implements Cloud {
  readonly account = '111122223333';
  readonly region = 'eu-west-1';
  readonly endpoint = 'http://127.0.0.1:1';
  readonly stateDir: string;
  readonly store: Store;
  readonly logged: string[] = [];
  readonly #services = new Map<string, Service>();

  private constructor(stateDir: string) {
    this.stateDir = stateDir;
    this.store = new Store(path.join(stateDir, 'state.sqlite'));
  }

  /** On an existing `stateDir` everything goes on, as after a kill. */
  static async start(factories: readonly Factory[], stateDir?: string): Promise<EmbeddedServices> {
    const folder = stateDir ?? (await mkdtemp(path.join(os.tmpdir(), 'embedded-')));
    mkdirSync(folder, { recursive: true });
    const cloud = new EmbeddedServices(folder);
    const events: Service = { name: 'events', operations: { PutEvents: () => ({ FailedEntryCount: 0 }) } };
    for (const create of [createIam, createKms, createS3, () => events, ...factories]) {
      const service = await create(cloud);
      cloud.#services.set(service.name, service);
    }
    await cloud.#prepare();
    for (const service of cloud.#services.values()) await service.resume?.();
    return cloud;
  }

  log(line: string): void {
    this.logged.push(line);
  }

  credentialsFor(roleArn: string): { accessKeyId: string; secretAccessKey: string; sessionToken: string } {
    return { accessKeyId: `KEY-OF-${roleArn}`, secretAccessKey: 'secret', sessionToken: 'token' };
  }

  async call(service: string, operation: string, input: Input, caller: Caller): Promise<Record<string, unknown>> {
    const run = this.#services.get(service)?.operations[operation];
    if (run === undefined) throw new AwsError('NotImplemented', `${service}:${operation}`, { status: 501 });
    await authorize(this, { caller, service, operation, input });
    return { ...(await run(input, caller)) };
  }

  async guardOf(arn: string): Promise<Guard> {
    return (await this.#services.get(arn.split(':')[2] ?? '')?.guardOf?.(arn)) ?? {};
  }

  /** A call as the role that all tests use. */
  as(service: string, operation: string, input: Input, role = ROLE): Promise<Record<string, unknown>> {
    return this.call(service, operation, input, roleSession(role, 'test'));
  }

  async put(key: string, body: string | Buffer): Promise<void> {
    await this.as('s3', 'PutObject', { Bucket: BUCKET, Key: key, Body: body });
  }

  async get(key: string): Promise<string> {
    return text((await this.as('s3', 'GetObject', { Bucket: BUCKET, Key: key }))['Body'] as Readable);
  }

  async keys(prefix = ''): Promise<string[]> {
    const { Contents = [] } = (await this.as('s3', 'ListObjectsV2', { Bucket: BUCKET, Prefix: prefix })) as {
      Contents?: { Key: string }[];
    };
    return Contents.map(({ Key }) => Key);
  }

  /** Ends background work and the store; the state stays. */
  async close(): Promise<void> {
    for (const service of [...this.#services.values()].reverse()) await service.close?.();
    this.store.close();
  }

  async stop(): Promise<void> {
    await this.close();
    await rm(this.stateDir, { recursive: true, force: true });
  }

  async #prepare(): Promise<void> {
    if (this.store.collection('iam.role').get('jobs') !== undefined) return;
    const deployer = internally('cloudformation');
    for (const RoleName of ['jobs', 'other']) {
      const trusted = RoleName === 'jobs' ? ['sagemaker', 'redshift-serverless'] : ['lambda'];
      await this.call('iam', 'CreateRole', { RoleName, AssumeRolePolicyDocument: trust(...trusted) }, deployer);
      const PolicyDocument = policy({ Effect: 'Allow', Action: '*', Resource: '*' });
      await this.call('iam', 'PutRolePolicy', { RoleName, PolicyName: 'everything', PolicyDocument }, deployer);
    }
    await this.call('s3', 'CreateBucket', { Bucket: BUCKET }, deployer);
  }
}

/** Polls until `probe` gives a value. */
export async function eventually<T>(probe: () => Promise<T | undefined> | T | undefined): Promise<T> {
  const deadline = Date.now() + 15_000;
  for (;;) {
    const value = await probe();
    if (value !== undefined) return value;
    if (Date.now() > deadline) throw new Error(`it did not happen: ${String(probe)}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
