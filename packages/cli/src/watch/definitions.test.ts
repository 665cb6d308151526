import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { resolveDefinition } from './definitions.ts';

const key = { 'Fn::GetAtt': ['Key', 'Arn'] };
const table = { Ref: 'Table' };
const before = { 'Fn::Sub': ['{"Key":"${k}","Again":"${k}","Table":"${t}"}', { k: key, t: table }] };
const running = '{"Key":"arn:key","Again":"arn:key","Table":"winners"}';

describe('resolveDefinition', () => {
  it('gives each expression the value that it had when it was deployed, wherever it stands now', () => {
    const after = { 'Fn::Sub': ['{"Comment":"new","Table":"${other}","Key":"${k}"}', { other: table, k: key }] };
    expect(resolveDefinition(before, after, running)).toBe('{"Comment":"new","Table":"winners","Key":"arn:key"}');
  });

  it('takes a definition without expressions as it is', () => {
    expect(resolveDefinition('{"StartAt":"A"}', '{"StartAt":"B"}', '{"StartAt":"A"}')).toBe('{"StartAt":"B"}');
  });

  it('knows no value of an expression that was not deployed', () => {
    const after = { 'Fn::Sub': ['{"Queue":"${q}"}', { q: { Ref: 'Queue' } }] };
    expect(resolveDefinition(before, after, running)).toBeUndefined();
  });

  it('knows no values when something else runs than was deployed', () => {
    expect(resolveDefinition(before, before, '{"StartAt":"Mine"}')).toBeUndefined();
    expect(
      resolveDefinition(before, before, running.replace('"arn:key","Table', '"arn:other","Table')),
    ).toBeUndefined();
  });

  it('resolves any text around the expressions to itself', () => {
    const text = fc.string({ unit: 'grapheme' }).filter((part) => !part.includes('$'));
    fc.assert(
      fc.property(text, text, text, (head, middle, tail) => {
        const definition = (say: string) => ({ 'Fn::Sub': [`${head}"\${k}"${say}${tail}`, { k: key }] });
        const resolved = (say: string): string => `${head}"arn:key"${say}${tail}`;
        expect(resolveDefinition(definition(''), definition(middle), resolved(''))).toBe(resolved(middle));
      }),
    );
  });
});
