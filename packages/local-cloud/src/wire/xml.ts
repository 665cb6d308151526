import { XMLParser } from 'fast-xml-parser';
import { AwsError } from '../aws.ts';
import type { Input } from '../aws.ts';

const parser = new XMLParser({
  ignoreAttributes: true,
  parseTagValue: false,
  trimValues: false,
  ignoreDeclaration: true,
});

/** The element tree of a document, as text, objects, and arrays where an element repeats. */
export function parseXml(text: string): { root: string; content: unknown } {
  let tree: Input;
  try {
    tree = parser.parse(text) as Input;
  } catch (cause) {
    throw malformed(cause);
  }
  const entry = Object.entries(tree).find(([name]) => name !== '#text');
  if (entry === undefined) throw malformed();
  return { root: entry[0], content: entry[1] };
}

const malformed = (cause?: unknown): AwsError =>
  new AwsError(
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
    { cause },
  );

export const element = (name: string, content: string, attributes = ''): string =>
  `<${name}${attributes}>${content}</${name}>`;

export const document = (root: string): string => `<?xml version="1.0" encoding="UTF-8"?>\n${root}`;

/** Characters that XML cannot hold as they are; control characters go as references, as S3 sends them. */
export const escape = (text: string): string =>
  text.replace(
    /[&<>"\u0000-\u001f\u007f-\u009f]/g,
    (char) => ENTITIES[char] ?? `&#x${char.charCodeAt(0).toString(16)};`,
  );

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Members that hold a time: epoch seconds inside, ISO 8601 in XML. */
const TIMES = /^(CreateDate|CreationDate|Expiration|LastModified|Initiated)$/;

/** A scalar as XML text. */
export function scalar(name: string, value: unknown): string {
  if (typeof value === 'number' && TIMES.test(name)) return new Date(value * 1000).toISOString();
  return escape(String(value));
}
