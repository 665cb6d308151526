import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { UsageError } from './failure.ts';
import { countFlag, parseOptions } from './options.ts';

const schema = z.object({ rows: countFlag, 'as-of': z.iso.date(), note: z.string().optional() });
const parse = (...args: string[]) => parseOptions('job', schema, args);

describe('the flags of a program', () => {
  it('are read by name', () => {
    expect(parse('--rows', '12', '--as-of=2026-11-01')).toEqual({ rows: 12, 'as-of': '2026-11-01' });
  });

  it.each([
    [['--rows', '12'], /^job: --as-of: /],
    [['--rows', '-1', '--as-of', '2026-11-01'], /^job: .*rows/],
    [['--rows', '1e3', '--as-of', '2026-11-01'], /--rows: a whole number is needed/],
    [['--rows', '1', '--as-of', '2026-02-30'], /--as-of: /],
    [['--rows', '1', '--as-of', '2026-11-01', '--other', 'x'], /--other/],
    [['--rows', '1', '--as-of', '2026-11-01', 'stray'], /stray/],
    [['--rows'], /--rows/],
  ])('are refused when they are %j', (args, problem) => {
    expect(() => parse(...args)).toThrow(UsageError);
    expect(() => parse(...args)).toThrow(problem);
  });
});
