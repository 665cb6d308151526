import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { codeOf, labelOf } from './label.ts';

describe('a label', () => {
  it('gives its code back, and has no blank that would end it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (code) => {
        expect(labelOf(code)).toMatch(/^__label__[\x21-\x7e]+$/);
        expect(codeOf(labelOf(code))).toBe(code);
      }),
    );
  });

  it('leaves ordinary codes readable', () => {
    expect(labelOf('EEE-4.1a')).toBe('__label__EEE-4.1a');
    expect(labelOf('4 a/ß')).toBe('__label__4%20a%2F%C3%9F');
  });

  it.each(['', '4a', '__label__', '__label__%', '__label__%ff'])('is not %p', (label) => {
    expect(() => codeOf(label)).toThrow(TypeError);
  });
});
