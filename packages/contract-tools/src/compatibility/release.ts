import type { PublishedEvent } from './patterns.ts';
import { isObject, isSchema, schemaIn, stringIn, type Json, type JsonObject, type Schema } from './schema.ts';

/** What a version of the package publishes, as far as consumers rely on it. */
export interface Release {
  readonly version: string;
  /** The schemas of events and files, by module: `evaluation/modelPromoted.v1`. */
  readonly schemas: ReadonlyMap<string, Schema>;
  /** Rule patterns by name: `inference/inferenceCompleted.v1.production`. */
  readonly patterns: ReadonlyMap<string, JsonObject>;
  readonly examples: readonly Example[];
}

export interface Example {
  readonly module: string;
  readonly name: string;
  /** An event as EventBridge delivers it, or the content of a file. */
  readonly document: Json;
}

const SCHEMAS = 'schemas/draft-2020-12/';
const PATTERNS = 'patterns/';
const EXAMPLES = 'examples/';

/** Reads a release from its files: JSON by path, such as `schemas/draft-2020-12/evaluation/modelPromoted.v1.json`. */
export function releaseOf(version: string, files: ReadonlyMap<string, string>): Release {
  const under = (folder: string) =>
    [...files]
      .filter(([path]) => path.startsWith(folder) && path.endsWith('.json'))
      .map(([path, text]): [string, Json] => [path.slice(folder.length, -'.json'.length), JSON.parse(text) as Json]);
  const examples = under(EXAMPLES).map(([path, document]): Example => {
    const end = path.lastIndexOf('/');
    return { module: path.slice(0, end), name: path.slice(end + 1), document };
  });
  return {
    version,
    schemas: new Map(under(SCHEMAS).filter((entry): entry is [string, Schema] => isSchema(entry[1]))),
    patterns: new Map(under(PATTERNS).filter((entry): entry is [string, JsonObject] => isObject(entry[1]))),
    examples: examples.filter(({ name }) => name !== 'invalid'),
  };
}

/** The events among the schemas: those that say their `source` and `detail-type`. */
export const eventsOf = ({ schemas }: Pick<Release, 'schemas'>): readonly PublishedEvent[] =>
  [...schemas.values()].flatMap((schema) => {
    const properties = schemaIn({ schema, document: schema }, 'properties')?.schema ?? true;
    const constant = (name: string) => {
      const property = schemaIn({ schema: properties, document: schema }, name);
      return property === undefined ? undefined : stringIn(property.schema, 'const');
    };
    const [source, detailType] = [constant('source'), constant('detail-type')];
    const detail = schemaIn({ schema: properties, document: schema }, 'detail')?.schema;
    return source === undefined || detailType === undefined || detail === undefined
      ? []
      : [{ source, detailType, schema: detail }];
  });
