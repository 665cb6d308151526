import { createHash } from 'node:crypto';
import { createWriteStream, existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { openPromise } from 'yauzl';
import { AwsError } from '../aws.ts';

/**
 * Unpacks `zipFile` into a folder of `parent` that is named by its content and becomes the only one there; a package
 * that is there already is left alone. A kill half-way leaves nothing that would be taken for a package.
 */
export async function deployCode(zipFile: string, parent: string): Promise<string> {
  try {
    const digest = createHash('sha256')
      .update(await readFile(zipFile))
      .digest('hex');
    const folder = path.join(parent, digest.slice(0, 16));
    if (existsSync(folder)) return folder;
    await rm(parent, { recursive: true, force: true });
    await unzip(zipFile, `${folder}.partial`);
    await rename(`${folder}.partial`, folder);
    return folder;
  } catch (cause) {
    const message = `Could not unpack ${zipFile}: ${String(cause)}`;
    throw new AwsError('InvalidParameterValueException', message, { cause });
  }
}

async function unzip(zipFile: string, target: string): Promise<void> {
  const zip = await openPromise(zipFile);
  for await (const entry of zip.eachEntry()) {
    if (entry.fileName.endsWith('/')) continue;
    const file = path.join(target, entry.fileName);
    await mkdir(path.dirname(file), { recursive: true });
    await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(file));
  }
}
