import type { Resource, Stack } from '../template/stack.ts';
import { keyOf } from '../template/world.ts';

/**
 * What is wrong with a resource whose `contents` no key of its own stack encrypts. `isOn` tells whether its type's own switch is on,
 * where naming a key is not enough.
 */
export const underOwnKey =
  (contents: string, isOn: (resource: Resource) => boolean = () => true) =>
  (resource: Resource, stack: Stack): string | undefined =>
    isOn(resource) && keyOf(stack, resource) !== undefined
      ? undefined
      : `${contents} are not encrypted under a key of the service's own`;
