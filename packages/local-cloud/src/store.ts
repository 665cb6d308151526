import { EventEmitter, once } from 'node:events';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

export class StateVersionError extends Error {
  override readonly name = 'StateVersionError';
}

/** To be raised whenever an earlier version's state, in whatever file below the state folder, is not read as it was meant. */
const VERSION = 1;

/**
 * Everything the local cloud must not forget, in one SQLite file (write-ahead log): documents in named collections,
 * and append-only logs. Writes are durable against a kill of the process as soon as the call returns.
 */
export class Store {
  readonly #db: DatabaseSync;
  readonly #get;
  readonly #put;
  readonly #remove;
  readonly #list;
  readonly #between;
  readonly #append;
  readonly #read;
  readonly #changes = new EventEmitter();
  readonly #held = new Map<string, Map<string, unknown>>();
  #depth = 0;

  constructor(file: string) {
    this.#db = new DatabaseSync(file);
    requireVersion(this.#db, file);
    this.#db.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA user_version = ${VERSION};
      PRAGMA synchronous = NORMAL;
      CREATE TABLE IF NOT EXISTS document (collection TEXT, key TEXT, value TEXT, PRIMARY KEY (collection, key)) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS log (name TEXT, id INTEGER, value TEXT, PRIMARY KEY (name, id)) WITHOUT ROWID;
    `);
    this.#get = this.#db.prepare('SELECT value FROM document WHERE collection = ? AND key = ?');
    this.#put = this.#db.prepare('INSERT OR REPLACE INTO document VALUES (?, ?, ?)');
    this.#remove = this.#db.prepare('DELETE FROM document WHERE collection = ? AND key = ?');
    this.#list = this.#db.prepare(
      'SELECT key, value FROM document WHERE collection = ? AND key >= ? AND key < ? ORDER BY key',
    );
    this.#between = this.#db.prepare(
      'SELECT key, value FROM document WHERE collection = ? AND key > ? AND key < ? ORDER BY key LIMIT ?',
    );
    this.#append = this.#db.prepare(
      'INSERT INTO log SELECT ?1, coalesce(max(id), 0) + 1, ?2 FROM log WHERE name = ?1 RETURNING id',
    );
    this.#read = this.#db.prepare('SELECT id, value FROM log WHERE name = ? AND id > ? ORDER BY id LIMIT ?');
  }

  /** A collection of documents, each a JSON value under a string key. */
  collection<T>(name: string): Collection<T> {
    const documents = (rows: Record<string, unknown>[]) =>
      rows.map(({ key, value }) => ({ key: String(key), value: JSON.parse(String(value)) as T }));
    return {
      get: (key) => {
        const row = this.#get.get(name, key);
        return row === undefined ? undefined : (JSON.parse(String(row['value'])) as T);
      },
      put: (key, value) => {
        this.#put.run(name, key, JSON.stringify(value));
        this.#held.delete(name);
        this.#changes.emit(`${name}/${key}`);
      },
      changed: async (key, signal) => {
        await once(this.#changes, `${name}/${key}`, { signal });
      },
      remove: (key) => {
        this.#held.delete(name);
        return this.#remove.run(name, key).changes > 0;
      },
      list: (prefix = '') => documents(this.#list.all(name, prefix, `${prefix}\u{10ffff}`)),
      between: (after, before, limit = -1) => documents(this.#between.all(name, after, before, limit)),
    };
  }

  /** As {@link collection}, of few documents that many calls read: they are held in memory until one of them changes. */
  heldCollection<T>(name: string): Collection<T> {
    const stored = this.collection<T>(name);
    const held = (): Map<string, T> => {
      const known = this.#held.get(name) as Map<string, T> | undefined;
      if (known !== undefined) return known;
      const loaded = new Map(stored.list().map(({ key, value }) => [key, value]));
      this.#held.set(name, loaded);
      return loaded;
    };
    return {
      ...stored,
      get: (key) => held().get(key),
      list: (prefix = '') => [...held()].flatMap(([key, value]) => (key.startsWith(prefix) ? [{ key, value }] : [])),
    };
  }

  /** An append-only log of JSON values, numbered from 1. */
  log<T>(name: string): Log<T> {
    return {
      append: (value) => Number(this.#append.get(name, JSON.stringify(value))?.['id']),
      read: (after = 0, limit = -1) =>
        this.#read
          .all(name, after, limit)
          .map((row) => ({ id: Number(row['id']), value: JSON.parse(String(row['value'])) as T })),
    };
  }

  /** All writes inside `work` (synchronous) take effect together or not at all. Nested calls join the outer one. */
  transaction<T>(work: () => T): T {
    if (this.#depth > 0) return work();
    this.#db.exec('BEGIN IMMEDIATE');
    this.#depth += 1;
    try {
      const result = work();
      this.#db.exec('COMMIT');
      return result;
    } catch (error) {
      this.#db.exec('ROLLBACK');
      this.#held.clear();
      throw error;
    } finally {
      this.#depth -= 1;
    }
  }

  close(): void {
    this.#db.close();
  }
}

function requireVersion(db: DatabaseSync, file: string): void {
  const { user_version: version } = db.prepare('PRAGMA user_version').get() ?? {};
  const { tables } = db.prepare('SELECT count(*) AS tables FROM sqlite_schema').get() ?? {};
  if (version === VERSION || tables === 0) return;
  db.close();
  throw new StateVersionError(
    `the state folder ${dirname(file)} was made by another version: delete it, or use another folder`,
  );
}

export interface Collection<T> {
  get(key: string): T | undefined;
  put(key: string, value: T): void;
  /** Resolves at the next `put` under this key, which may yet be rolled back; rejects when the signal aborts before. */
  changed(key: string, signal: AbortSignal): Promise<void>;
  /** True when there was something to remove. */
  remove(key: string): boolean;
  /** Every document whose key starts with `prefix`, in key order. */
  list(prefix?: string): { key: string; value: T }[];
  /** At most `limit` documents whose keys are greater than `after` and less than `before`, in key order. */
  between(after: string, before: string, limit?: number): { key: string; value: T }[];
}

export interface Log<T> {
  /** The number of the new entry. */
  append(value: T): number;
  /** At most `limit` entries numbered above `after`, oldest first. */
  read(after?: number, limit?: number): { id: number; value: T }[];
}
