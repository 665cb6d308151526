import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { canonicalJson, contentVersion, eventId, sha256 } from './digests.ts';

describe('digests', () => {
  it('keep apart parts that would run into each other', () => {
    expect(sha256('ab', 'c')).not.toBe(sha256('a', 'bc'));
  });

  it('give an event published again the same id, and another event another', () => {
    expect(eventId('ModelTrained.v1', 'x')).toBe(eventId('ModelTrained.v1', 'x'));
    expect(eventId('ModelTrained.v1', 'x')).toMatch(/^[0-9a-f]{32}$/);
    expect(eventId('ModelTrained.v1', 'x')).not.toBe(eventId('ModelTrained.v1', 'y'));
  });

  it('give a catalogue the same version whatever the order of its keys', () => {
    expect(contentVersion({ a: 1, b: { c: [1, 2], d: 2 } })).toBe(contentVersion({ b: { d: 2, c: [1, 2] }, a: 1 }));
    expect(contentVersion({ a: [1, 2] })).not.toBe(contentVersion({ a: [2, 1] }));
  });
});

describe('canonicalJson', () => {
  it('says the same as JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});
