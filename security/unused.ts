import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { REPOSITORY } from '@regulabel/cli/local/place';
import { parse } from 'yaml';
import * as z from 'zod';
import { shortName } from './questions.ts';

const LIST = 'security/unusedPermissions.yml';

const entry = z.strictObject({
  roles: z.array(z.string()).min(1),
  statement: z.string().optional(),
  actions: z.array(z.string()).min(1),
  why: z.string().optional(),
  when: z.string().optional(),
});
const list = z.array(entry.refine(({ why, when }) => (why === undefined) !== (when === undefined), '`why` or `when`'));
export type Entry = z.output<typeof entry>;

const permission = z.object({
  role: z.string(),
  policy: z.string(),
  statement: z.string(),
  action: z.string(),
  needed: z.boolean(),
});
/** One action of a role's policy, as `permissions` of the local cloud tells it; the role without `regulabel-<stage>-`. */
export type Permission = z.output<typeof permission>;

export const readList = async (): Promise<Entry[]> => list.parse(parse(await readFile(join(REPOSITORY, LIST), 'utf8')));

/** What the stage's roles are allowed, and whether the runs on a state folder needed it. Throws what the local cloud says when it serves the folder. */
export async function readPermissions(state: string): Promise<Permission[]> {
  const program = join(REPOSITORY, 'packages', 'local-cloud', 'src', 'main.ts');
  const args = ['--disable-warning=ExperimentalWarning', program, 'permissions', '--state', resolve(state)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const [told, said] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  if (child.exitCode !== 0) throw new Error(said.trim());
  const lines = told.split('\n').filter((line) => line !== '');
  return lines
    .map((line) => permission.parse(JSON.parse(line)))
    .filter(({ role }) => shortName(role) !== role)
    .map((each) => ({ ...each, role: shortName(each.role) }));
}

/**
 * What the list and the permissions say differently, a line each: a permission that is not needed and not listed, one
 * that is needed and listed with `why`, and an entry about nothing.
 */
export function differences(entries: readonly Entry[], permissions: readonly Permission[]): string[] {
  return [
    ...permissions
      .filter((each) => !each.needed && !isListed(entries, each))
      .map((each) => `not needed, and not listed: ${nameOf(each)}`),
    ...permissions
      .filter((each) => each.needed && entries.some((of) => of.why !== undefined && covers(of, each)))
      .map((each) => `listed as not needed, but needed: ${nameOf(each)}`),
    ...entries.flatMap((of) =>
      parts(of)
        .filter((part) => !permissions.some((each) => covers(part, each)))
        .map(({ roles, actions }) => `listed, but not allowed: ${roles.join()} ${actions.join()}`),
    ),
  ];
}

const nameOf = ({ role, policy, statement, action }: Permission): string =>
  `${role} ${action} (statement ${policy}/${statement})`;

/** An entry for each role and action that it names. */
const parts = (of: Entry): Entry[] =>
  of.roles.flatMap((role) => of.actions.map((action) => ({ ...of, roles: [role], actions: [action] })));

type Named = Pick<Permission, 'role' | 'policy' | 'statement' | 'action'>;

/** Whether an entry is about a permission. */
export const isListed = (entries: readonly Entry[], each: Named): boolean => entries.some((of) => covers(of, each));

const covers = ({ roles, statement = '*', actions }: Entry, each: Named): boolean =>
  matches(statement, `${each.policy}/${each.statement}`) &&
  roles.some((pattern) => matches(pattern, each.role)) &&
  actions.some((pattern) => matches(pattern, each.action));

const matches = (pattern: string, text: string): boolean =>
  new RegExp(`^${pattern.split('*').map(RegExp.escape).join('.*')}$`).test(text);
