import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { zip } from './zip.ts';

export interface PackagedService {
  readonly stackName: string;
  readonly template: Readonly<Record<string, unknown>>;
  /** The files of each package, by the name of its zip. */
  readonly packages?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** Writes what `serverless package` would write into a folder below `parent`, and gives that folder. */
export async function packageService(parent: string, service: PackagedService): Promise<string> {
  const folder = path.join(parent, service.stackName);
  await mkdir(folder, { recursive: true });
  const state = { service: { service: 'test', provider: { stage: 'dev', stackName: service.stackName } } };
  await writeFile(path.join(folder, 'serverless-state.json'), JSON.stringify(state));
  await writeFile(path.join(folder, 'cloudformation-template-update-stack.json'), JSON.stringify(service.template));
  for (const [name, files] of Object.entries(service.packages ?? {}))
    await writeFile(path.join(folder, name), zip(files));
  return folder;
}
