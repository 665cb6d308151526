/** Batch Transform's way with records: JSON lines in, mini-batches out, answers joined to what was asked. */
import type { Readable } from 'node:stream';
import { JobFailure } from './jobs.ts';

export interface Batch {
  /** The input records, whole. */
  readonly records: readonly Members[];
  /** What is posted: of each record what the filter takes, one per line. */
  readonly payload: string;
}

type Members = Readonly<Record<string, unknown>>;

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

/** As many records at a time as the limit admits. */
export async function* batches(
  lines: AsyncIterable<string>,
  inputFilter: string,
  maxBytes: number,
): AsyncGenerator<Batch> {
  let records: Members[] = [];
  let payload = '';
  let bytes = 0;
  let number = 0;
  for await (const line of lines) {
    number += 1;
    const record = parseRecord(line, `record ${number} of the input`);
    const asked = `${JSON.stringify(select(inputFilter, record, `record ${number}`))}\n`;
    const size = Buffer.byteLength(asked);
    if (size > maxBytes) {
      throw new JobFailure(`ClientError: record ${number} has ${size} bytes, more than MaxPayloadInMB allows`);
    }
    if (bytes + size > maxBytes) {
      yield { records, payload };
      [records, payload, bytes] = [[], '', 0];
    }
    records.push(record);
    payload += asked;
    bytes += size;
  }
  if (records.length > 0) yield { records, payload };
}

/**
 * The lines to store for a batch, given the model's answer to it.
 * https://docs.aws.amazon.com/sagemaker/latest/dg/batch-transform-data-processing.html
 */
export function join({ records }: Batch, answer: string, outputFilter: string): string {
  const answers = answer.replace(/\r?\n$/, '').split(/\r?\n/);
  if (answers.length !== records.length) {
    throw new JobFailure(
      `ClientError: the model answered ${answers.length} records to ${records.length}: ` +
        'the number of output records must be that of the input records to join them',
    );
  }
  const stored = answers.map((text, index) => {
    const joined = { ...records[index], SageMakerOutput: parseJson(text, "the model's answer") };
    return `${JSON.stringify(select(outputFilter, joined, 'the joined record'))}\n`;
  });
  return stored.join('');
}

/** What a filter `$['a','b']` keeps of a record: those members. */
function select(filter: string, record: Members, what: string): Members {
  const names = [...filter.matchAll(/'([^']*)'/g)].map(([, name = '']) => name);
  if (names.every((name) => Object.hasOwn(record, name)))
    return Object.fromEntries(names.map((name) => [name, record[name]]));
  throw new JobFailure(`ClientError: ${what} has not all that the filter ${filter} takes`);
}

function parseRecord(line: string, what: string): Members {
  const record = parseJson(line, what);
  if (typeof record === 'object' && record !== null) return record as Members;
  throw new JobFailure(`ClientError: ${what} is no JSON object`);
}

/** Never quotes the text: failure reasons are no place for data. */
function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new JobFailure(`ClientError: ${what} is no JSON`);
  }
}
