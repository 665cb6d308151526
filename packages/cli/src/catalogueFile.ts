import { createReadStream } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type Alias,
  type Document,
  type Node,
  type Pair,
  type YAMLMap,
} from 'yaml';
import { pathName, type CatalogueProblem } from '@regulabel/shared/catalogueProblem';
import { catalogueProblems } from '@regulabel/shared/catalogueProblems';
import type { CatalogueInput } from '@regulabel/contracts/ingest/catalogue.v1';
import { CommandError } from './errors.ts';

/** What is wrong in a file, and where; line and column count from 1, as editors do. */
export interface FileProblem {
  readonly line: number;
  readonly column: number;
  /** Where in the catalogue; empty for what is wrong with the text. */
  readonly path: string;
  readonly message: string;
}

/** The blog's 60 lines with long lists take some hundred KB. */
const LARGEST_FILE = 4 * 1024 * 1024;
/** What aliases may make of a file; no function takes a larger catalogue. */
const LARGEST_CATALOGUE = 6 * 1024 * 1024;
/** A catalogue is ten levels deep. */
const DEEPEST = 40;
const MOST_ALIASES = 10_000;
/** People read no more at a time. */
const SHOWN = 20;

/** The catalogue of a file, YAML or JSON. Throws `CommandError` with everything that is wrong with it. */
export async function readCatalogueFile(file: string): Promise<CatalogueInput> {
  const { value, problems } = checkCatalogueText(await readText(file));
  if (problems.length > 0)
    throw new CommandError([`${file} is no valid catalogue:`, ...named(file, problems)].join('\n'));
  return value as CatalogueInput;
}

/** What is wrong with a file's catalogue. Throws `CommandError` when the file can't be read as text. */
export const checkCatalogueFile = async (file: string) => checkCatalogueText(await readText(file));

/** Problems as people read them, one a line, in the way that editors and terminals make links of. */
export const named = (file: string, problems: readonly FileProblem[]): string[] => [
  ...problems
    .slice(0, SHOWN)
    .map(({ line, column, path, message }) => `${file}:${line}:${column}  ${path === '' ? '' : `${path}: `}${message}`),
  ...(problems.length > SHOWN ? [`and ${problems.length - SHOWN} more; --json of \`catalogue validate\` has all`] : []),
];

async function readText(file: string): Promise<string> {
  let bytes: Buffer;
  try {
    // One byte more than may be there tells a file that is too large, a device without end too.
    bytes = await buffer(createReadStream(file, { end: LARGEST_FILE }));
  } catch (error) {
    throw new CommandError(unreadable(file, error), { cause: error });
  }
  if (bytes.length > LARGEST_FILE) {
    throw new CommandError(`${file} is larger than ${LARGEST_FILE / 1024 / 1024} MB: that is no catalogue`);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new CommandError(`${file} is not UTF-8 text: save it as UTF-8`, { cause: error });
  }
}

function unreadable(file: string, error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return `there is no file ${file}`;
  if (code === 'EISDIR') return `${file} is a folder: name a catalogue file, YAML or JSON`;
  return `${file} cannot be read: ${message}`;
}

/** What a text says, and everything that is wrong with it, from top to bottom. */
export function checkCatalogueText(text: string): { value: unknown; problems: FileProblem[] } {
  const lineCounter = new LineCounter();
  // `uniqueKeys` compares each key of a map with each other one: `survey` does it once.
  const options = {
    lineCounter,
    prettyErrors: false,
    uniqueKeys: false,
    resolveKnownTags: false,
    logLevel: 'error',
  } as const;
  const document = parseDocument(text, options);
  const { targets, found, whole } = survey(document);
  const syntax = [...document.errors, ...document.warnings].map(({ code, message, pos }) => ({
    offset: pos[0],
    message: WORDS[code] ?? message,
  }));
  const problems: Found[] = [...syntax, ...found];
  let value: unknown;
  if (document.errors.length === 0 && whole) {
    value = document.toJS({ maxAliasCount: -1 });
    problems.push(...contentProblems(value, document, targets));
  }
  return {
    value,
    problems: problems
      .toSorted((a, b) => a.offset - b.offset)
      .map(({ offset, path = '', message }) => {
        // Positions of an empty text are outside of every line.
        const { line, col } = lineCounter.linePos(offset);
        return { line: Math.max(1, line), column: Math.max(1, col), path, message };
      }),
  };
}

interface Found {
  readonly offset: number;
  readonly path?: string;
  readonly message: string;
}
type Targets = ReadonlyMap<Alias, Node>;

const WORDS: Readonly<Record<string, string>> = {
  MULTIPLE_DOCS: 'a second document begins here; a catalogue is one',
  RESOURCE_EXHAUSTION: 'it is nested too deeply',
  TAB_AS_INDENT: 'a tab cannot indent YAML: use blanks',
};

function contentProblems(value: unknown, document: Document, targets: Targets): Found[] {
  if (value === null || value === undefined) {
    return [
      { offset: 0, message: 'it is empty; the smallest catalogue is countries: { DE: { schemes: { weee: {} } } }' },
    ];
  }
  const size = jsonSize(value, new Map());
  if (Number.isNaN(size)) return [{ offset: 0, message: 'an alias leads back to what it is part of' }];
  if (size > LARGEST_CATALOGUE) {
    return [
      {
        offset: 0,
        message: `its aliases make it larger than ${LARGEST_CATALOGUE / 1024 / 1024} MB, the most that can be published`,
      },
    ];
  }
  const offsetOf = locator(document, targets);
  return catalogueProblems(value).map((problem) => ({
    offset: offsetOf(problem),
    path: pathName(problem.path),
    message: problem.message,
  }));
}

/** Every key that stands twice and every alias: what it points to, or that it points nowhere. */
function survey(document: Document): { targets: Targets; found: Found[]; whole: boolean } {
  const anchors = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  const found: Found[] = [];
  let whole = true;
  const refuse = (node: Node, message: string): void => {
    whole = false;
    found.push({ offset: startOf(node), message });
  };
  visit(document, {
    Node: (role, node, path) => {
      if (path.length > DEEPEST) {
        refuse(node, 'it is nested too deeply');
        return visit.BREAK;
      }
      if (role === 'key' && !isScalar(node)) refuse(node, 'a key has to be text');
      if (isAlias(node)) {
        const target = anchors.get(node.source);
        if (target === undefined) refuse(node, `no anchor &${node.source} stands before this alias`);
        else targets.set(node, target);
        if (targets.size > MOST_ALIASES) {
          refuse(node, `more than ${MOST_ALIASES} aliases`);
          return visit.BREAK;
        }
      } else if (node.anchor !== undefined) anchors.set(node.anchor, node);
      if (isMap(node)) found.push(...doubleKeys(node));
      return undefined;
    },
  });
  return { targets, found, whole };
}

function doubleKeys({ items }: YAMLMap): Found[] {
  const seen = new Set<string>();
  return items.flatMap(({ key }) => {
    const text = keyText(key);
    if (!seen.has(text)) {
      seen.add(text);
      return [];
    }
    return [{ offset: startOf(key), message: `"${text}" stands twice in this map` }];
  });
}

/** Bytes of `value` as JSON, about; what is shared is measured once. NaN for what contains itself. */
function jsonSize(value: unknown, known: Map<object, number>): number {
  if (typeof value !== 'object' || value === null) return Buffer.byteLength(String(value)) + 3;
  const before = known.get(value);
  if (before !== undefined) return before;
  known.set(value, NaN);
  const size = Object.entries(value).reduce(
    (sum, [key, inner]) => sum + (Array.isArray(value) ? 0 : key.length + 3) + jsonSize(inner, known),
    2,
  );
  known.set(value, size);
  return size;
}

/** Finds a problem's place in the text: the value where one stands, else the key, else what should contain it. */
function locator(document: Document, targets: Targets): (problem: CatalogueProblem) => number {
  const indexes = new Map<YAMLMap, Map<string, Pair>>();
  const pairOf = (map: YAMLMap, key: string): Pair | undefined => {
    let index = indexes.get(map);
    if (index === undefined) indexes.set(map, (index = new Map(map.items.map((pair) => [keyText(pair.key), pair]))));
    return index.get(key);
  };
  return ({ path, at }) => {
    let node: unknown = document.contents;
    let offset = startOf(node);
    for (const [depth, step] of path.entries()) {
      const inner = isAlias(node) ? targets.get(node) : node;
      if (isMap(inner)) {
        const pair = pairOf(inner, String(step));
        if (pair === undefined) return offset;
        offset = startOf(pair.key);
        node = pair.value;
        const atItsValue = depth === path.length - 1 && at === 'value' && isScalar(node) && node.source !== '';
        if (atItsValue) offset = startOf(node);
      } else if (isSeq(inner)) {
        node = inner.items[Number(step)];
        if (node === undefined) return offset;
        offset = startOf(node);
      } else return offset;
    }
    return offset;
  };
}

const startOf = (node: unknown): number => (node as Node | null | undefined)?.range?.[0] ?? 0;
/** A map's key as JavaScript has it. */
const keyText = (key: unknown): string =>
  isScalar<string | number | boolean | null>(key) ? String(key.value ?? '') : '';
