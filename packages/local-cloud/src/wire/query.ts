import { AwsError, type Input } from '../aws.ts';
import type { Protocol } from './protocol.ts';
import { document } from './xml.ts';

const NAMESPACES: Readonly<Record<string, string>> = {
  sns: 'http://sns.amazonaws.com/doc/2010-03-31/',
  sts: 'https://sts.amazonaws.com/doc/2011-06-15/',
  iam: 'https://iam.amazonaws.com/doc/2010-05-08/',
};

/** Answers whose member is a map; everything else with members is a structure. */
const MAPS = new Set(['Attributes']);

/** The query protocol: form parameters in, XML out. Every scalar of the input is a string. */
export const query: Protocol = {
  read({ body }) {
    const form = new URLSearchParams(body.toString());
    form.delete('Version');
    const { Action, ...input } = unflatten([...form]);
    if (typeof Action !== 'string')
      throw new AwsError('MissingAction', 'The request must contain the parameter Action');
    return { operation: Action, input };
  },

  write: ({ service }, { operation }, { output, requestId }) => ({
    status: 200,
    headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId },
    body: document(
      `${operation}Response`,
      { [`${operation}Result`]: nested('', output), ResponseMetadata: { RequestId: requestId } },
      NAMESPACES[service],
    ),
  }),

  fail: ({ status, code, message }, _request, requestId) => ({
    status,
    headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId },
    body: document('ErrorResponse', {
      Error: { Type: status < 500 ? 'Sender' : 'Receiver', Code: code, Message: message },
      RequestId: requestId,
    }),
  }),
};

/** EC2's own: the same requests, other errors. */
export const ec2: Protocol = {
  ...query,
  fail: ({ status, code, message }, _request, requestId) => ({
    status,
    headers: { 'content-type': 'text/xml' },
    body: document('Response', { Errors: { Error: { Code: code, Message: message } }, RequestID: requestId }),
  }),
};

/**
 * `Tags.member.1.Key=a` becomes `{Tags: [{Key: 'a'}]}`; `Attributes.entry.1.key=a&Attributes.entry.1.value=b`
 * becomes `{Attributes: {a: 'b'}}`.
 */
export function unflatten(parameters: readonly (readonly [string, string])[]): Input {
  const root = new Map<string, Node>();
  for (const [name, value] of parameters) {
    const path = name.split('.');
    const last = path.pop() ?? '';
    let node = root;
    for (const step of path) {
      const next = node.get(step) ?? new Map<string, Node>();
      if (typeof next === 'string') throw conflicting(name);
      node.set(step, next);
      node = next;
    }
    if (node.has(last)) throw conflicting(name);
    node.set(last, value);
  }
  return Object.fromEntries([...root].map(([name, node]) => [name, nest(node)]));
}

type Node = string | Map<string, Node>;

function nest(node: Node): unknown {
  if (typeof node === 'string') return node;
  const entries = node.size === 1 ? node.get('entry') : undefined;
  if (entries instanceof Map) return Object.fromEntries(inOrder(entries).map(mapEntry));
  const members = node.size === 1 ? node.get('member') : undefined;
  if (members instanceof Map) return inOrder(members).map(nest);
  // The empty list is sent as `Name=` or `Name.member=`.
  if (members === '') return [];
  return Object.fromEntries([...node].map(([name, child]) => [name, nest(child)]));
}

const inOrder = (numbered: Map<string, Node>): Node[] =>
  [...numbered].sort(([a], [b]) => Number(a) - Number(b)).map(([, node]) => node);

/** Maps name their parts `key` and `value`, message attributes `Name` and `Value`. */
function mapEntry(node: Node): [string, unknown] {
  const parts = typeof node === 'string' ? new Map<string, Node>() : node;
  const key = parts.get('key') ?? parts.get('Name');
  const value = parts.get('value') ?? parts.get('Value');
  if (typeof key !== 'string' || value === undefined)
    throw new AwsError('MalformedQueryString', 'A map entry needs a key and a value');
  return [key, nest(value)];
}

const conflicting = (name: string): AwsError =>
  new AwsError('MalformedQueryString', `The parameter ${name} contradicts another one`);

/** An answer with its lists and maps as the elements that carry them. */
function nested(name: string, value: unknown): unknown {
  if (Array.isArray(value)) return { member: value.map((item) => nested('', item)) };
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([key, item]): [string, unknown] => [key, nested(key, item)]);
  return MAPS.has(name) ? { entry: members.map(([key, item]) => ({ key, value: item })) } : Object.fromEntries(members);
}
