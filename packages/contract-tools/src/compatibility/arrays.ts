import { counted, into, problem, type Frame, type Problem } from './problem.ts';
import { isNothing, keyword, numberIn, schemaIn, schemasIn, type Place } from './schema.ts';
import type { ArrayShape } from './shape.ts';

/** Why arrays of the shape are not accepted by the schema's own keywords. */
export function arrayProblems(shape: ArrayShape, place: Place, frame: Frame): Problem[] {
  return [...countProblems(shape, place, frame), ...itemProblems(shape, place, frame)];
}

function countProblems(shape: ArrayShape, place: Place, frame: Frame): Problem[] {
  const { schema } = place;
  const problems: Problem[] = [];
  const minItems = numberIn(schema, 'minItems') ?? 0;
  const maxItems = mostItems(place);
  if (shape.minItems < minItems) {
    problems.push(
      problem(frame, 'minItems', { written: counted(shape.minItems, 'item'), accepted: `${minItems} or more` }),
    );
  }
  if (shape.maxItems > maxItems) {
    const written = shape.maxItems === Infinity ? 'any number of items' : counted(shape.maxItems, 'item');
    problems.push(problem(frame, 'maxItems', { written, accepted: `${maxItems} or less` }));
  }
  if (keyword(schema, 'uniqueItems') === true && !shape.unique && shape.maxItems > 1) {
    problems.push(problem(frame, 'uniqueItems', { written: 'equal items', accepted: 'no two equal items' }));
  }
  return problems;
}

/** A tuple without further items has no more than its own. */
function mostItems(place: Place): number {
  const rest = schemaIn(place, 'items');
  const own = numberIn(place.schema, 'maxItems') ?? Infinity;
  return rest !== undefined && isNothing(rest.schema) ? Math.min(own, schemasIn(place, 'prefixItems').length) : own;
}

function itemProblems(shape: ArrayShape, place: Place, frame: Frame): Problem[] {
  const prefix = schemasIn(place, 'prefixItems');
  const rest = schemaIn(place, 'items');
  const tuple = Math.max(prefix.length, ...shape.parts.map((part) => part.prefix.length));
  const most = Math.min(shape.maxItems, mostItems(place));
  const positions = Array.from({ length: Math.min(tuple, most) }, (_, index) => index);
  const problems = positions.flatMap((index) => {
    const read = prefix[index] ?? rest;
    const written = shape.parts.flatMap((part) => part.prefix[index] ?? part.rest ?? []);
    return read === undefined ? [] : frame.compare(written, read, into(frame, `[${index}]`));
  });
  if (rest === undefined || most <= tuple) return problems;
  const written = shape.parts.flatMap((part) => part.rest ?? []);
  return [...problems, ...frame.compare(written, rest, into(frame, '[]'))];
}
