import type { Readable } from 'node:stream';
import type { AwsError, Input } from '../aws.ts';
import type { SignedRequest } from './sigv4.ts';

/** A request whose signature was checked. S3's body is the stream, every other service's the buffer. */
export interface WireRequest extends SignedRequest {
  readonly service: string;
  readonly body: Buffer;
  readonly stream: Readable;
}

export interface WireCall {
  readonly operation: string;
  readonly input: Input;
}

export interface WireResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Buffer | Readable;
}

export interface Answer {
  readonly output: Readonly<Record<string, unknown>>;
  readonly requestId: string;
}

/** How a family of AWS services puts operations, answers and errors on HTTP. */
export interface Protocol {
  read(request: WireRequest): WireCall | Promise<WireCall>;
  write(request: WireRequest, call: WireCall, answer: Answer): WireResponse;
  fail(error: AwsError, request: SignedRequest, requestId: string): WireResponse;
}
