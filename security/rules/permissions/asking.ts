/** Whether a role may do something, as IAM would decide once everything is deployed. */
import { accessesOf, partsOf, type Access } from '@regulabel/local-cloud/access/access';
import { contextOf } from '@regulabel/local-cloud/access/context';
import { impliedCalls, type Implied } from '@regulabel/local-cloud/access/implied';
import type { Context } from '@regulabel/local-cloud/policy/pattern';
import { WITHOUT_RESOURCE } from '../subjects/resources.ts';
import type { Place } from '../template/identity.ts';
import { decided, roleOf, statementsOf } from '../template/policies.ts';
import type { Resource, Stack } from '../template/stack.ts';
import { aliasesOf, guarding, keyOf, known } from '../template/world.ts';

/** A call of AWS, or an action that no call of ours stands for. */
export type Need = Implied | Access;

interface Question extends Access {
  readonly context: Context;
}

/**
 * What `role` may not do of all that a need comes to: the call itself, the role that it hands over, the key that its data
 * lie under. The own policy of a bucket, queue, topic or key has its say.
 */
export async function denialsOf(role: Resource, need: Need, place: Place, stacks: readonly Stack[]): Promise<Access[]> {
  const questions = 'action' in need ? [{ ...need, context: {} }] : await questionsOf(role, need, place, stacks);
  return questions.filter(({ action, resource, context }) => {
    const guarded = known(stacks, resource);
    const aliases = guarded?.resource.type === 'AWS::KMS::Key' ? aliasesOf(guarded.stack, guarded.resource) : undefined;
    return !decided(
      { principal: roleOf(role), action, resource, context: { ...context, 'kms:resourcealiases': aliases } },
      {
        identity: statementsOf(role),
        resource: guarded && guarding(guarded),
        resourceDecides: action.startsWith('kms:'),
      },
    ).allowed;
  });
}

/** Whether what a call is about is computed, so that nobody can tell what it needs leave for. */
export function isVague(need: Need, place: Place): boolean {
  if ('action' in need) return false;
  const accesses = (partsOf(need) ?? [need]).flatMap((part) => accessesOf(place, part));
  return (
    accesses.length === 0 ||
    accesses.some(
      ({ action, resource }) => resource.includes('{%') || (resource === '*' && !(action in WITHOUT_RESOURCE)),
    )
  );
}

async function questionsOf(role: Resource, call: Implied, place: Place, stacks: readonly Stack[]): Promise<Question[]> {
  const guardOf = (arn: string) => {
    const found = known(stacks, arn);
    return Promise.resolve({ key: found && keyOf(found.stack, found.resource)?.arn });
  };
  const implied = await impliedCalls({ ...place, guardOf }, call);
  return [call, ...implied].flatMap((asked) =>
    (partsOf(asked) ?? [asked]).flatMap((part) => {
      const caller = { arn: role.arn, roleArn: role.arn, ...(asked.via === undefined ? {} : { via: asked.via }) };
      const context = contextOf(place, part, caller);
      return accessesOf(place, part).map((access) => ({ ...access, context }));
    }),
  );
}
