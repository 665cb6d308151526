import { fieldIn } from './fields.ts';
import type { Place } from './schema.ts';
import type { ArrayShape, ObjectShape, Shape } from './shape.ts';
import { shapesOf } from './shapes.ts';

/** A field as event patterns see it: they look through arrays, and at values that are neither object nor array. */
export interface FieldView {
  /** What the field may hold; nothing where no event has it. */
  readonly leaves: readonly Leaf[];
  /** Where the way to it may end: at a field that may be absent, an array that may be empty, a shape without it. */
  readonly gaps: readonly string[];
}
export type Leaf = Exclude<Shape, ArrayShape | ObjectShape>;

/** Arrays within arrays are followed so far; a recursive schema has no end of them. */
const DEEPEST = 20;

/** What a pattern finds at the path in events that producers write under the schemas. */
export const fieldView = (places: readonly Place[], path: readonly string[]): FieldView =>
  viewOf(places, path, { at: '', depth: 0 });

/** How far the way led. */
interface Way {
  readonly at: string;
  readonly depth: number;
}

function viewOf(places: readonly Place[], path: readonly string[], way: Way): FieldView {
  if (way.depth > DEEPEST) return NOWHERE;
  const deeper = { ...way, depth: way.depth + 1 };
  return either(
    shapesOf(places).map((shape) => viewOfShape(shape, path, deeper)),
    `${way.at} in another shape`,
  );
}

function viewOfShape(shape: Shape, path: readonly string[], way: Way): FieldView {
  const [name, ...rest] = path;
  if (shape.type === 'array') return viewOfItems(shape, path, { ...way, at: `${way.at}[]` });
  if (shape.type !== 'object') return name === undefined ? { leaves: [shape], gaps: [] } : NOWHERE;
  const field = name === undefined ? undefined : fieldIn(shape, name);
  if (name === undefined || field === undefined) return NOWHERE;
  const at = `${way.at}.${name}`;
  return withGap(viewOf(field, rest, { ...way, at }), shape.required.has(name) ? undefined : at);
}

function viewOfItems({ parts, minItems, maxItems }: ArrayShape, path: readonly string[], way: Way): FieldView {
  const tuple = Math.min(maxItems, Math.max(0, ...parts.map(({ prefix }) => prefix.length)));
  const positions = Array.from({ length: tuple }, (_, index) =>
    parts.flatMap(({ prefix, rest }) => prefix[index] ?? rest ?? []),
  );
  const others = maxItems > tuple ? [parts.flatMap(({ rest }) => rest ?? [])] : [];
  const views = [...positions, ...others].map((places) => viewOf(places, path, way));
  return withGap(either(views, `${way.at} in another item`), minItems > 0 ? undefined : way.at);
}

const NOWHERE: FieldView = { leaves: [], gaps: [] };

const withGap = ({ leaves, gaps }: FieldView, gap: string | undefined): FieldView =>
  leaves.length === 0 || gap === undefined ? { leaves, gaps } : { leaves, gaps: [...gaps, gap] };

/** One of several; `gap` says that some of them have no such field. */
function either(views: readonly FieldView[], gap: string): FieldView {
  const found = views.filter(({ leaves }) => leaves.length > 0);
  const gaps = [...new Set(found.flatMap((view) => view.gaps))].sort();
  const all = { leaves: found.flatMap(({ leaves }) => leaves), gaps };
  return withGap(all, found.length < views.length ? gap : undefined);
}
