import { fieldIn } from './fields.ts';
import type { Place } from './schema.ts';
import type { ArrayShape, ObjectShape, Shape } from './shape.ts';
import { shapesOf } from './shapes.ts';

/** A field as event patterns see it: they look through arrays, and at values that are neither object nor array. */
export interface FieldView {
  readonly presence: 'always' | 'sometimes' | 'never';
  readonly leaves: readonly Leaf[];
}
export type Leaf = Exclude<Shape, ArrayShape | ObjectShape>;

/** Arrays within arrays are followed so far; a recursive schema has no end of them. */
const DEEPEST = 20;

/** What a pattern finds at the path in events that producers write under the schemas. */
export function fieldView(places: readonly Place[], path: readonly string[], depth = 0): FieldView {
  if (depth > DEEPEST) return { presence: 'sometimes', leaves: [] };
  return either(shapesOf(places).map((shape) => viewOfShape(shape, path, depth)));
}

function viewOfShape(shape: Shape, path: readonly string[], depth: number): FieldView {
  const [name, ...rest] = path;
  if (shape.type === 'array') return viewOfItems(shape, path, depth);
  if (shape.type !== 'object') {
    return name === undefined ? { presence: 'always', leaves: [shape] } : NEVER;
  }
  const field = name === undefined ? undefined : fieldIn(shape, name);
  if (name === undefined || field === undefined) return NEVER;
  const view = fieldView(field, rest, depth + 1);
  return shape.required.has(name) ? view : atMostSometimes(view);
}

function viewOfItems({ parts, minItems, maxItems }: ArrayShape, path: readonly string[], depth: number): FieldView {
  const tuple = Math.min(maxItems, Math.max(0, ...parts.map(({ prefix }) => prefix.length)));
  const positions = Array.from({ length: tuple }, (_, index) =>
    parts.flatMap(({ prefix, rest }) => prefix[index] ?? rest ?? []),
  );
  const others = maxItems > tuple ? [parts.flatMap(({ rest }) => rest ?? [])] : [];
  const views = [...positions, ...others].map((places) => fieldView(places, path, depth + 1));
  const view = either(views);
  return minItems > 0 ? view : atMostSometimes(view);
}

const NEVER: FieldView = { presence: 'never', leaves: [] };

const atMostSometimes = (view: FieldView): FieldView =>
  view.presence === 'always' ? { ...view, presence: 'sometimes' } : view;

function either(views: readonly FieldView[]): FieldView {
  const leaves = views.flatMap((view) => view.leaves);
  const presences = new Set(views.map(({ presence }) => presence));
  const [only = 'never', ...others] = presences;
  return { presence: others.length > 0 ? 'sometimes' : only, leaves };
}
