import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const read = (...path: string[]): string => readFileSync(join(import.meta.dirname, '..', ...path), 'utf8');

describe('the image', () => {
  it('has the DuckDB that the tests run with', () => {
    const [api, bindings] = ['api', 'bindings'].map(
      (part) => new RegExp(`'@duckdb/node-${part}': (\\S+)`).exec(read('..', '..', 'pnpm-workspace.yaml'))?.[1],
    );
    expect(bindings).toBeDefined();
    expect(bindings).toBe(api);
    expect(/@duckdb\/node-bindings@(\S+)/.exec(read('Dockerfile'))?.[1]).toBe(bindings);
  });
});
