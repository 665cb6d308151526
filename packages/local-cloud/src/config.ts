import { readFileSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { z } from 'zod';

const absolute = z.string().refine(isAbsolute, 'must be an absolute path');
const line = z.string().min(1);

const config = z.strictObject({
  account: z.string().regex(/^\d{12}$/, 'must be 12 digits'),
  region: z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'must be a region such as eu-west-1'),
  /** Folders written by `serverless package`, in the order of deployment. */
  templates: z.array(absolute),
  /** SSM parameters as somebody set them once the templates were deployed. */
  parameters: z.record(z.string().startsWith('/'), line),
  /** Job images by their exact URI, and the command that stands for each: `train`, `serve` or the request's arguments follow. */
  images: z.array(
    z.strictObject({
      image: line,
      command: z.array(line).min(1),
      /** For an image that stands for a built-in algorithm: the metrics that SageMaker finds in its log by itself. */
      metrics: z.array(z.strictObject({ Name: line, Regex: line })).exactOptional(),
    }),
  ),
  /** How many jobs may run at a time. */
  jobSlots: z.int().min(1),
  warehouse: z.strictObject({
    workgroup: line,
    database: line,
    /** Run at every start, in order: `CREATE TABLE IF NOT EXISTS ...`. */
    ddl: z.array(line),
    /** Created at start: where files for COPY are staged. */
    bucket: line,
    /** Created at start: the role with which COPY reads that bucket. */
    role: line,
  }),
});

export type Config = z.output<typeof config>;

export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** Throws {@link ConfigError} with every problem, each at its path. */
export function parseConfig(value: unknown, source: string): Config {
  const parsed = config.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'the document'}: ${issue.message}`);
  throw new ConfigError(`${source} is not a valid configuration: ${problems.join('; ')}`, { cause: parsed.error });
}

export function readConfig(file: string): Config {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new ConfigError(`cannot read the configuration ${file}: ${(cause as Error).message}`, { cause });
  }
  return parseConfig(value, file);
}
