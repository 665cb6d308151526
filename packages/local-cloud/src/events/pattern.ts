/**
 * EventBridge's event patterns, the whole language: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 * and, for what the guide leaves open, AWS's own engine: https://github.com/aws/event-ruler.
 */
import { condition, type Condition } from './condition.ts';
import { AwsError } from '../aws.ts';
import { invalidPattern, parseJson, type Json, type Members } from './json.ts';
import { refuseComplex } from './wildcard.ts';

/** A checked pattern. */
export interface Pattern {
  /** Whether it matches the event with these fields. */
  matches(fields: Fields): boolean;
}

/** One alternative of a pattern (`$or` makes several): what each field, by its dotted path, must satisfy one of. */
type Branch = ReadonlyMap<string, readonly Condition[]>;

/** Throws InvalidEventPatternException with AWS's reason. */
export function compilePattern(text: string): Pattern {
  const root = parseJson(text);
  if (root.kind !== 'object') throw invalidPattern('Filter is not an object');
  const branches = addFields([new Map()], '', root.members, false);
  for (const branch of branches) {
    for (const conditions of branch.values()) refuseComplex(conditions.flatMap(({ wildcards = [] }) => wildcards));
  }
  return { matches: (fields) => branches.some((branch) => matchesBranch(branch, fields)) };
}

const compiled = new Map<string, Pattern>();

/** As {@link compilePattern}, once for each text: for the patterns of rules and archives. */
export function patternOf(text: string): Pattern {
  const pattern = compiled.get(text) ?? compilePattern(text);
  compiled.set(text, pattern);
  return pattern;
}

/** What an event must have for TestEventPattern to look at it. `resources` is documented as mandatory too, but is not asked for. */
const MANDATORY = ['id', 'account', 'source', 'time', 'region', 'detail-type'];

/** EventBridge's TestEventPattern: both parameters are JSON texts. Throws AWS's refusals. */
export function testEventPattern(patternText: string, eventText: string): boolean {
  const event = readEvent(eventText);
  return compilePattern(patternText).matches(fieldsOf(event));
}

function readEvent(text: string): Json {
  try {
    const event = parseJson(text);
    const names = event.kind === 'object' ? event.members.map(([name]) => name) : [];
    if (MANDATORY.every((name) => names.includes(name))) return event;
  } catch (cause) {
    throw invalidEvent(cause);
  }
  throw invalidEvent();
}

const invalidEvent = (cause?: unknown): AwsError =>
  new AwsError('ValidationException', 'Parameter Event is not valid.', { cause });

/** `branches` with the fields of an object added to each. A path that is given again replaces the one before. */
function addFields(branches: readonly Branch[], path: string, members: Members, inOr: boolean): readonly Branch[] {
  if (members.length === 0) throw invalidPattern('Empty objects are not allowed');
  return members.reduce((soFar, [name, value]) => {
    if (name === '$or') return addAlternatives(soFar, path, value);
    if (inOr && RESERVED_IN_OR.has(name)) {
      throw invalidPattern(`${name} is Ruler reserved fieldName which cannot be used inside $or.`);
    }
    const field = path === '' ? name : `${path}.${name}`;
    if (value.kind === 'object') return addFields(soFar, field, value.members, inOr);
    if (value.kind !== 'array') throw invalidPattern(`"${name}" must be an object or an array`);
    if (value.items.length === 0) throw invalidPattern('Empty arrays are not allowed');
    const conditions = value.items.map(condition);
    return soFar.map((branch) => new Map(branch).set(field, conditions));
  }, branches);
}

function addAlternatives(branches: readonly Branch[], path: string, alternatives: Json): readonly Branch[] {
  if (alternatives.kind !== 'array') throw invalidPattern('It must be an Array followed with $or.');
  const result = alternatives.items.flatMap((alternative) => {
    if (alternative.kind !== 'object')
      throw invalidPattern('Only JSON object is allowed in array of $or relationship.');
    return addFields(branches, path, alternative.members, true);
  });
  if (alternatives.items.length < 2) throw invalidPattern('There must have at least 2 Objects in $or relationship.');
  return result;
}

const RESERVED_IN_OR = new Set(
  `exactly equals-ignore-case prefix suffix anything-but exists wildcard numeric cidr = < <= > >= regex not-wildcard
   not-equals-ignore-case date-after date-on-or-after date-before date-on-or-before in-date-range ip-address-in-range
   ip-address-not-in-range`.split(/\s+/),
);

/** An event taken apart: the values of each field, by its dotted path. */
export type Fields = ReadonlyMap<string, readonly Leaf[]>;

/** A value of a field, with the element of each array (by the array's number) that one has to enter to reach it. */
interface Leaf {
  readonly value: Json;
  readonly elements: Elements;
}
type Elements = ReadonlyMap<number, number>;

/** The fields of an event (a JSON object). */
export function fieldsOf(event: Json): Fields {
  const fields = new Map<string, Leaf[]>();
  let arrays = 0;
  const visit = (path: string, value: Json, elements: Elements): void => {
    if (value.kind === 'object') {
      for (const [name, member] of value.members) visit(path === '' ? name : `${path}.${name}`, member, elements);
    } else if (value.kind === 'array') {
      const array = (arrays += 1);
      value.items.forEach((item, index) => {
        const nested = item.kind === 'object' || item.kind === 'array';
        visit(path, item, nested ? new Map(elements).set(array, index) : elements);
      });
    } else {
      const leaves = fields.get(path);
      if (leaves === undefined) fields.set(path, [{ value, elements }]);
      else leaves.push({ value, elements });
    }
  };
  visit('', event, new Map());
  return fields;
}

/** Every field must have a value that satisfies one of its conditions, all of them within the same elements of arrays. */
function matchesBranch(branch: Branch, fields: Fields): boolean {
  const satisfied: Elements[][] = [];
  for (const [path, conditions] of branch) {
    const leaves = fields.get(path) ?? [];
    if (leaves.length === 0 && conditions.some(({ absent }) => absent)) continue;
    const places = leaves
      .filter(({ value }) => conditions.some((each) => each.test(value)))
      .map(({ elements }) => elements);
    if (places.length === 0) return false;
    satisfied.push(places);
  }
  return haveCommonPlace(satisfied);
}

/** Whether one place can be taken from each list so that no two of them are in different elements of one array. */
function haveCommonPlace([first, second, ...rest]: readonly (readonly Elements[])[]): boolean {
  if (first === undefined) return true;
  if (second === undefined) return first.length > 0;
  // Arrays that no later field is in no longer matter: without them the combinations stay few.
  const later = new Set([second, ...rest].flat().flatMap((place) => [...place.keys()]));
  const places = distinct(first.map((place) => new Map([...place].filter(([array]) => later.has(array)))));
  const joined = places.flatMap((place) => second.flatMap((other) => join(place, other)));
  return joined.length > 0 && haveCommonPlace([joined, ...rest]);
}

function join(left: Elements, right: Elements): Elements[] {
  for (const [array, element] of right) {
    const other = left.get(array);
    if (other !== undefined && other !== element) return [];
  }
  return [new Map([...left, ...right])];
}

function distinct(places: readonly Elements[]): readonly Elements[] {
  const key = (place: Elements) => [...place].sort(([left], [right]) => left - right).join(';');
  return [...new Map(places.map((place) => [key(place), place])).values()];
}
