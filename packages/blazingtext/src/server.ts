import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import * as z from 'zod';
import type { Prediction } from './engine.ts';

/** SageMaker sends at most this in one request of a transform job. */
const MAXIMUM_BYTES = 100 * 1024 * 1024;
const JSON_LINES = 'application/jsonlines';

class BadRequest extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

type Predict = (source: string, k: number) => Prediction;

/**
 * SageMaker's contract of a model container: `GET /ping`, and `POST /invocations` with JSON lines `{"source": "...", "k": 1}`
 * that are answered line by line with `{"label": ["__label__X"], "prob": [0.9]}`. A bad line refuses the whole request (400).
 */
export function modelServer(predict: Predict): Server {
  return createServer((request, response) => {
    answer(predict, request).then(
      (body) => {
        send(response, 200, body);
      },
      (error: unknown) => {
        const status = error instanceof BadRequest ? error.status : 500;
        // The rest of a refused request is not read: the connection ends with the answer.
        response.setHeader('connection', 'close');
        send(
          response,
          status,
          `${JSON.stringify({ error: error instanceof Error ? error.message : String(error) })}\n`,
        );
      },
    );
  });
}

function send(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': status === 200 ? JSON_LINES : 'application/json' });
  response.end(body);
}

async function answer(predict: Predict, request: IncomingMessage): Promise<string> {
  const path = request.url?.split('?')[0];
  if (path === '/ping') {
    request.resume();
    return '';
  }
  if (path !== '/invocations') throw new BadRequest(404, `there is no ${path}; ask /ping or /invocations`);
  if (request.method !== 'POST') throw new BadRequest(405, `/invocations takes POST, not ${request.method}`);
  for (const header of ['content-type', 'accept'] as const) checkType(header, request.headers[header]);
  const answers: string[] = [];
  for await (const line of linesOf(request)) {
    const { source, k } = question(line, answers.length + 1);
    answers.push(`${JSON.stringify(predict(source, k))}\n`);
  }
  return answers.join('');
}

function checkType(header: 'content-type' | 'accept', value: string | undefined): void {
  const types = (value ?? (header === 'accept' ? '*/*' : '')).split(',').map((type) => type.split(';')[0]?.trim());
  if (types.includes(JSON_LINES) || (header === 'accept' && types.includes('*/*'))) return;
  throw new BadRequest(header === 'accept' ? 406 : 415, `${header} must be ${JSON_LINES}, not "${value ?? ''}"`);
}

async function* linesOf(request: IncomingMessage): AsyncGenerator<string> {
  let rest = '';
  let bytes = 0;
  request.setEncoding('utf8');
  for await (const chunk of request as AsyncIterable<string>) {
    bytes += Buffer.byteLength(chunk);
    if (bytes > MAXIMUM_BYTES) throw new BadRequest(413, `a request has at most ${MAXIMUM_BYTES} bytes`);
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') yield line;
  }
  if (rest.trim() !== '') yield rest;
}

const schema = z.object({ source: z.string(), k: z.int().min(1).default(1) });

function question(line: string, number: number): z.infer<typeof schema> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new BadRequest(400, `line ${number} is not JSON`);
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => [...path.map(String), message].join(': ')).join('; ');
  throw new BadRequest(400, `line ${number}: ${problems}`);
}
