import { DOMParser, onErrorStopParsing, type Element } from '@xmldom/xmldom';
import { AwsError } from '../aws.ts';

/** An XML document; a list repeats its element, and what is undefined is left out. */
export function document(root: string, value: unknown, xmlns?: string): string {
  const attributes = xmlns === undefined ? '' : ` xmlns="${xmlns}"`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root}${attributes}>${content(root, value)}</${root}>`;
}

function element(name: string, value: unknown): string {
  if (value === undefined) return '';
  if (Array.isArray(value)) return value.map((item) => element(name, item)).join('');
  return `<${name}>${content(name, value)}</${name}>`;
}

/** Members that hold a time: epoch seconds inside, ISO 8601 in XML. */
const TIMES = /^(CreateDate|CreationDate|Expiration|Initiated|LastModified)$/;

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function content(name: string, value: unknown): string {
  if (typeof value === 'object' && value !== null)
    return Object.entries(value)
      .map(([member, inner]) => element(member, inner))
      .join('');
  if (typeof value === 'number' && TIMES.test(name)) return new Date(value * 1000).toISOString();
  // Control characters go as references, as S3 sends them.
  return String(value).replace(
    /[&<>"\u0000-\u001f\u007f-\u009f]/g,
    (char) => ENTITIES[char] ?? `&#x${char.charCodeAt(0).toString(16)};`,
  );
}

/** The root's elements: those called `item` in a list, which is not empty, any other by its name. Throws `MalformedXML`. */
export function parseDocument(xml: string, item: string): { items: unknown[]; others: object } {
  let root: Element | null;
  try {
    root = new DOMParser({ onError: onErrorStopParsing }).parseFromString(xml, 'text/xml').documentElement;
  } catch (cause) {
    throw malformed(cause);
  }
  const items = elementsOf(root).filter(({ nodeName }) => nodeName === item);
  if (items.length === 0) throw malformed();
  const others = elementsOf(root).filter((element) => !items.includes(element));
  return { items: items.map(valueOf), others: membersOf(others) };
}

const elementsOf = (parent: Element | null): Element[] =>
  [...(parent?.childNodes ?? [])].filter((node) => node.nodeType === node.ELEMENT_NODE) as Element[];

const membersOf = (elements: readonly Element[]): object =>
  Object.fromEntries(elements.map((element) => [element.nodeName, valueOf(element)]));

function valueOf(element: Element): unknown {
  const elements = elementsOf(element);
  return elements.length === 0 ? element.textContent : membersOf(elements);
}

const malformed = (cause?: unknown): AwsError =>
  new AwsError(
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
    { cause },
  );
