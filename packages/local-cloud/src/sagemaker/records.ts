/** Batch Transform's way with records: lines in, mini-batches out, answers joined to what was asked. */
import type { Readable } from 'node:stream';
import { parseJsonPath, select } from './jsonPath.ts';
import type { JsonPath } from './jsonPath.ts';
import { JobFailure } from './runner.ts';
import type { Requests } from './shapes.ts';

export interface Batch {
  /** The input lines, as they are in the source. */
  readonly lines: readonly string[];
  /** What is posted: one line per record. */
  readonly payload: string;
}

/** The lines of a stream, without their ends; a last line without an end counts. */
export async function* linesOf(body: Readable): AsyncGenerator<string> {
  body.setEncoding('utf8');
  let rest = '';
  for await (const chunk of body as AsyncIterable<string>) {
    const parts = (rest + chunk).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) yield part.endsWith('\r') ? part.slice(0, -1) : part;
  }
  if (rest !== '') yield rest;
}

/** As many records at a time as the limits admit. */
export async function* batches(
  lines: AsyncIterable<string>,
  filter: (line: string, number: number) => string,
  limits: { bytes: number; records: number },
): AsyncGenerator<Batch> {
  let taken: string[] = [];
  let records: string[] = [];
  let bytes = 0;
  let number = 0;
  for await (const line of lines) {
    number += 1;
    const record = filter(line, number);
    const size = Buffer.byteLength(record) + 1;
    if (size > limits.bytes) {
      throw new JobFailure(`ClientError: record ${number} has ${size} bytes, more than MaxPayloadInMB allows`);
    }
    if (bytes + size > limits.bytes || records.length === limits.records) {
      yield { lines: taken, payload: records.join('\n') + '\n' };
      [taken, records, bytes] = [[], [], 0];
    }
    taken.push(line);
    records.push(record);
    bytes += size;
  }
  if (records.length > 0) yield { lines: taken, payload: records.join('\n') + '\n' };
}

/** `work` on at most `limit` items at once, its results in the order of the items. */
export async function* inOrder<T, R>(
  items: AsyncIterable<T>,
  limit: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const underWay: Promise<R>[] = [];
  for await (const item of items) {
    const result = work(item);
    result.catch(() => undefined); // seen by the await below, in its turn
    underWay.push(result);
    if (underWay.length >= limit) yield await (underWay.shift() as Promise<R>);
  }
  for (const result of underWay) yield await result;
}

interface RecordFilters {
  /** A record as the model is to see it. */
  readonly input: (line: string, number: number) => string;
  /** The lines to store for a batch, given the model's answer. */
  readonly output: (batch: Batch, answer: string) => string;
}

/** https://docs.aws.amazon.com/sagemaker/latest/dg/batch-transform-data-processing.html */
export function recordFilters(processing: NonNullable<Requests['Transform']['DataProcessing']>): RecordFilters {
  const inputFilter = pathOf(processing.InputFilter);
  const outputFilter = pathOf(processing.OutputFilter);
  const joins = processing.JoinSource === 'Input';
  return {
    input: (line, number) => {
      if (inputFilter === undefined) return line;
      const part = select(inputFilter, parseRecord(line, `record ${number} of the input`));
      if (part === undefined) {
        throw new JobFailure(
          `ClientError: record ${number} has nothing at InputFilter ${processing.InputFilter ?? ''}`,
        );
      }
      return JSON.stringify(part);
    },
    output: (batch, answer) => {
      const answers = answer.replace(/\r?\n$/, '').split(/\r?\n/);
      if (!joins && outputFilter === undefined) return `${answers.join('\n')}\n`;
      if (answers.length !== batch.lines.length) {
        throw new JobFailure(
          `ClientError: the model answered ${answers.length} records to ${batch.lines.length}: ` +
            'the number of output records must be that of the input records to join or filter them',
        );
      }
      const stored = answers.map((text, index) => {
        const result = parseRecord(text, "the model's answer");
        const record = joins ? join(parseRecord(batch.lines[index] ?? '', 'the input'), result) : result;
        const part = outputFilter === undefined ? record : select(outputFilter, record);
        if (part !== undefined) return JSON.stringify(part);
        throw new JobFailure(`ClientError: nothing at OutputFilter ${processing.OutputFilter ?? ''}`);
      });
      return `${stored.join('\n')}\n`;
    },
  };
}

function pathOf(filter: string | undefined): JsonPath | undefined {
  const path = filter === undefined ? undefined : parseJsonPath(filter);
  return path === undefined || (path.members.length === 0 && path.choice === undefined) ? undefined : path;
}

const join = (input: unknown, result: unknown): Record<string, unknown> =>
  typeof input === 'object' && input !== null && !Array.isArray(input)
    ? { ...input, SageMakerOutput: result }
    : { SageMakerInput: input, SageMakerOutput: result };

/** Never quotes the record: failure reasons are no place for data. */
function parseRecord(text: string, what: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new JobFailure(`ClientError: ${what} is no JSON`);
  }
}
