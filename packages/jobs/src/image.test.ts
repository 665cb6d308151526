import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const read = (...path: string[]): string => readFileSync(join(import.meta.dirname, '..', ...path), 'utf8');

describe('the image', () => {
  it('has the DuckDB that the tests run with', () => {
    const tested = /'@duckdb\/node-api': (\S+)/.exec(read('..', '..', 'pnpm-workspace.yaml'))?.[1];
    expect(tested).toBeDefined();
    expect(/@duckdb\/node-api@(\S+)/.exec(read('Dockerfile'))?.[1]).toBe(tested);
  });
});
