import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';
import { CommandError } from '../errors.ts';
import { REPOSITORY } from '../local/place.ts';

const STAGES = join(REPOSITORY, 'stages');

/** The rest of a stage's file is for its deployment. */
const stageFile = z.object({ region: z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/) });

/** The region of a stage, from `stages/<stage>.yml`. Throws `CommandError` where there is no such file, or no region in it. */
export async function regionOfStage(stage: string, folder = STAGES): Promise<string> {
  const stages = await stagesIn(folder);
  const file = `stages/${stage}.yml`;
  if (stages.includes(stage)) return regionIn(await readFile(join(folder, `${stage}.yml`), 'utf8'), file);
  const known = stages.length === 0 ? 'no stage has a file' : `there are ${stages.join(', ')}`;
  throw new CommandError(`there is no ${file}; ${known}`);
}

/** What `text`, the content of `file`, says of the region. Throws `CommandError`. */
export function regionIn(text: string, file: string): string {
  let written: unknown;
  try {
    written = parse(text);
  } catch (error) {
    const [why] = error instanceof Error ? error.message.split('\n') : [];
    throw new CommandError(`${file} is not YAML: ${why ?? String(error)}`, { cause: error });
  }
  const read = stageFile.safeParse(written);
  if (read.success) return read.data.region;
  throw new CommandError(`${file} has to name the stage's region, for example "region: eu-west-1"`, {
    cause: read.error,
  });
}

async function stagesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.flatMap((name) => /^(.+)\.yml$/.exec(name)?.[1] ?? []).sort();
}
