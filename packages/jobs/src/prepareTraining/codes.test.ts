import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cleanCode, codeCheck, codeListHash, codeProblem } from './codes.ts';

const entry = (code: string, validFrom?: string, validTo?: string) => ({
  code,
  title: '',
  ...(validFrom !== undefined && { validFrom }),
  ...(validTo !== undefined && { validTo }),
});

describe('a code', () => {
  const list = [
    entry('1'),
    entry('2', '2026-01-01', '2026-06-30'),
    entry('2', '2027-01-01'),
    entry('3', undefined, '2026-06-30'),
    entry('4', '2026-07-01'),
  ];

  it.each([
    ['1', '2026-11-01', undefined],
    ['9', '2026-11-01', 'unknown-code'],
    ['', '2026-11-01', 'unknown-code'],
    ['3', '2026-06-30', undefined],
    ['3', '2026-07-01', 'code-expired'],
    ['4', '2026-06-30', 'code-not-yet-valid'],
    ['4', '2026-07-01', undefined],
    ['2', '2025-12-31', 'code-not-yet-valid'],
    ['2', '2026-01-01', undefined],
    ['2', '2026-08-01', 'code-expired'],
    ['2', '2027-01-01', undefined],
  ])('%p on %s: %p', (code, day, problem) => {
    expect(codeProblem(code, list, day)).toBe(problem);
    expect(codeCheck(list, day)(code)).toBe(problem);
  });

  it('is valid without a list, unless it is empty or longer than 64 characters', () => {
    expect(codeProblem('anything', undefined, '2026-11-01')).toBeUndefined();
    expect(codeProblem('', undefined, '2026-11-01')).toBe('unknown-code');
    expect(codeProblem('x'.repeat(65), undefined, '2026-11-01')).toBe('unknown-code');
  });

  it('is read without the blanks around it', () => {
    expect([cleanCode(' 4a  '), cleanCode(null)]).toEqual(['4a', '']);
  });
});

describe('the hash of a code list', () => {
  it('depends on the codes that are valid that day, and on nothing else', () => {
    const list = [entry('1'), entry('2', '2026-07-01')];
    const before = codeListHash(list, '2026-06-30', []);
    expect(codeListHash([entry('1')], '2026-06-30', ['x'])).toBe(before);
    expect(codeListHash(list, '2026-07-01', [])).not.toBe(before);
    expect(codeListHash(undefined, '2026-06-30', ['1'])).toBe(before);
  });

  it('does not depend on the order', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string({ minLength: 1, maxLength: 5 })), (codes) => {
        expect(codeListHash(undefined, '2026-01-01', [...codes].reverse())).toBe(
          codeListHash(undefined, '2026-01-01', codes),
        );
      }),
    );
  });
});
