import { isDisjoint } from './disjoint.ts';
import { fieldIn, namesOf, otherFieldsOf, type Names } from './fields.ts';
import { counted, into, problem, type Frame, type Kind, type Problem } from './problem.ts';
import { isNothing, numberIn, schemaIn, schemaMapIn, stringsIn, type Place } from './schema.ts';
import { matches, type ObjectShape } from './shape.ts';

/** Why objects of the shape are not accepted by the schema's own keywords. */
export function objectProblems(shape: ObjectShape, place: Place, frame: Frame): Problem[] {
  const names = namesOf(shape);
  return [
    ...missing(shape, place, frame),
    ...names.known.flatMap((name) => knownField(shape, name, { place, frame })),
    ...undeclaredFields(shape, names, { place, frame }),
    ...matchingFields(names, { place, frame }),
    ...otherFields(shape, names, { place, frame }),
    ...wrongNames(shape, names, { place, frame }),
    ...countProblems(shape, names, { place, frame }),
  ];
}

interface Reading {
  readonly place: Place;
  readonly frame: Frame;
}

/** Fields that the reader counts on. */
function missing(shape: ObjectShape, place: Place, frame: Frame): Problem[] {
  return stringsIn(place.schema, 'required')
    .filter((name) => !shape.required.has(name))
    .map((name) => {
      const known = fieldIn(shape, name) !== undefined;
      const kinds: Record<Frame['direction'], Kind> = known
        ? { backward: 'field became optional', forward: 'field became required' }
        : { backward: 'field removed', forward: 'field added' };
      return problem(into(frame, name), kinds[frame.direction], {
        written: known ? 'optional' : 'absent',
        accepted: 'required',
      });
    });
}

/** What the reader asks of a field of this name, and whether it is one that the reader knows. */
function readField(place: Place, name: string): { known: boolean; places: readonly Place[] } {
  const named = schemaMapIn(place, 'properties').get(name);
  const patterns = [...schemaMapIn(place, 'patternProperties')].filter(([pattern]) => matches(pattern, name) !== false);
  const places = [...(named === undefined ? [] : [named]), ...patterns.map(([, each]) => each)];
  const additional = schemaIn(place, 'additionalProperties');
  // A pattern that JavaScript cannot read may or may not match: then both hold.
  const known = named !== undefined || patterns.some(([pattern]) => matches(pattern, name) === true);
  return { known, places: known || additional === undefined ? places : [...places, additional] };
}

function knownField(shape: ObjectShape, name: string, { place, frame }: Reading): readonly Problem[] {
  const written = fieldIn(shape, name) ?? [];
  const here = into(frame, name);
  const { known, places } = readField(place, name);
  return places.flatMap((read) =>
    !known && isNothing(read.schema)
      ? [problem(here, 'additionalProperties', { written: 'the field', accepted: 'no field that is not declared' })]
      : frame.compare(written, read, here),
  );
}

/** Fields that the reader declares and the producer does not. */
function undeclaredFields(shape: ObjectShape, { known }: Names, { place, frame }: Reading): readonly Problem[] {
  const required = stringsIn(place.schema, 'required');
  return [...schemaMapIn(place, 'properties')].flatMap(([name, read]) => {
    if (known.includes(name)) return [];
    const here = into(frame, name);
    const written = fieldIn(shape, name);
    if (written !== undefined) return frame.compare(written, read, here);
    // Nothing refuses the event, but who reads the field never gets it again.
    return frame.direction === 'forward' ||
      required.includes(name) ||
      isNothing(read.schema) ||
      isWrittenBySibling(name, place, frame)
      ? []
      : [problem(here, 'field removed', { written: 'absent', accepted: 'optional' })];
  });
}

/** Whether the same reader gets the field from another shape of what is written: not if that is another variant for it. */
const isWrittenBySibling = (name: string, place: Place, { siblings }: Frame): boolean =>
  siblings.some((other) => other.type === 'object' && fieldIn(other, name) !== undefined && !isDisjoint(other, place));

/** Fields of which the producer knows a pattern only. */
function matchingFields({ patterns }: Names, { place, frame }: Reading): readonly Problem[] {
  const readers = schemaMapIn(place, 'patternProperties');
  const additional = schemaIn(place, 'additionalProperties');
  const own = new Set(patterns.map(([pattern]) => pattern));
  return patterns.flatMap(([pattern, written]) => {
    const here = into(frame, `*${pattern}`);
    const same = readers.get(pattern);
    const read = same === undefined ? additional : same;
    // Names may match several patterns at once. Those that the producer has too are compared where it is their turn.
    const others = [...readers].filter(([other]) => other !== pattern && !own.has(other)).map(([, each]) => each);
    if (same === undefined && additional !== undefined && isNothing(additional.schema)) {
      return [problem(here, 'patternProperties', { written: pattern, accepted: 'no field that is not declared' })];
    }
    return [...(read === undefined ? [] : [read]), ...others].flatMap((each) => frame.compare([written], each, here));
  });
}

/** Fields of which the producer knows nothing but that there may be some. */
function otherFields(shape: ObjectShape, { open, patterns }: Names, { place, frame }: Reading): readonly Problem[] {
  if (!open) return [];
  const written = otherFieldsOf(shape);
  if (written.some(({ schema }) => isNothing(schema))) return [];
  const here = into(frame, '*');
  const additional = schemaIn(place, 'additionalProperties');
  const own = new Set(patterns.map(([pattern]) => pattern));
  const readers = [...schemaMapIn(place, 'patternProperties')].filter(([pattern]) => !own.has(pattern));
  const matching = readers.flatMap(([pattern, read]) => frame.compare(written, read, into(frame, `*${pattern}`)));
  if (additional === undefined) return matching;
  if (!isNothing(additional.schema)) return [...matching, ...frame.compare(written, additional, here)];
  return [
    ...matching,
    problem(here, 'additionalProperties', { written: 'any field', accepted: 'no field that is not declared' }),
  ];
}

function wrongNames(
  shape: ObjectShape,
  { known, patterns, open }: Names,
  { place, frame }: Reading,
): readonly Problem[] {
  const read = schemaIn(place, 'propertyNames');
  if (read === undefined) return [];
  const named = known.map((name): readonly Place[] => [{ schema: { const: name }, document: true }]);
  const matching = patterns.map(([pattern]): readonly Place[] => [
    { schema: { type: 'string', pattern }, document: true },
    ...shape.names,
  ]);
  const others: (readonly Place[])[] = open ? [[{ schema: { type: 'string' }, document: true }, ...shape.names]] : [];
  const problems = [...named, ...matching, ...others].flatMap((written) => frame.compare(written, read, frame));
  return problems.map((each) => ({ ...each, path: frame.path, kind: 'propertyNames' }));
}

function countProblems(shape: ObjectShape, names: Names, { place, frame }: Reading): readonly Problem[] {
  const problems: Problem[] = [];
  const fewest = Math.max(shape.minProperties, shape.required.size);
  const unbounded = names.open || names.patterns.length > 0;
  const most = unbounded ? shape.maxProperties : Math.min(shape.maxProperties, names.known.length);
  const minProperties = numberIn(place.schema, 'minProperties') ?? 0;
  const maxProperties = numberIn(place.schema, 'maxProperties') ?? Infinity;
  if (fewest < minProperties) {
    problems.push(
      problem(frame, 'minProperties', { written: counted(fewest, 'field'), accepted: `${minProperties} or more` }),
    );
  }
  if (most > maxProperties) {
    const written = most === Infinity ? 'any number of fields' : counted(most, 'field');
    problems.push(problem(frame, 'maxProperties', { written, accepted: `${maxProperties} or less` }));
  }
  return problems;
}
