import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { changesSince, isFailure, type Present } from './check.ts';
import { compareSchemas } from './compare.ts';
import { readReleases } from '../releases.ts';
import type { Example } from './release.ts';
import { isObject, type Json, type JsonObject, type Schema } from './schema.ts';

/** Reads the cases of a folder: one for each file, by its name. */
async function readCases<Case>(folder: string): Promise<(readonly [string, Case])[]> {
  const path = join(import.meta.dirname, folder);
  const names = (await readdir(path)).sort();
  return Promise.all(
    names.map(async (name) => [name, JSON.parse(await readFile(join(path, name), 'utf8')) as Case] as const),
  );
}

/** A change of what was released first, and what the check says of it: `<about> <path>`. */
interface Case {
  readonly what: string;
  /** By module and path in its documents: what is merged into the schema there; `null` takes a keyword away. */
  readonly change: Readonly<Record<string, Readonly<Record<string, JsonObject>>>>;
  /** Of the package. */
  readonly version: string;
  /** Of the event. */
  readonly schemaVersion: string;
  readonly fine?: readonly string[];
  readonly refused?: readonly string[];
}

/** A change that was really made to a contract, by the commit with this subject, and what is to be said of it. */
interface Commit {
  readonly commit: string;
  readonly contract: string;
  readonly expected: readonly string[];
  readonly patch: JsonObject;
  readonly old: JsonObject;
}

/** JSON Merge Patch: https://www.rfc-editor.org/rfc/rfc7386 */
function merged(value: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const result: Record<string, Json> = isObject(value) ? { ...value } : {};
  for (const [name, inner] of Object.entries(patch)) {
    if (inner === null) Reflect.deleteProperty(result, name);
    else result[name] = merged(result[name], inner);
  }
  return result;
}

/** `detail.data.lines[].outcome`, as keywords that lead there. */
const keywordsTo = (path: string): string[] =>
  path
    .replaceAll('[]', '.[]')
    .split('.')
    .filter((step) => step !== '')
    .flatMap((step) => (step === '[]' ? ['items'] : step === '*' ? ['additionalProperties'] : ['properties', step]));

const patched = (schema: Schema, changes: Readonly<Record<string, JsonObject>>): Schema =>
  Object.entries(changes).reduce<Schema>((soFar, [path, change]) => {
    const patch = keywordsTo(path).reduceRight<Json>((inner, keyword) => ({ [keyword]: inner }), change);
    return merged(soFar, patch) as Schema;
  }, schema);

const withVersion = (example: Example, schemaVersion: string): Example => ({
  ...example,
  document: merged(example.document, { detail: { metadata: { schemaVersion } } }),
});

const [cases, commits] = [await readCases<Case>('cases'), await readCases<Commit>('history')];
const [first] = await readReleases();
if (first === undefined) throw new TypeError('nothing was released');

/** The working tree with the change made; it understands what its schemas accept. */
function changedBy({ change, version, schemaVersion }: Case): Present {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  const schemas = new Map(
    [...(first?.schemas ?? [])].map(([module, schema]) => [module, patched(schema, change[module] ?? {})] as const),
  );
  const examples = (first?.examples ?? []).map((example) =>
    example.module in change && isObject(example.document) && 'detail' in example.document
      ? withVersion(example, schemaVersion)
      : example,
  );
  return {
    ...{ version, schemas, examples, patterns: first?.patterns ?? new Map<string, JsonObject>() },
    parse: (module, document) =>
      ajv.validate(schemas.get(module) ?? false, document) ? { document } : { problem: ajv.errorsText() },
  };
}

describe('a change of what was released', () => {
  it.each(cases)('%s', (_, example) => {
    const changes = changesSince([first], changedBy(example));
    const told = (failing: boolean) =>
      changes
        .filter((change) => isFailure(change) === failing)
        .map(({ about, path }) => `${about} ${path}`.trim())
        .sort();
    expect({ fine: told(false), refused: [...new Set(told(true))] }).toEqual({
      fine: (example.fine ?? []).toSorted(),
      refused: (example.refused ?? []).toSorted(),
    });
  });
});

describe('a change in the history of this repository', () => {
  it.each(commits)('%s', (_, { old, patch, expected }) => {
    const found = compareSchemas(old, merged(old, patch) as Schema);
    expect(found.map(({ path, kind, breaks }) => `${path}: ${kind} breaks ${breaks}`)).toEqual(expected);
  });
});
