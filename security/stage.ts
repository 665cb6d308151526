/** The compiled templates of the local stage, as they are or changed, and a local cloud that has deployed them. */
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cloudConfig } from '@regulabel/cli/local/cloudConfig';
import { packageServices } from '@regulabel/cli/local/packageServices';
import { packageFolder, SERVICES } from '@regulabel/cli/local/place';
import { startLocalCloud, type LocalCloud } from '@regulabel/local-cloud/testing';

const TEMPLATE = 'cloudformation-template-update-stack.json';

export { SERVICES };
export type Service = (typeof SERVICES)[number];

/** As compiled: values may be CloudFormation functions. */
export interface Statement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: '*' | { readonly AWS?: unknown; readonly Service?: unknown };
  readonly Action: string | readonly string[];
  readonly Resource?: unknown;
  readonly Condition?: unknown;
}
export interface PolicyDocument {
  readonly Version: '2012-10-17';
  readonly Statement: Statement[];
}
export interface Template {
  readonly Resources: Record<string, { readonly Type: string; readonly Properties: Record<string, unknown> }>;
}
export type Stage = Readonly<Record<Service, Template>>;

/** The services' compiled templates, of what the sources are now. */
export async function compiledStage(): Promise<Stage> {
  await packageServices((line) => process.stderr.write(`${line}\n`));
  const templates = SERVICES.map(async (service) => {
    const text = await readFile(join(packageFolder(service), TEMPLATE), 'utf8');
    return [service, JSON.parse(text) as Template] as const;
  });
  return Object.fromEntries(await Promise.all(templates)) as Record<Service, Template>;
}

/** Writes packages of these templates below `folder`, with the code of the compiled ones. Answers where, in the order of deployment. */
export async function writeStage(folder: string, stage: Stage): Promise<string[]> {
  return Promise.all(
    SERVICES.map(async (service) => {
      const into = join(folder, service);
      await mkdir(into, { recursive: true });
      for (const name of await readdir(packageFolder(service)))
        if (name !== TEMPLATE) await symlink(join(packageFolder(service), name), join(into, name));
      await writeFile(join(into, TEMPLATE), JSON.stringify(stage[service]));
      return into;
    }),
  );
}

/** A local cloud that has deployed these templates, and runs nothing. */
export async function deployStage(stage: Stage): Promise<LocalCloud> {
  const folder = await mkdtemp(join(tmpdir(), 'regulabel-templates-'));
  try {
    return await startLocalCloud({ ...(await cloudConfig(1)), templates: await writeStage(folder, stage) });
  } finally {
    await rm(folder, { recursive: true });
  }
}

export interface RolePolicy {
  readonly PolicyName: string;
  readonly PolicyDocument: PolicyDocument;
}
export interface Role {
  readonly RoleName: string;
  Policies: readonly RolePolicy[];
}

export const rolesOf = ({ Resources }: Template): Role[] =>
  Object.values(Resources).flatMap(({ Type, Properties }) =>
    Type === 'AWS::IAM::Role' ? [Properties as unknown as Role] : [],
  );

/** The policies of a template's keys, by the key's logical id. */
export const keyPoliciesOf = ({ Resources }: Template): Record<string, PolicyDocument> =>
  Object.fromEntries(
    Object.entries(Resources).flatMap(([id, { Type, Properties }]) =>
      Type === 'AWS::KMS::Key' ? [[id, Properties['KeyPolicy'] as PolicyDocument]] : [],
    ),
  );

/** The names that a stage's resources of one type have, by the property that names them. */
export const namesOf = (stage: Stage, type: string, property: string): string[] =>
  Object.values(stage).flatMap(({ Resources }) =>
    Object.values(Resources).flatMap(({ Type, Properties }) => (Type === type ? [Properties[property] as string] : [])),
  );
