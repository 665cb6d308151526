import { AwsError, type Input } from '../aws.ts';
import type { Protocol } from './protocol.ts';

/** SQS's codes of old that differ (awsQueryError in its API model). */
const QUERY_CODES: Readonly<Record<string, string>> = {
  QueueDoesNotExist: 'AWS.SimpleQueueService.NonExistentQueue',
  QueueNameExists: 'QueueAlreadyExists',
  BatchEntryIdsNotDistinct: 'AWS.SimpleQueueService.BatchEntryIdsNotDistinct',
  BatchRequestTooLong: 'AWS.SimpleQueueService.BatchRequestTooLong',
  EmptyBatchRequest: 'AWS.SimpleQueueService.EmptyBatchRequest',
  TooManyEntriesInBatchRequest: 'AWS.SimpleQueueService.TooManyEntriesInBatchRequest',
};

/** AWS JSON 1.0 and 1.1: the operation in `X-Amz-Target`, everything else in the body. */
export const awsJson: Protocol = {
  read({ headers, body }) {
    const operation = String(headers['x-amz-target'] ?? '').split('.')[1];
    if (operation === undefined || operation === '')
      throw new AwsError('MissingAction', 'The X-Amz-Target header names no operation');
    return { operation, input: parseJson(body) };
  },

  write: ({ headers }, _call, { output, requestId }) => ({
    status: 200,
    headers: { 'content-type': contentType(headers), 'x-amzn-requestid': requestId },
    body: JSON.stringify(output),
  }),

  fail: (error, { headers }, requestId) => ({
    status: error.status,
    headers: {
      'content-type': contentType(headers),
      'x-amzn-requestid': requestId,
      'x-amzn-errortype': error.code,
      // SQS moved from the query protocol: its clients still look here for the code of old.
      'x-amzn-query-error': `${QUERY_CODES[error.code] ?? error.code};${error.status < 500 ? 'Sender' : 'Receiver'}`,
    },
    body: JSON.stringify({ ...error.members, __type: error.code, message: error.message }),
  }),
};

/** A JSON object; nothing at all stands for an empty one. */
export function parseJson(body: Buffer): Input {
  if (body.length === 0) return {};
  let value: unknown;
  try {
    value = JSON.parse(body.toString());
  } catch (cause) {
    throw new AwsError('SerializationException', 'The request body is not JSON', { cause });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Input;
  throw new AwsError('SerializationException', 'The request body is not a JSON object');
}

const contentType = (headers: Readonly<Record<string, string | string[] | undefined>>): string =>
  String(headers['content-type'] ?? 'application/x-amz-json-1.1');
