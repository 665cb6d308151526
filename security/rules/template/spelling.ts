/**
 * How texts are put together in definitions, without evaluating them: `{% 'dev-i-' & $input.digest %}` is spelled
 * `dev-i-{input.digest}`. Two expressions that are spelled alike are the same text.
 */
import { expressionIn } from '@regulabel/local-cloud/asl/query';
import jsonata from 'jsonata';
import { isObject } from './json.ts';

/** A node of a JSONata expression, as far as it is looked at here. */
interface Node {
  readonly type: string;
  readonly value?: unknown;
  readonly lhs?: unknown;
  readonly rhs?: Node;
  readonly steps?: readonly Node[];
  readonly expressions?: readonly Node[];
  readonly arguments?: readonly Node[];
  readonly procedure?: Node;
}

const parsed = (expression: string): Node => jsonata(expression).ast();

/** The spelling of a field's text; of anything but text, undefined. */
export function spelled(value: unknown): string | undefined {
  const expression = expressionIn(value);
  if (expression !== undefined) return spell(parsed(expression));
  return typeof value === 'string' ? value : undefined;
}

/** A part that is known only when it is evaluated. */
const unknown = (name: string): string => `{${name}}`;

/** By type of node; `prefix` is the path that names in it are meant from. */
const SPELLINGS: Readonly<Record<string, (node: Node, prefix: string) => string>> = {
  string: ({ value }) => String(value),
  number: ({ value }) => String(value),
  name: ({ value }, prefix) => unknown(prefix + String(value)),
  variable: ({ value }, prefix) => unknown(prefix + String(value)),
  path: ({ steps = [] }, prefix) => spellPath(steps, prefix),
  block: ({ expressions = [] }, prefix) => expressions.map((inner) => spell(inner, prefix)).join(''),
  binary: ({ value, lhs, rhs }, prefix) =>
    value === '&' && rhs !== undefined ? spell(lhs as Node, prefix) + spell(rhs, prefix) : unknown('computed'),
  function: ({ procedure, arguments: given = [] }, prefix) =>
    unknown(
      `${String(procedure?.value)}(${given.map((each) => spell(each, prefix).replaceAll(/[{}]/g, '')).join(',')})`,
    ),
};

const spell = (node: Node, prefix = ''): string => SPELLINGS[node.type]?.(node, prefix) ?? unknown('computed');

/** `$states.context.('-' & Execution.RedriveCount)`: what stands before the block is meant in it too. */
function spellPath(steps: readonly Node[], prefix: string): string {
  const names = steps.filter(({ type }) => type === 'name' || type === 'variable');
  const path = prefix + names.map(({ value }) => String(value)).join('.');
  const last = steps.at(-1);
  if (last?.type === 'block') return spell(last, `${path}.`);
  return unknown(names.length === steps.length ? path : 'computed');
}

/** The spellings of every member of that name, in plain JSON or in expressions, however deep. */
export function membersSpelled(value: unknown, name: string): string[] {
  const expression = expressionIn(value);
  if (expression !== undefined) return membersInNode(parsed(expression), name);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([member, inner]) =>
    member === name && typeof inner === 'string' ? [spelled(inner) ?? ''] : membersSpelled(inner, name),
  );
}

function membersInNode(node: unknown, name: string): string[] {
  if (Array.isArray(node)) return node.flatMap((each) => membersInNode(each, name));
  if (!isObject(node)) return [];
  const own =
    node['type'] === 'unary' && node['value'] === '{'
      ? (node['lhs'] as readonly (readonly [Node, Node])[]).flatMap(([key, value]) =>
          key.value === name ? [spell(value)] : [],
        )
      : [];
  return [...own, ...Object.values(node).flatMap((each) => membersInNode(each, name))];
}
