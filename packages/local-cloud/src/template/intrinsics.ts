import { substitute, substitutedNames } from './substitute.ts';

/** What a template's expressions may ask for. Each throws an error that says what is wrong with the name. */
export interface Scope {
  /** `Ref`: undefined stands for `AWS::NoValue`. */
  ref(name: string): unknown;
  attribute(logicalId: string, name: string): unknown;
  condition(name: string): boolean;
}

type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const list = (value: unknown): unknown[] => {
  if (Array.isArray(value)) return value;
  throw new Error(`expected a list, found ${JSON.stringify(value)}`);
};

const text = (value: unknown): string => {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new Error(`expected text, found ${JSON.stringify(value)}`);
};

/** `Fn::GetAtt` and dotted names in `Fn::Sub`: the attribute may contain dots itself. */
function splitAttribute(value: unknown): [logicalId: string, attribute: string] {
  const [logicalId = '', ...attribute] = (Array.isArray(value) ? value : [value]).flatMap((part) =>
    text(part).split('.'),
  );
  return [logicalId, attribute.join('.')];
}

type Resolve = (value: unknown) => unknown;
type Function = (argument: unknown, resolve: Resolve, scope: Scope) => unknown;

const named = (name: string, scope: Scope): unknown =>
  name.includes('.') ? scope.attribute(...splitAttribute(name)) : scope.ref(name);

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html */
const functions: Readonly<Record<string, Function>> = {
  Ref: (name, _resolve, scope) => scope.ref(text(name)),
  'Fn::GetAtt': (argument, _resolve, scope) => scope.attribute(...splitAttribute(argument)),
  'Fn::Sub': (argument, resolve, scope) => {
    const [template, own = {}] = typeof argument === 'string' ? [argument] : list(argument);
    const variables = new Map(Object.entries(own as Json));
    const valueOf = (name: string): unknown =>
      variables.has(name) ? resolve(variables.get(name)) : named(name, scope);
    return substitute(text(template), (name) => text(valueOf(name)));
  },
  'Fn::Join': (argument, resolve) => {
    const [separator, parts] = list(argument);
    return list(resolve(parts)).map(text).join(text(separator));
  },
  'Fn::Split': (argument, resolve) => {
    const [separator, whole] = list(argument);
    return text(resolve(whole)).split(text(separator));
  },
  'Fn::Select': (argument, resolve) => {
    const [index, items] = list(argument);
    const found = list(resolve(items))[Number(resolve(index))];
    if (found === undefined) throw new Error(`Fn::Select: there is no element ${JSON.stringify(index)}`);
    return found;
  },
  'Fn::If': (argument, resolve, scope) => {
    const [condition, yes, no] = list(argument);
    return resolve(scope.condition(text(condition)) ? yes : no);
  },
  Condition: (name, _resolve, scope) => scope.condition(text(name)),
  'Fn::Equals': (argument, resolve) => {
    const [left, right] = list(argument).map((side) => JSON.stringify(resolve(side)));
    return left === right;
  },
  'Fn::And': (argument, resolve) => list(argument).every((each) => resolve(each) === true),
  'Fn::Or': (argument, resolve) => list(argument).some((each) => resolve(each) === true),
  'Fn::Not': (argument, resolve) => resolve(list(argument)[0]) !== true,
};

/** An object with one key that names a function is a call of it: its name and argument. */
function asCall(value: Json): [string, unknown] | undefined {
  const [name = '', ...more] = Object.keys(value);
  // A policy statement's own `Condition` holds an object.
  const called = name === 'Ref' || name.startsWith('Fn::') || (name === 'Condition' && typeof value[name] === 'string');
  if (!called || more.length > 0) return undefined;
  if (functions[name] === undefined) throw new Error(`${name} is not supported by the local cloud`);
  return [name, value[name]];
}

/** The value of an expression; members and elements that are `AWS::NoValue` are left out. */
export function resolve(value: unknown, scope: Scope): unknown {
  const inner: Resolve = (each) => resolve(each, scope);
  if (Array.isArray(value)) return value.map(inner).filter((each) => each !== undefined);
  if (!isObject(value)) return value;
  const call = asCall(value);
  if (call !== undefined) return functions[call[0]]?.(call[1], inner, scope);
  const members = Object.entries(value).map(([key, each]): [string, unknown] => [key, inner(each)]);
  return Object.fromEntries(members.filter(([, each]) => each !== undefined));
}

/** The logical ids (and parameters, and pseudo parameters) that an expression mentions. */
export function mentions(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(mentions);
  if (!isObject(value)) return [];
  const [name, argument] = asCall(value) ?? [];
  if (name === 'Ref') return [text(argument)];
  if (name === 'Fn::GetAtt') return [splitAttribute(argument)[0]];
  if (name !== 'Fn::Sub') return Object.values(value).flatMap(mentions);
  const [template, own = {}] = typeof argument === 'string' ? [argument] : list(argument);
  const free = substitutedNames(text(template)).filter((each) => !Object.hasOwn(own as Json, each));
  return [...free.map((each) => splitAttribute(each)[0]), ...mentions(Object.values(own as Json))];
}
