/** An XML document; a list repeats its element, and what is undefined is left out. */
export function document(root: string, value: object, xmlns?: string): string {
  const attributes = xmlns === undefined ? '' : ` xmlns="${xmlns}"`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root}${attributes}>${content(root, value)}</${root}>`;
}

function element(name: string, value: unknown): string {
  if (value === undefined) return '';
  if (Array.isArray(value)) return value.map((item) => element(name, item)).join('');
  return `<${name}>${content(name, value)}</${name}>`;
}

/** Members that hold a time: epoch seconds inside, ISO 8601 in XML. */
const TIMES = /^(CreateDate|CreationDate|Expiration|LastModified)$/;

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
