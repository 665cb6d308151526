import { z } from 'zod';
import { AwsError, arnOf, servicePrincipal, type Cloud, type Input, type Operation, type Output } from '../aws.ts';
import { operation } from '../operation.ts';
import { patternOf, type Fields } from './pattern.ts';
import type { EventEnvelope } from './putEvents.ts';
import { Description, inPages, NamePrefix, nameOf } from './requests.ts';

const ArchiveName = nameOf(48);
/** An empty pattern or key stands for none. */
const settings = {
  Description,
  EventPattern: z.string().max(4096).optional(),
  /** 0: for ever. */
  RetentionDays: z.int().min(0).optional(),
  KmsKeyIdentifier: z.string().max(2048).optional(),
};
type Settings = z.output<z.ZodObject<typeof settings>>;

/** The time is in epoch seconds. */
interface Archive extends Settings {
  readonly ArchiveName: string;
  readonly ArchiveArn: string;
  /** The bus whose events it keeps. */
  readonly EventSourceArn: string;
  readonly RetentionDays: number;
  readonly CreationTime: number;
}

/** Events of these times (epoch seconds), the end not included. */
export interface Window {
  readonly EventStartTime: number;
  readonly EventEndTime: number;
}

/** An archived event, and its place among the others. */
interface Archived {
  readonly place: string;
  readonly event: EventEnvelope;
}

/** `arnOf` answers the ARN of a bus, or throws that there is none. */
export const archiveOperations = (
  archives: Archives,
  arnOf: (bus: string) => string,
): Readonly<Record<string, Operation>> => ({
  CreateArchive: operation({ ArchiveName, EventSourceArn: z.string().max(1600), ...settings }, (input) => {
    const { ArchiveName: name, EventSourceArn, ...given } = input;
    return archives.create(name, arnOf(EventSourceArn), given);
  }),
  UpdateArchive: operation({ ArchiveName, ...settings }, ({ ArchiveName: name, ...given }) =>
    archives.update(name, given),
  ),
  DescribeArchive: operation({ ArchiveName }, (input) => archives.describe(archives.archive(input.ArchiveName))),
  ListArchives: inPages('Archives', 'ArchiveName', { NamePrefix }, (input) => archives.list(input.NamePrefix)),
  DeleteArchive: operation({ ArchiveName }, (input) => archives.delete(input.ArchiveName)),
});

/** What is kept of the events of buses: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-archive.html */
export class Archives {
  readonly #cloud: Cloud;
  readonly #archives;
  /** By archive, time and id. */
  readonly #events;

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
    this.#archives = cloud.store.heldCollection<Archive>('events.archive');
    this.#events = cloud.store.collection<EventEnvelope>('events.archived');
  }

  create(name: string, EventSourceArn: string, given: Settings): Promise<Output> {
    if (this.find(name) !== undefined) {
      throw new AwsError('ResourceAlreadyExistsException', `Archive ${name} already exists.`);
    }
    const ArchiveArn = arnOf(this.#cloud, 'events', `archive/${name}`);
    const CreationTime = Date.now() / 1000;
    return this.#put({ ArchiveName: name, ArchiveArn, EventSourceArn, RetentionDays: 0, CreationTime }, given);
  }

  /** What is not given stays. */
  update(name: string, given: Settings): Promise<Output> {
    return this.#put(this.archive(name), given);
  }

  /** With the events that it keeps. */
  delete(name: string): Output {
    this.archive(name);
    this.#cloud.store.transaction(() => {
      for (const { key } of this.#events.list(`${name}/`)) this.#events.remove(key);
      this.#archives.remove(name);
    });
    return undefined;
  }

  find(name: string): Archive | undefined {
    return this.#archives.get(name);
  }

  archive(name: string): Archive {
    const archive = this.find(name);
    if (archive !== undefined) return archive;
    throw new AwsError('ResourceNotFoundException', `Archive ${name} does not exist.`);
  }

  describe(archive: Archive): Output {
    const { ArchiveArn, Description, EventPattern = '', KmsKeyIdentifier = '' } = archive;
    return {
      ...this.#summary(archive),
      ArchiveArn,
      Description,
      ...(EventPattern !== '' && { EventPattern }),
      ...(KmsKeyIdentifier !== '' && { KmsKeyIdentifier }),
    };
  }

  list(prefix?: string): Output[] {
    return this.#archives.list(prefix).map(({ value }) => this.#summary(value));
  }

  /** Keeps an event in those archives of its bus that want it: a part of the transaction that routes it. */
  keep(busArn: string, event: EventEnvelope, fields: Fields): void {
    for (const { value: archive } of this.#archives.list()) {
      const { ArchiveName: name, EventSourceArn, EventPattern = '' } = archive;
      if (EventSourceArn !== busArn || (EventPattern !== '' && !patternOf(EventPattern).matches(fields))) continue;
      this.#expire(archive);
      this.#events.put(`${name}/${event.time}/${event.id}`, event);
    }
  }

  /** At most `limit` events of a window in the order of their times, those that follow `place` if it is given. */
  read(archive: Archive, window: Window, place: string | undefined, limit: number): Archived[] {
    this.#expire(archive);
    const start = `${archive.ArchiveName}/${wholeSeconds(window.EventStartTime)}`;
    const end = `${archive.ArchiveName}/${wholeSeconds(window.EventEndTime)}`;
    return this.#events.between(place ?? start, end, limit).map(({ key, value }) => ({ place: key, event: value }));
  }

  /**
   * Throws where EventBridge may not use the key that encrypts an archive; here its events lie under none.
   * https://docs.aws.amazon.com/eventbridge/latest/userguide/encryption-archives.html
   */
  async useKey({ KmsKeyIdentifier: KeyId = '', EventSourceArn }: Archive): Promise<void> {
    if (KeyId === '') return;
    const kms = (name: string, input: Input) => this.#cloud.call('kms', name, input, servicePrincipal('events'));
    const EncryptionContext = { 'aws:events:event-bus:arn': EventSourceArn };
    await kms('DescribeKey', { KeyId });
    const { CiphertextBlob } = await kms('GenerateDataKey', { KeyId, KeySpec: 'AES_256', EncryptionContext });
    await kms('Decrypt', { CiphertextBlob, EncryptionContext });
  }

  async #put(archive: Archive, given: Settings): Promise<Output> {
    const next = { ...archive, ...given, RetentionDays: given.RetentionDays ?? archive.RetentionDays };
    const { ArchiveName: name, ArchiveArn, EventPattern = '', CreationTime } = next;
    if (EventPattern !== '') patternOf(EventPattern);
    await this.useKey(next);
    this.#archives.put(name, next);
    return { ArchiveArn, State: 'ENABLED', CreationTime };
  }

  #summary(archive: Archive): Output {
    this.#expire(archive);
    const kept = this.#events.list(`${archive.ArchiveName}/`);
    return {
      ArchiveName: archive.ArchiveName,
      EventSourceArn: archive.EventSourceArn,
      State: 'ENABLED',
      RetentionDays: archive.RetentionDays,
      EventCount: kept.length,
      SizeBytes: kept.reduce((sum, { value }) => sum + Buffer.byteLength(JSON.stringify(value)), 0),
      CreationTime: archive.CreationTime,
    };
  }

  /** AWS does not say from when it counts the days; here it is the event's time. */
  #expire({ ArchiveName: name, RetentionDays }: Archive): void {
    if (RetentionDays === 0) return;
    const oldest = wholeSeconds(Date.now() / 1000 - RetentionDays * 86_400);
    for (const { key } of this.#events.between(`${name}/`, `${name}/${oldest}`)) this.#events.remove(key);
  }
}

/** The first whole second that is not before a time (epoch seconds), as events have it. */
const wholeSeconds = (time: number): string => new Date(Math.ceil(time) * 1000).toISOString().replace('.000Z', 'Z');
