import { parseArgs } from 'node:util';
import { denialWithout, roleStatements, type RoleStatement } from './removal.ts';
import { compiledStage } from './stage.ts';
import { isListed, readList } from './unused.ts';

const USAGE = `usage: node tools/run.mjs security/removeStatements.ts [--role NAME] [--statement POLICY/STATEMENT]`;

/**
 * Removes one statement after the other, of all roles or of one, and runs a small month without it until its role is
 * denied something. What `unusedPermissions.yml` lists entirely is left out. Exit code 1 where a month ended all the same.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { role: { type: 'string' }, statement: { type: 'string' } } });
  const stage = await compiledStage();
  const entries = await readList();
  const chosen = roleStatements(stage).filter(
    ({ role, policy, statement, actions }) =>
      role === (values.role ?? role) &&
      `${policy}/${statement}` === (values.statement ?? `${policy}/${statement}`) &&
      !actions.every((action) => isListed(entries, { role, policy, statement, action })),
  );
  if (chosen.length === 0) throw new Error(`there is no such statement that is not listed as unused; ${USAGE}`);
  let missed = 0;
  for (const removed of chosen) {
    const denial = await denialWithout(stage, removed);
    if (denial === undefined) missed += 1;
    process.stdout.write(`${nameOf(removed)}\n    ${denial ?? 'NOTHING WAS DENIED'}\n`);
  }
  process.stdout.write(`${chosen.length} statements removed, ${missed} of them without a denial\n`);
  if (missed > 0) process.exitCode = 1;
}

const nameOf = ({ role, policy, statement, actions }: RoleStatement): string =>
  `${role} ${policy}/${statement}: ${actions.join(', ')}`;

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
