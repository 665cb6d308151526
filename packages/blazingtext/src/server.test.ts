import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { modelServer } from './server.ts';

let server: Server;
let endpoint: string;
beforeAll(async () => {
  server = modelServer((source, k) => {
    if (source === 'break') throw new Error('the engine broke');
    return { label: [`__label__${source}`], prob: [1 / k] };
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});

const invoke = async (body: string, headers: Record<string, string> = {}) => {
  const response = await fetch(`${endpoint}/invocations`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/jsonlines', accept: 'application/jsonlines', ...headers },
  });
  return { status: response.status, body: await response.text() };
};

describe('a model server', () => {
  it('answers a ping', async () => {
    expect((await fetch(`${endpoint}/ping`)).status).toBe(200);
  });

  it('answers line by line, with k 1 unless asked otherwise, whatever ends the lines', async () => {
    expect(await invoke('{"source":"a"}\n\n{"source":"b c\\u2028","k":2}\r\n{"source":""}')).toEqual({
      status: 200,
      body: '{"label":["__label__a"],"prob":[1]}\n{"label":["__label__b c\u2028"],"prob":[0.5]}\n{"label":["__label__"],"prob":[1]}\n',
    });
  });

  it('keeps the order over tens of thousands of lines', async () => {
    const body = Array.from({ length: 30_000 }, (_, at) => `{"source":"ü${at}","k":1}\n`).join('');
    const answered = (await invoke(body)).body.trimEnd().split('\n');
    expect(answered).toEqual(Array.from({ length: 30_000 }, (_, at) => `{"label":["__label__ü${at}"],"prob":[1]}`));
  });

  it('answers nothing to nothing', async () => {
    expect(await invoke('')).toEqual({ status: 200, body: '' });
  });

  it.each([
    ['{"source":"a"}\nnonsense', 400, 'line 2 is not JSON'],
    ['{"source":1}', 400, 'line 1: source'],
    ['{"source":"a","k":0}', 400, 'line 1: k'],
    ['[]', 400, 'line 1'],
    ['{"source":"break"}', 500, 'the engine broke'],
  ])('refuses %p with %d', async (body, status, reason) => {
    const refused = await invoke(body);
    expect(refused.status).toBe(status);
    expect((JSON.parse(refused.body) as { error: string }).error).toContain(reason);
  });

  it('refuses other types, paths and methods', async () => {
    expect((await invoke('{}', { 'content-type': 'text/csv' })).status).toBe(415);
    expect((await invoke('{}', { accept: 'text/csv' })).status).toBe(406);
    expect((await invoke('', { accept: '*/*' })).status).toBe(200);
    expect((await fetch(`${endpoint}/other`)).status).toBe(404);
    expect((await fetch(`${endpoint}/invocations`)).status).toBe(405);
  });
});
