import { isDisjoint, isOtherVariant } from './disjoint.ts';
import { constantsOf, fieldIn } from './fields.ts';
import { problem, type Frame, type Problem } from './problem.ts';
import type { Place } from './schema.ts';
import type { ObjectShape, Shape } from './shape.ts';
import { shapesOf } from './shapes.ts';

interface Union {
  readonly members: readonly Place[];
  readonly frame: Frame;
  /** Why a member does not accept everything of a shape. */
  readonly accepts: (member: Place, shape: Shape) => readonly Problem[];
}

/** Why no member accepts everything of the shape: of the members that might, the one with the fewest reasons speaks. */
export function anyOfProblems(shape: Shape, union: Union): readonly Problem[] {
  const { members, accepts } = union;
  const reasons = members.filter((member) => !isOtherVariant(shape, member)).map((member) => accepts(member, shape));
  if (reasons.some((each) => each.length === 0)) return [];
  const accepted = (part: Shape) => members.some((member) => accepts(member, part).length === 0);
  if (reasons.length > 0 && splitsOf(shape).some((parts) => parts.every(accepted))) return [];
  return reasons.toSorted((left, right) => left.length - right.length)[0] ?? [unknownVariant(shape, union)];
}

/** As {@link anyOfProblems}; and why more than one member may accept the same value. */
export function oneOfProblems(shape: Shape, union: Union): readonly Problem[] {
  const { members, frame, accepts } = union;
  const problems = anyOfProblems(shape, union);
  if (problems.length > 0) return problems;
  const byExactlyOne = (part: Shape) =>
    members.some(
      (member) =>
        accepts(member, part).length === 0 && members.every((other) => other === member || isDisjoint(part, other)),
    );
  if (byExactlyOne(shape) || splitsOf(shape).some((parts) => parts.every(byExactlyOne))) return [];
  const accepted = 'exactly one of oneOf';
  return [problem(frame, 'variant', { written: 'what several of oneOf may accept', accepted, certain: false })];
}

function unknownVariant(shape: Shape, { members, frame }: Union): Problem {
  const types = [...new Set(members.flatMap((member) => shapesOf([member])).map(typeName))];
  const others = [...new Set(members.flatMap((member) => shapesOf([member])).map(nameOf))];
  const written = nameOf(shape);
  if (!types.includes(typeName(shape))) return problem(frame, 'type', { written, accepted: types.join(' | ') });
  return problem(frame, shape.type === 'object' || shape.type === 'array' ? 'variant' : 'values', {
    written,
    accepted: others.join(' | '),
  });
}

export const typeName = (shape: Shape): string => (shape.type === 'number' && shape.integer ? 'integer' : shape.type);

const nameOf = (shape: Shape): string =>
  shape.constant === undefined ? typeName(shape) : JSON.stringify(shape.constant);

const MOST_PARTS = 50;

/** The ways to take an object apart by the values of a field that it always has. */
function splitsOf(shape: Shape): readonly (readonly Shape[])[] {
  if (shape.type !== 'object') return [];
  return [...shape.required].flatMap((name) => {
    const values = constantsOf(shapesOf(fieldIn(shape, name) ?? [])) ?? [];
    if (values.length < 2 || values.length > MOST_PARTS) return [];
    return [values.map((value) => withField(shape, name, { schema: { const: value }, document: true }))];
  });
}

const withField = (shape: ObjectShape, name: string, place: Place): Shape => ({
  ...shape,
  parts: [
    ...shape.parts,
    { properties: new Map([[name, place]]), patterns: new Map(), additional: undefined, declares: false },
  ],
});
