import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LOCAL, packageFolder, SERVICES } from '../local/place.ts';
import { readTemplate } from '../watch/servicePackage.ts';
import type { Values } from './example.ts';
import { surroundingsOf } from './surroundings.ts';

/** The state folder of a service that runs alone, below the one that all services share. */
export const stateOfService = (state: string, service: string): string => join(state, 'services', service);

/**
 * The templates of a service that runs alone: its own, and of the others what it finds of them. Written below `state`, in
 * the order of deployment. The services have to be packaged.
 */
export async function templatesAround(service: string, state: string): Promise<string[]> {
  const folders = [];
  for (const name of SERVICES) {
    if (name === service) {
      folders.push(packageFolder(name));
      continue;
    }
    const folder = join(state, 'surroundings', name);
    await mkdir(folder, { recursive: true });
    const stackName = `regulabel-${LOCAL.stage}-${name}`;
    const record = { service: { service: `regulabel-${name}`, provider: { stage: LOCAL.stage, stackName } } };
    await writeFile(join(folder, 'serverless-state.json'), JSON.stringify(record));
    const template = surroundingsOf(await readTemplate(name));
    await writeFile(join(folder, 'cloudformation-template-update-stack.json'), JSON.stringify(template));
    folders.push(folder);
  }
  return folders;
}

/** Each play of the examples begins with nothing of an earlier one. */
export const forgetState = (state: string): Promise<void> => rm(state, { recursive: true, force: true });

/** What `${name}` stands for in one play of the examples: another run each time, so that nothing is done already. */
export function valuesOfPlay(now: Date): Values {
  const { stage, account, region } = LOCAL;
  return {
    stage,
    account,
    region,
    now: now.toISOString(),
    run: now.toISOString().replaceAll(/[-:.TZ]/g, ''),
  };
}
