import { parseArgs } from 'node:util';
import { differences, readList, readPermissions } from './unused.ts';

const USAGE = 'usage: node tools/run.mjs security/checkUnused.ts --state DIR';

/** Holds what the runs on a state folder needed against `unusedPermissions.yml`. Exit code 1 where they differ. */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { state: { type: 'string' } } });
  if (values.state === undefined) throw new Error(USAGE);
  const permissions = await readPermissions(values.state);
  const found = differences(await readList(), permissions);
  const needed = permissions.filter((each) => each.needed).length;
  process.stdout.write(
    `${[...found, `${permissions.length} permissions, ${needed} needed, ${found.length} not as listed`].join('\n')}\n`,
  );
  if (found.length > 0) process.exitCode = 1;
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
