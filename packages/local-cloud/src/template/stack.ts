import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { computeTypes } from '../resourceTypes/computeTypes.ts';
import { dataTypes } from '../resourceTypes/dataTypes.ts';
import { inertResources, inertTypes } from '../resourceTypes/inertTypes.ts';
import { mentions } from './intrinsics.ts';
import { messagingTypes } from '../resourceTypes/messagingTypes.ts';
import type { ResourceType } from '../resourceTypes/resourceType.ts';

const resourceTypes: Readonly<Record<string, ResourceType>> = { ...dataTypes, ...messagingTypes, ...computeTypes };

/** The attributes of any resource, and the sections of a template: all that is known, the rest is refused. */
const resource = z.strictObject({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).default({}),
  DependsOn: z.union([z.string().transform((one) => [one]), z.array(z.string())]).default([]),
  DeletionPolicy: z.string().optional(),
  UpdateReplacePolicy: z.string().optional(),
  Metadata: z.unknown().optional(),
});
export type Resource = z.output<typeof resource>;

const template = z.strictObject({
  AWSTemplateFormatVersion: z.string().optional(),
  Description: z.string().optional(),
  Metadata: z.unknown().optional(),
  Resources: z.record(z.string(), resource),
  Outputs: z.unknown().optional(),
});

/** Serverless's own record of the service, for the stack's name. */
const state = z.object({
  service: z.object({
    service: z.string(),
    provider: z.object({ stage: z.string(), stackName: z.string().optional() }),
  }),
});

/** One service's compiled template, with its stack's name and the folder it came from. */
export interface Stack extends z.output<typeof template> {
  readonly name: string;
  readonly folder: string;
}

export class TemplateError extends Error {
  override readonly name = 'TemplateError';
}

/** Reads what `serverless package` wrote. Throws {@link TemplateError} with everything in it that is not supported. */
export function readStack(folder: string): Stack {
  const read = <T>(file: string, schema: z.ZodType<T>): T => {
    const whole = path.join(folder, file);
    try {
      return schema.parse(JSON.parse(readFileSync(whole, 'utf8')));
    } catch (cause) {
      const why = cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause);
      throw new TemplateError(`${whole} cannot be deployed (was the service packaged?): ${why}`, { cause });
    }
  };
  const { service, provider } = read('serverless-state.json', state).service;
  const body = read('cloudformation-template-update-stack.json', template);
  const stack = { ...body, name: provider.stackName ?? `${service}-${provider.stage}`, folder };
  const problems = Object.entries(stack.Resources).flatMap(([logicalId, each]) =>
    unsupported(logicalId, each).map((problem) => `${stack.name}: ${logicalId} (${each.Type}): ${problem}`),
  );
  if (problems.length > 0) throw new TemplateError(problems.join('\n'));
  return stack;
}

/** Undefined for a resource without effect on a run. */
export const typeOf = (logicalId: string, { Type }: Pick<Resource, 'Type'>): ResourceType | undefined =>
  inertResources.has(logicalId) ? undefined : resourceTypes[Type];

function unsupported(logicalId: string, { Type, Properties }: Resource): string[] {
  const type = typeOf(logicalId, { Type });
  if (type === undefined)
    return inertResources.has(logicalId) || inertTypes[Type] !== undefined
      ? []
      : ['the local cloud does not support this resource type'];
  const known = new Set([...type.acts, ...(type.inert ?? []), 'Tags', 'Description']);
  const problems = Object.keys(Properties)
    .filter((property) => !known.has(property))
    .map((property) => `the property ${property}`);
  if (JSON.stringify(Properties).includes('{{resolve:')) problems.push('dynamic references');
  return problems.map((problem) => `the local cloud does not support ${problem}`);
}

/** The properties that act, unresolved. */
export const actingProperties = ({ acts }: ResourceType, { Properties }: Resource): Record<string, unknown> =>
  Object.fromEntries(Object.entries(Properties).filter(([property]) => acts.includes(property)));

/** A stack's logical ids, each after those it depends on. Throws {@link TemplateError} for a circle. */
export function inOrder({ name, Resources }: Stack): string[] {
  const ordered = new Set<string>();
  const visit = (logicalId: string, path: readonly string[]): void => {
    const each = Resources[logicalId];
    if (each === undefined || ordered.has(logicalId)) return;
    if (path.includes(logicalId))
      throw new TemplateError(`${name}: circular dependency: ${[...path, logicalId].join(' -> ')}`);
    const type = typeOf(logicalId, each);
    const mentioned = type === undefined ? [] : mentions(actingProperties(type, each));
    for (const needed of [...each.DependsOn, ...mentioned]) visit(needed, [...path, logicalId]);
    ordered.add(logicalId);
  };
  for (const logicalId of Object.keys(Resources)) visit(logicalId, []);
  return [...ordered];
}
