import type { Resource, Stack } from '../template/stack.ts';
import { keyOf } from '../template/world.ts';

/** What is deleted with the stack, or when a change of the template replaces it. */
export const notRetained = ({ deletionPolicy, updateReplacePolicy }: Resource): string | undefined => {
  if (!deletionPolicy.startsWith('Retain')) return 'it is deleted with its stack';
  return updateReplacePolicy.startsWith('Retain') ? undefined : 'it is deleted when an update replaces it';
};

export const keyNotRetained = (resource: Resource, stack: Stack): string | undefined => {
  const key = keyOf(stack, resource);
  const problem = key === undefined ? undefined : notRetained(key);
  return problem === undefined
    ? undefined
    : `what it holds cannot be read any more without its key ${key?.id ?? ''}: ${problem}`;
};
