import { glob, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parse as parseYaml, YAMLParseError } from 'yaml';
import * as z from 'zod';
import { CommandError } from '../errors.ts';
import { REPOSITORY } from '../local/place.ts';

const text = z.string().min(1);
const document = z.record(z.string(), z.unknown());

/** One call of AWS, by its name there. Files lie beside the example. */
const call = z.union([
  z.strictObject({
    PutObject: z.strictObject({
      Bucket: text,
      Key: text,
      /** A document as JSON, a file as it is, or the rows of a CSV file as Parquet. */
      Body: z.union([
        z.strictObject({ json: document }),
        z.strictObject({ file: text }),
        z.strictObject({ parquet: text }),
      ]),
    }),
  }),
  z.strictObject({ PutItem: z.strictObject({ TableName: text, Item: document }) }),
  z.strictObject({ PutEvents: z.strictObject({ Source: text, DetailType: text, Detail: document }) }),
  z.strictObject({
    CreateModel: z.strictObject({ ModelName: text, ExecutionRoleArn: text, PrimaryContainer: document }),
  }),
  z.strictObject({ ExecuteStatement: z.strictObject({ Sql: text }) }),
  z.strictObject({ Invoke: z.strictObject({ FunctionName: text, Payload: document }) }),
  z.strictObject({ StartExecution: z.strictObject({ stateMachineArn: text, input: document }) }),
]);
export type Call = z.infer<typeof call>;

const example = z.strictObject({
  /** What the example shows, for people. */
  title: text,
  /** What is there before: calls of others, in this order. */
  before: z.array(call).default([]),
  /** What happens to the service; each when it has come to rest after the one before. */
  events: z.array(call).min(1),
});

export interface Example extends z.infer<typeof example> {
  readonly name: string;
  readonly folder: string;
}

/** The values of an example's `${name}`s. */
export type Values = Readonly<Record<string, string>>;

export const examplesFolder = (service: string): string => join(REPOSITORY, 'services', service, 'examples');

/** A service's examples, by name. Throws `CommandError` when it has none, or one is no example. */
export async function readExamples(service: string, values: Values): Promise<Example[]> {
  const folder = examplesFolder(service);
  const files: string[] = [];
  for await (const file of glob('*.yml', { cwd: folder })) files.push(join(folder, file));
  if (files.length === 0) throw new CommandError(`${folder} has no example (*.yml)`);
  return Promise.all(
    files.sort().map(async (file) => ({
      name: basename(file, '.yml'),
      folder,
      ...parseExample(await readFile(file, 'utf8'), file, values),
    })),
  );
}

/** Throws `CommandError` with the file and what is wrong in it. */
export function parseExample(source: string, file: string, values: Values): z.infer<typeof example> {
  try {
    return example.parse(filled(parseYaml(source), values));
  } catch (cause) {
    if (cause instanceof z.ZodError) {
      throw new CommandError(`${file} is no example: ${z.prettifyError(cause).replaceAll(/\s*\n\s*/g, ' ')}`, {
        cause,
      });
    }
    if (cause instanceof YAMLParseError || cause instanceof UnknownValueError)
      throw new CommandError(`${file}: ${cause.message.split('\n')[0] ?? ''}`, { cause });
    throw cause;
  }
}

class UnknownValueError extends Error {
  override readonly name = 'UnknownValueError';
}

/** Every text of a document with its `${name}`s replaced. */
function filled(value: unknown, values: Values): unknown {
  if (typeof value === 'string') {
    return value.replaceAll(/\$\{(\w+)\}/g, (_, name: string) => {
      const found = values[name];
      if (found !== undefined) return found;
      throw new UnknownValueError(`there is no \${${name}}; there are ${Object.keys(values).join(', ')}`);
    });
  }
  if (Array.isArray(value)) return value.map((each) => filled(each, values));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, filled(each, values)]));
}
