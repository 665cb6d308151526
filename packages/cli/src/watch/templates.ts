import * as z from 'zod';

/** A compiled template, as far as it is looked at here. */
export const compiledTemplate = z.looseObject({
  Resources: z.record(
    z.string(),
    z.looseObject({ Type: z.string(), Properties: z.record(z.string(), z.unknown()).default({}) }),
  ),
});
export type CompiledTemplate = z.infer<typeof compiledTemplate>;

export interface Difference {
  /** Logical ids of the state machines that have another definition. */
  readonly definitions: readonly string[];
  /** What only a deployment of the whole template brings about, for people. */
  readonly rest: string[];
}

const VERSION = 'AWS::Lambda::Version';
const MACHINE = 'AWS::StepFunctions::StateMachine';
/** What is swapped by itself: a function's code, by its bundle, and a state machine's definition. */
const SWAPPED: Readonly<Record<string, string>> = { 'AWS::Lambda::Function': 'Code', [MACHINE]: 'DefinitionString' };

/** What another version of a template changes. */
export function difference(before: CompiledTemplate, after: CompiledTemplate): Difference {
  const definitions: string[] = [];
  const rest: string[] = [];
  for (const id of new Set([...Object.keys(before.Resources), ...Object.keys(after.Resources)])) {
    const [old, now] = [before.Resources[id], after.Resources[id]];
    const Type = (now ?? old)?.Type ?? '';
    // A version has its code's digest in its name.
    if (Type === VERSION) continue;
    const changed = changedProperties(old, now);
    if (typeof changed === 'string') {
      rest.push(`${id} (${Type}) ${changed}`);
      continue;
    }
    if (Type === MACHINE && changed.includes('DefinitionString')) definitions.push(id);
    const others = changed.filter((property) => property !== SWAPPED[Type]);
    if (others.length > 0) rest.push(`${id} (${Type}) has another ${others.join(', ')}`);
  }
  return { definitions, rest };
}

type Resource = CompiledTemplate['Resources'][string];

/** The properties in which two versions of a resource differ, or what else became of it. */
function changedProperties(old: Resource | undefined, now: Resource | undefined): string | string[] {
  if (old === undefined) return 'is new';
  if (now === undefined) return 'is gone';
  if (old.Type !== now.Type) return `was ${old.Type}`;
  return [...new Set([...Object.keys(old.Properties), ...Object.keys(now.Properties)])].filter(
    (property) => JSON.stringify(old.Properties[property]) !== JSON.stringify(now.Properties[property]),
  );
}
