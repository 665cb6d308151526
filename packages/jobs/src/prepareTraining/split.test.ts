import { describe, expect, it } from '@jest/globals';
import { digestOf, partOf } from './split.ts';

describe('the split', () => {
  // Recorded once: if this fails, rows that trained a model would come to judge it.
  it.each([
    ['toaster 0|acme|', 'train', '2ef99f673c189c4a3756b76a90333575'],
    ['toaster 1|acme|', 'train', '7fdbaa5ae882273da003acf481328d85'],
    ['toaster 6|acme|', 'test', 'f9ca99247425dad4f68d87476191e1bf'],
    ['toaster 10|acme|', 'test', 'fe8eaa54be1da9a1bb1e760b9bd30da0'],
    ['toaster 31|acme|', 'validation', 'd6ce1e859e552a0daefd154ae67ff729'],
    ['toaster 38|acme|', 'validation', 'd44cca0db9c64c37e1b8ccb952015e0a'],
  ])('has put %p into %s for ever', (key, part, digest) => {
    expect(digestOf(key)).toBe(digest);
    expect(partOf(digest)).toBe(part);
  });

  it('is 80, 10 and 10 percent', () => {
    const counts = { train: 0, validation: 0, test: 0 };
    for (let at = 0; at < 20_000; at++) counts[partOf(digestOf(`toaster ${at}||`))]++;
    expect(counts.train / 20_000).toBeCloseTo(0.8, 2);
    expect(counts.validation / 20_000).toBeCloseTo(0.1, 2);
    expect(counts.test / 20_000).toBeCloseTo(0.1, 2);
  });

  it('has its borders where it says', () => {
    expect(partOf('0'.repeat(32))).toBe('train');
    expect(partOf(`cccccccccccc${'0'.repeat(20)}`)).toBe('train');
    expect(partOf(`cccccccccccd${'0'.repeat(20)}`)).toBe('validation');
    expect(partOf(`e66666666666${'0'.repeat(20)}`)).toBe('validation');
    expect(partOf(`e66666666667${'0'.repeat(20)}`)).toBe('test');
    expect(partOf('f'.repeat(32))).toBe('test');
  });
});
