import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import { AwsError, type Caller, type Cloud, type Input, type Output } from '../aws.ts';
import { notSupported } from '../operation.ts';
import type { Engine, Table } from './engine.ts';

/** What DynamoDB keeps of a table and the engine does not. */
interface Settings {
  readonly keyArn?: string;
  readonly deletionProtection: boolean;
  readonly expiry?: string;
  readonly pointInTimeRecovery?: boolean;
}

const newTable = z.looseObject({
  TableName: z.string(),
  SSESpecification: z
    .strictObject({
      Enabled: z.boolean().optional(),
      SSEType: z.literal('KMS').optional(),
      KMSMasterKeyId: z.string().optional(),
    })
    .optional(),
  DeletionProtectionEnabled: z.boolean().default(false),
  StreamSpecification: z.strictObject({ StreamEnabled: z.boolean(), StreamViewType: z.string().optional() }).optional(),
});

/** The tables and their settings. */
export class Tables {
  readonly #cloud: Cloud;
  readonly #engine: Engine;
  readonly #settings;

  constructor(cloud: Cloud, engine: Engine) {
    this.#cloud = cloud;
    this.#engine = engine;
    this.#settings = cloud.store.collection<Settings>('dynamodb.table');
  }

  /** A kill may leave a table behind that was just being created. */
  async activateAll(): Promise<void> {
    for (const { key } of this.#settings.list()) {
      const table = await this.#find(key);
      if (table?.TableStatus === 'CREATING') await this.#engine.putTable(table);
    }
  }

  /** As DynamoDB, it answers CREATING; unlike there, the table is ready by then. */
  async create(input: Input, caller: Caller): Promise<Output> {
    const parsed = newTable.safeParse(input);
    if (!parsed.success)
      throw new AwsError('ValidationException', z.prettifyError(parsed.error), { cause: parsed.error });
    const { SSESpecification, DeletionProtectionEnabled, StreamSpecification, ...definition } = parsed.data;
    if (StreamSpecification?.StreamEnabled === true) throw notSupported('A DynamoDB stream');
    const { TableName } = definition;
    if ((await this.#find(TableName)) !== undefined) {
      throw new AwsError('ResourceInUseException', `Table already exists: ${TableName}`);
    }
    const keyArn =
      SSESpecification?.Enabled === true ? await this.#keyArn(SSESpecification.KMSMasterKeyId, caller) : undefined;
    this.#engine.check('CreateTable', definition);
    this.#settings.put(TableName, {
      deletionProtection: DeletionProtectionEnabled,
      ...(keyArn !== undefined && { keyArn }),
    });
    const { TableDescription } = await this.#engine.run('CreateTable', definition);
    const answer = { ...(TableDescription as Table), ...this.#shown(TableName) };
    while ((await this.#engine.table(TableName)).TableStatus !== 'ACTIVE') await setImmediate();
    return { TableDescription: answer };
  }

  async describe(TableName: string): Promise<object> {
    return { ...(await this.#engine.table(TableName)), ...this.#shown(TableName) };
  }

  /** Kept and shown; nothing expires here, as on AWS nothing expires at a promised time. */
  async expireBy(name: string, { Enabled, AttributeName }: { Enabled: boolean; AttributeName: string }): Promise<void> {
    const { expiry, ...settings } = await this.#of(name);
    if (Enabled === (expiry !== undefined)) {
      throw new AwsError('ValidationException', `TimeToLive is already ${Enabled ? 'enabled' : 'disabled'}`);
    }
    this.#settings.put(name, Enabled ? { ...settings, expiry: AttributeName } : settings);
  }

  async expiry(name: string): Promise<object> {
    const { expiry } = await this.#of(name);
    return expiry === undefined
      ? { TimeToLiveStatus: 'DISABLED' }
      : { TimeToLiveStatus: 'ENABLED', AttributeName: expiry };
  }

  async backups(name: string, change?: { PointInTimeRecoveryEnabled: boolean }): Promise<object> {
    const settings = await this.#of(name);
    const enabled = change?.PointInTimeRecoveryEnabled ?? settings.pointInTimeRecovery ?? false;
    if (change !== undefined) this.#settings.put(name, { ...settings, pointInTimeRecovery: enabled });
    const PointInTimeRecoveryStatus = enabled ? 'ENABLED' : 'DISABLED';
    return { ContinuousBackupsStatus: 'ENABLED', PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus } };
  }

  /** Of a table that exists. */
  async #of(name: string): Promise<Settings> {
    await this.#engine.table(name);
    return this.#settings.get(name) ?? { deletionProtection: false };
  }

  async #find(name: string): Promise<Table | undefined> {
    try {
      return await this.#engine.table(name);
    } catch (error) {
      if (error instanceof AwsError && error.code === 'ResourceNotFoundException') return undefined;
      throw error;
    }
  }

  async #keyArn(KeyId: string | undefined, caller: Caller): Promise<string> {
    if (KeyId === undefined) throw notSupported('Encryption of a table under an AWS managed key');
    const { KeyMetadata } = await this.#cloud.call('kms', 'DescribeKey', { KeyId }, caller);
    return (KeyMetadata as { Arn: string }).Arn;
  }

  #shown(name: string): object {
    const { keyArn, deletionProtection } = this.#settings.get(name) ?? { deletionProtection: false };
    const SSEDescription = { Status: 'ENABLED', SSEType: 'KMS', KMSMasterKeyArn: keyArn };
    return { DeletionProtectionEnabled: deletionProtection, ...(keyArn !== undefined && { SSEDescription }) };
  }
}
