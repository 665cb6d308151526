import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openLocalCloud } from '@regulabel/cli/local/localCloud';
import { REPOSITORY } from '@regulabel/cli/local/place';
import { shortName } from './questions.ts';
import { rolesOf, SERVICES, writeStage, type Service, type Stage, type Statement } from './stage.ts';

/** A statement of a role's policy, as `unusedPermissions.yml` names it. */
export interface RoleStatement {
  readonly service: Service;
  /** Without `regulabel-<stage>-`. */
  readonly role: string;
  readonly policy: string;
  /** Its Sid or its number in the policy, from 0. */
  readonly statement: string;
  readonly actions: readonly string[];
}

const nameOf = ({ Sid }: Statement, index: number): string => Sid ?? String(index);

/** Every statement that allows one of the stage's roles something. */
export const roleStatements = (stage: Stage): RoleStatement[] =>
  SERVICES.flatMap((service) =>
    rolesOf(stage[service]).flatMap(({ RoleName, Policies }) =>
      Policies.flatMap(({ PolicyName: policy, PolicyDocument }) =>
        PolicyDocument.Statement.map((each, index) => ({
          service,
          role: shortName(RoleName),
          policy,
          statement: nameOf(each, index),
          actions: [each.Action].flat(),
        })),
      ),
    ),
  );

/** The same stage without one statement. A policy must have one: the last one goes with its policy. */
export function withoutStatement(stage: Stage, { service, role, policy, statement }: RoleStatement): Stage {
  const changed = structuredClone(stage);
  const of = rolesOf(changed[service]).find(({ RoleName }) => shortName(RoleName) === role);
  if (of === undefined) throw new Error(`${service} has no role ${role}`);
  of.Policies = of.Policies.map((each) =>
    each.PolicyName === policy
      ? {
          ...each,
          PolicyDocument: {
            ...each.PolicyDocument,
            Statement: each.PolicyDocument.Statement.filter((it, index) => nameOf(it, index) !== statement),
          },
        }
      : each,
  ).filter(({ PolicyDocument }) => PolicyDocument.Statement.length > 0);
  return changed;
}

/** The smallest month there is. */
const MONTH = ['--countries', 'NL', '--labelled', '300', '--sold', '20', '--trials', '1'];

/**
 * Runs a month of the demo on a copy of the templates without a statement, until something is denied to the statement's
 * role: answers with the local cloud's words for it. `undefined` where the month ends and nothing was.
 */
export async function denialWithout(stage: Stage, removed: RoleStatement): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'regulabel-removal-'));
  const state = join(folder, 'state');
  const templates = await writeStage(join(folder, 'templates'), withoutStatement(stage, removed));
  const cloud = await openLocalCloud({
    state,
    port: 0,
    say: () => undefined,
    templates: () => Promise.resolve(templates),
  });
  const program = join(REPOSITORY, 'packages', 'cli', 'src', 'main.ts');
  const args = ['--disable-warning=ExperimentalWarning', program, 'demo', '--state', state, ...MONTH];
  const demo = spawn(process.execPath, args, { stdio: 'ignore' });
  const ended = once(demo, 'close').then(() => true);
  try {
    for (let over = false; ;) {
      const denial = denialOf(removed, await readFile(join(state, 'local-cloud.log'), 'utf8'));
      if (denial !== undefined || over) return denial;
      over = await Promise.race([ended, delay(200, false)]);
    }
  } finally {
    demo.kill('SIGKILL');
    await ended;
    await cloud.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

const DENIAL = /denied: (User: \S+:assumed-role\/([^/]+)\/\S+ is not authorized to perform: (\S+) .*)$/gm;

const denialOf = ({ role, actions }: RoleStatement, log: string): string | undefined =>
  [...log.matchAll(DENIAL)].find(
    ([, , name = '', action = '']) => shortName(name) === role && actions.includes(action),
  )?.[1];
