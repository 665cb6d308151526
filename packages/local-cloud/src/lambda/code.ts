import { createHash } from 'node:crypto';
import { createWriteStream, existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fromBufferPromise } from 'yauzl';
import { AwsError } from '../aws.ts';

/**
 * Unpacks a zip into a folder of `parent` that is named by its content; one that is there already is left alone, and so
 * are the others: a handler that runs may still load from them. A kill half-way leaves nothing that would be taken for a
 * package.
 */
export async function unpack(zip: Uint8Array, parent: string): Promise<string> {
  const folder = path.join(parent, createHash('sha256').update(zip).digest('hex').slice(0, 16));
  if (existsSync(folder)) return folder;
  const partial = `${folder}.partial`;
  await rm(partial, { recursive: true, force: true });
  try {
    await unzip(zip, partial);
  } catch (cause) {
    // The disk's fault, not the archive's.
    if (cause instanceof Error && 'syscall' in cause) throw cause;
    const message = `Could not unzip uploaded file. Please check your file, then try to upload again. (${String(cause)})`;
    throw new AwsError('InvalidParameterValueException', message, { cause });
  }
  await rename(partial, folder);
  return folder;
}

/** Removes the packages beside this one. Only while no handler runs. */
export async function removeOthers(folder: string): Promise<void> {
  const parent = path.dirname(folder);
  for (const name of await readdir(parent))
    if (name !== path.basename(folder)) await rm(path.join(parent, name), { recursive: true });
}

async function unzip(archive: Uint8Array, target: string): Promise<void> {
  const zip = await fromBufferPromise(Buffer.from(archive));
  await mkdir(target, { recursive: true });
  for await (const entry of zip.eachEntry()) {
    if (entry.fileName.endsWith('/')) continue;
    const file = path.join(target, entry.fileName);
    await mkdir(path.dirname(file), { recursive: true });
    await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(file));
  }
}
