import { randomBytes, randomUUID } from 'node:crypto';
import { AwsError, arnOf, type Cloud } from '../aws.ts';

export interface Key {
  readonly KeyId: string;
  readonly Description: string;
  /** Epoch seconds. */
  readonly CreationDate: number;
  readonly Enabled: boolean;
  readonly policy: string;
}

interface Alias {
  readonly AliasName: string;
  readonly TargetKeyId: string;
  readonly CreationDate: number;
  readonly LastUpdatedDate: number;
}

export type Keys = ReturnType<typeof keysOf>;

/** The keys, aliases and key material of the account. */
export function keysOf(cloud: Cloud) {
  const keys = cloud.store.heldCollection<Key>('kms.key');
  const materials = cloud.store.collection<string>('kms.material');
  const aliases = cloud.store.heldCollection<Alias>('kms.alias');
  const arn = (resource: string): string => arnOf(cloud, 'kms', resource);

  const keyIdOf = (reference: string): string => {
    const name = reference.startsWith('arn:') ? reference.slice(arn('').length) : reference;
    if (reference.startsWith('arn:') && !reference.startsWith(arn(''))) throw notFound('Invalid arn', reference);
    if (!name.startsWith('alias/')) return name.replace(/^key\//, '');
    const alias = aliases.get(name);
    if (alias === undefined) throw notFound('Alias', arn(name));
    return alias.TargetKeyId;
  };

  /** By key id, key ARN, alias name or alias ARN. */
  const find = (reference: string): Key => {
    const id = keyIdOf(reference);
    const key = keys.get(id);
    if (key === undefined) throw notFound('Key', `'${arn(`key/${id}`)}'`);
    return key;
  };

  return {
    find,
    /** As `find`; undefined for what is no key here. */
    known: (reference: string): Key | undefined => {
      try {
        return find(reference);
      } catch (error) {
        if (error instanceof AwsError && error.code === 'NotFoundException') return undefined;
        throw error;
      }
    },
    arnOf: (key: Key): string => arn(`key/${key.KeyId}`),
    aliasArnOf: arn,
    list: (): Key[] => keys.list().map(({ value }) => value),
    create(description: string, policy: string): Key {
      const key: Key = {
        KeyId: randomUUID(),
        Description: description,
        CreationDate: Date.now() / 1000,
        Enabled: true,
        policy,
      };
      cloud.store.transaction(() => {
        materials.put(key.KeyId, randomBytes(32).toString('base64'));
        keys.put(key.KeyId, key);
      });
      return key;
    },
    change(reference: string, change: Partial<Key>): Key {
      const key = { ...find(reference), ...change };
      keys.put(key.KeyId, key);
      return key;
    },
    /** The secret of a key that is fit for use. */
    materialOf(key: Key): Buffer {
      if (!key.Enabled) throw new AwsError('DisabledException', `${arn(`key/${key.KeyId}`)} is disabled.`);
      return Buffer.from(materials.get(key.KeyId) ?? '', 'base64');
    },
    alias: {
      list: (): Alias[] => aliases.list().map(({ value }) => value),
      create(name: string, keyId: string): void {
        if (aliases.get(name) !== undefined)
          throw new AwsError('AlreadyExistsException', `An alias with the name ${arn(name)} already exists`);
        const now = Date.now() / 1000;
        aliases.put(name, { AliasName: name, TargetKeyId: find(keyId).KeyId, CreationDate: now, LastUpdatedDate: now });
      },
      update(name: string, keyId: string): void {
        const alias = aliases.get(name);
        if (alias === undefined) throw notFound('Alias', arn(name));
        aliases.put(name, { ...alias, TargetKeyId: find(keyId).KeyId, LastUpdatedDate: Date.now() / 1000 });
      },
    },
  };
}

const notFound = (kind: string, what: string): AwsError =>
  new AwsError(
    'NotFoundException',
    kind === 'Alias' ? `Alias ${what} is not found.` : `${kind} ${what} does not exist`,
  );
