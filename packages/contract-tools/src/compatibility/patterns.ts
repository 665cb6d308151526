// Which published rule patterns would stop matching. The language: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
import { testEventPattern } from '@regulabel/local-cloud/eventPattern';
import { fieldView, type FieldView, type Leaf } from './fieldView.ts';
import { isList, isObject, meaning, type Json, type JsonObject, type Schema } from './schema.ts';
import { meet, type NumberShape, type StringShape } from './shape.ts';
import { anyNumber, shapesOf } from './shapes.ts';

/** An event as it is published: what its rules see. */
export interface PublishedEvent {
  readonly source: string;
  readonly detailType: string;
  /** Of the event's `detail`. */
  readonly schema: Schema;
}

/** Why a pattern no longer matches all the events that it was made for. */
export interface PatternFinding {
  readonly detailType: string;
  /** The field that the pattern reads: `detail.data.caller`. */
  readonly path: string;
  readonly why: string;
}

/** What becomes of a pattern that matched events of `old` when they are published as `recent` says. */
export function patternFindings(
  pattern: JsonObject,
  old: readonly PublishedEvent[],
  recent: readonly PublishedEvent[],
): readonly PatternFinding[] {
  const findings = branchesOf(pattern).flatMap((branch) =>
    old.filter((event) => mayMatch(branch, event)).flatMap((event) => findingsOf(branch, event, { old, recent })),
  );
  return [...new Map(findings.map((finding) => [JSON.stringify(finding), finding])).values()];
}

/** Whether the pattern matches this very event. */
export const matchesEvent = (pattern: JsonObject, event: EventLike): boolean =>
  testEventPattern(JSON.stringify(pattern), JSON.stringify({ ...ENVELOPE, ...event }));

export interface EventLike {
  readonly source: string;
  readonly 'detail-type': string;
  readonly detail: Json;
}

/** What EventBridge adds to an event, and nobody's contract says. */
const ENVELOPE = {
  version: '0',
  id: '00000000-0000-0000-0000-000000000000',
  account: '123456789012',
  region: 'eu-central-1',
  time: '2026-01-01T00:00:00Z',
  resources: [],
};

/** One field's conditions: it has to satisfy one of them. */
interface Wanted {
  readonly path: readonly string[];
  readonly conditions: readonly Json[];
}
/** One alternative of a pattern: all of it has to hold. */
type Branch = readonly Wanted[];

/** `$or` taken apart. */
function branchesOf(pattern: JsonObject, path: readonly string[] = []): readonly Branch[] {
  return Object.entries(pattern).reduce<readonly Branch[]>(
    (branches, [name, value]) => {
      const alternatives = alternativesOf(name, value, path);
      return branches.flatMap((branch) => alternatives.map((alternative) => [...branch, ...alternative]));
    },
    [[]],
  );
}

function alternativesOf(name: string, value: Json, path: readonly string[]): readonly Branch[] {
  const list = isList(value) ? value : [];
  if (name === '$or') return list.filter(isObject).flatMap((alternative) => branchesOf(alternative, path));
  const here = [...path, name];
  return isObject(value) ? branchesOf(value, here) : [[{ path: here, conditions: list }]];
}

const isDetail = ({ path }: Wanted): boolean => path[0] === 'detail';

function mayMatch(branch: Branch, { source, detailType, schema }: PublishedEvent): boolean {
  const isChosen = branch
    .filter(({ path: [name] }) => name === 'source' || name === 'detail-type')
    .every(({ path: [name = ''], conditions }) =>
      matchesEvent({ [name]: conditions }, { source, 'detail-type': detailType, detail: {} }),
    );
  return isChosen && branch.filter(isDetail).every((wanted) => isWithinReach(wanted, viewOf(wanted, schema)));
}

const viewOf = ({ path }: Wanted, schema: Schema): FieldView =>
  fieldView([{ schema, document: schema }], path.slice(1));

const isWithinReach = ({ conditions }: Wanted, view: FieldView): boolean =>
  conditions.some((condition) =>
    isAbsence(condition) ? mayLack(view) : view.leaves.some((leaf) => reach(condition, leaf) !== 'no'),
  );

const isNever = ({ leaves }: FieldView): boolean => leaves.length === 0;
const mayLack = (view: FieldView): boolean => isNever(view) || view.gaps.length > 0;

const isAbsence = (condition: Json): boolean => isObject(condition) && condition['exists'] === false;

function findingsOf(
  branch: Branch,
  event: PublishedEvent,
  { old, recent }: { old: readonly PublishedEvent[]; recent: readonly PublishedEvent[] },
): readonly PatternFinding[] {
  const { detailType } = event;
  const now = recent.find((each) => each.source === event.source && each.detailType === detailType);
  if (now === undefined) {
    const renamed = renamedTo(event, old, recent);
    if (renamed !== undefined && mayMatch(branch, renamed)) return [];
    const what = `${event.source} ${detailType}`;
    const why =
      renamed === undefined
        ? `${what} is no longer published`
        : `${what} is now called ${renamed.source} ${renamed.detailType}`;
    return [{ detailType, path: 'detail-type', why }];
  }
  return branch.filter(isDetail).flatMap((wanted) => {
    const whys = fieldFindings(wanted, viewOf(wanted, event.schema), viewOf(wanted, now.schema));
    return whys.map((why) => ({ detailType, path: wanted.path.join('.'), why }));
  });
}

/** A new event of the same meaning. */
function renamedTo(
  { schema }: PublishedEvent,
  old: readonly PublishedEvent[],
  recent: readonly PublishedEvent[],
): PublishedEvent | undefined {
  const wanted = meaning({ schema, document: schema });
  return recent.find(
    (each) =>
      old.every((other) => other.source !== each.source || other.detailType !== each.detailType) &&
      meaning({ schema: each.schema, document: each.schema }) === wanted,
  );
}

function fieldFindings({ conditions }: Wanted, before: FieldView, after: FieldView): readonly string[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  const [absences, values] = [conditions.filter(isAbsence), conditions.filter((each) => !isAbsence(each))];
  if (absences.length > 0)
    return [...(values.length > 0 ? [] : lostAbsence(before, after)), ...lostValues(values, before, after)];
  if (isNever(after)) return ['the field is gone'];
  const optional = after.gaps.some((gap) => !before.gaps.includes(gap));
  return [...(optional ? ['events may lack the field now'] : []), ...lostValues(values, before, after)];
}

function lostAbsence(before: FieldView, after: FieldView): readonly string[] {
  if (mayLack(before) && !mayLack(after)) return ['the field is always there now'];
  return isNever(before) && !isNever(after) ? ['events may have the field now'] : [];
}

const lostValues = (conditions: readonly Json[], before: FieldView, after: FieldView): readonly string[] =>
  conditions.flatMap((condition) => {
    const [could, can] = [reachOf(condition, before), reachOf(condition, after)];
    if (could === 'no' || can === 'yes') return [];
    if (can === 'no') return [`no event satisfies ${JSON.stringify(condition)} any more`];
    const isKnown = JSON.stringify(before.leaves) === JSON.stringify(after.leaves);
    return isKnown ? [] : [`whether events still satisfy ${JSON.stringify(condition)} cannot be told`];
  });

/** Whether events may satisfy a condition. */
type Reach = 'yes' | 'no' | 'unknown';

function reachOf(condition: Json, { leaves }: FieldView): Reach {
  const reaches = new Set(leaves.map((leaf) => reach(condition, leaf)));
  return reaches.has('yes') ? 'yes' : reaches.has('unknown') ? 'unknown' : 'no';
}

function reach(condition: Json, leaf: Leaf): Reach {
  if (leaf.constant !== undefined) {
    const event = { source: 's', 'detail-type': 't', detail: { value: leaf.constant } };
    return matchesEvent({ detail: { value: [condition] } }, event) ? 'yes' : 'no';
  }
  if (!isObject(condition)) return reachOfValue(condition, leaf);
  const { exists, numeric, 'anything-but': unwanted } = condition;
  if (exists !== undefined) return exists === true ? 'yes' : 'no';
  if (numeric !== undefined) return leaf.type === 'number' && isList(numeric) ? reachOfRange(numeric, leaf) : 'no';
  if (unwanted !== undefined)
    return isObject(unwanted) ? reachOfText(unwanted, leaf, 'yes') : reachOfOthers(unwanted, leaf);
  return reachOfText(Object.values(condition)[0] ?? null, leaf, 'no');
}

/** Whether a value lies in a shape that has more than one. */
function reachOfValue(value: Json, leaf: Leaf): Reach {
  const fits = shapesOf([{ schema: { const: value }, document: true }]).some(
    (shape) => meet(shape, leaf) !== undefined,
  );
  if (!fits) return 'no';
  return leaf.formats.length + leaf.opaque.length === 0 ? 'yes' : 'unknown';
}

/** Whether there are values besides those that `anything-but` names. */
function reachOfOthers(unwanted: Json, leaf: Leaf): Reach {
  const named = isList(unwanted) ? unwanted.length : 1;
  if (leaf.type === 'string') return isAnyText(leaf) ? 'yes' : 'unknown';
  if (leaf.type !== 'number' || leaf.multiples.length + leaf.formats.length + leaf.opaque.length > 0) return 'unknown';
  return (leaf.integer ? leaf.maximum - leaf.minimum > named : leaf.maximum > leaf.minimum) ? 'yes' : 'unknown';
}

const isAnyText = ({ patterns, formats, opaque, minLength, maxLength }: StringShape): boolean =>
  patterns.length + formats.length + opaque.length === 0 && minLength === 0 && maxLength === Infinity;

/** Whether strings of the shape may satisfy a prefix, suffix, wildcard or the like. */
function reachOfText(operand: Json, leaf: Leaf, otherwise: Reach): Reach {
  if (leaf.type !== 'string') return otherwise;
  if (isAnyText(leaf)) return 'yes';
  return typeof operand === 'string' && operand.replaceAll('*', '').length > leaf.maxLength ? 'no' : 'unknown';
}

const BOUNDS: Readonly<Record<string, (limit: number) => Partial<NumberShape>>> = {
  '=': (limit) => ({ minimum: limit, maximum: limit }),
  '>': (limit) => ({ minimum: limit, exclusiveMinimum: true }),
  '>=': (limit) => ({ minimum: limit }),
  '<': (limit) => ({ maximum: limit, exclusiveMaximum: true }),
  '<=': (limit) => ({ maximum: limit }),
};

/** `[">", 0, "<=", 5]` */
function reachOfRange(range: readonly Json[], leaf: NumberShape): Reach {
  let shape: NumberShape = leaf;
  for (let index = 0; index + 1 < range.length; index += 2) {
    const [operator, limit] = range.slice(index);
    const bound = typeof operator === 'string' ? BOUNDS[operator] : undefined;
    if (typeof limit !== 'number' || bound === undefined) return 'unknown';
    const narrower = meet(shape, { ...anyNumber, ...bound(limit) });
    if (narrower?.type !== 'number') return 'no';
    shape = narrower;
  }
  const { minimum, maximum } = shape;
  const probes = [minimum, Math.floor(minimum) + 1, maximum, Math.ceil(maximum) - 1, (minimum + maximum) / 2, 0];
  const isFound = probes.some(
    (constant) => Number.isFinite(constant) && meet(shape, { ...anyNumber, constant }) !== undefined,
  );
  return isFound && leaf.formats.length + leaf.opaque.length === 0 ? 'yes' : 'unknown';
}
