/** What a template's expressions may ask for. Each throws an error that says what is wrong with the name. */
export interface Scope {
  /** `Ref`: undefined stands for `AWS::NoValue`. */
  ref(name: string): unknown;
  attribute(logicalId: string, name: string): unknown;
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
  const [logicalId = '', ...attribute] = [value].flat().flatMap((part) => text(part).split('.'));
  return [logicalId, attribute.join('.')];
}

/** A name in the text of `Fn::Sub`; `${!Name}` stands for the text `${Name}`. */
const PLACEHOLDER = /\$\{(!?)([^{}]+)\}/g;

/** `Fn::Sub`'s text, and the variables that it brings itself. */
function subArguments(argument: unknown): [template: string, own: Json] {
  const [template, own = {}] = typeof argument === 'string' ? [argument] : list(argument);
  return [text(template), own as Json];
}

type Resolve = (value: unknown) => unknown;

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html */
const functions: Readonly<Record<string, (argument: unknown, resolve: Resolve, scope: Scope) => unknown>> = {
  Ref: (name, _resolve, scope) => scope.ref(text(name)),
  'Fn::GetAtt': (argument, _resolve, scope) => scope.attribute(...splitAttribute(argument)),
  'Fn::Sub': (argument, resolve, scope) => {
    const [template, own] = subArguments(argument);
    const valueOf = (name: string): unknown => {
      if (Object.hasOwn(own, name)) return resolve(own[name]);
      return name.includes('.') ? scope.attribute(...splitAttribute(name)) : scope.ref(name);
    };
    return template.replaceAll(PLACEHOLDER, (_match, literal: string, name: string) =>
      literal === '' ? text(valueOf(name)) : `\${${name}}`,
    );
  },
  'Fn::Join': (argument, resolve) => {
    const [separator, parts] = list(argument);
    return list(resolve(parts)).map(text).join(text(separator));
  },
};

/** An object with one key that names a function is a call of it: its name and argument. */
function asCall(value: Json): [string, unknown] | undefined {
  const [name = '', ...more] = Object.keys(value);
  if ((name !== 'Ref' && !name.startsWith('Fn::')) || more.length > 0) return undefined;
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

/** The logical ids and pseudo parameters that an expression mentions. */
export function mentions(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(mentions);
  if (!isObject(value)) return [];
  const [name, argument] = asCall(value) ?? [];
  if (name === 'Ref') return [text(argument)];
  if (name === 'Fn::GetAtt') return [splitAttribute(argument)[0]];
  if (name !== 'Fn::Sub') return Object.values(value).flatMap(mentions);
  const [template, own] = subArguments(argument);
  const names = [...template.matchAll(PLACEHOLDER)].flatMap(([, literal, each = '']) => (literal === '' ? [each] : []));
  const free = names.filter((each) => !Object.hasOwn(own, each));
  return [...free.map((each) => splitAttribute(each)[0]), ...mentions(Object.values(own))];
}
