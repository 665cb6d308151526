import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { servedAlready } from './localCloud.ts';

let state: string;
beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), 'regulabel-cli-'));
});
afterEach(async () => {
  await rm(state, { recursive: true, force: true });
});

const served = (port: number) => ({
  endpoint: `http://127.0.0.1:${port}`,
  region: 'eu-west-1',
  accessKeyId: 'AKIA',
  secretAccessKey: 'x',
});

describe('servedAlready', () => {
  it('knows nothing of a folder that was never served', async () => {
    await expect(servedAlready(state)).resolves.toBeUndefined();
  });

  it('does not believe the file of a server that was killed', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    await writeFile(join(state, 'endpoint.json'), JSON.stringify(served(port)));
    await expect(servedAlready(state)).resolves.toBeUndefined();
  });

  it('answers the endpoint of a server that knows its credentials', async () => {
    const server = createServer((_, response) => {
      response.setHeader('content-type', 'text/xml');
      response.end(
        '<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>x</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>',
      );
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    try {
      const known = served((server.address() as AddressInfo).port);
      await writeFile(join(state, 'endpoint.json'), JSON.stringify(known));
      await expect(servedAlready(state)).resolves.toEqual(known);
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });
});
