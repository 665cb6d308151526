import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readDocumentation } from './documentation.ts';

const read = (module: string) => readDocumentation(join(import.meta.dirname, 'fixtures'), [module]).get(module);

describe('readDocumentation', () => {
  it('takes what is said of a contract, of its fields, and of the values that they are made from', () => {
    const documentation = read('parcelSent.v1');
    expect(documentation).toMatchObject({ description: 'A parcel that was sent.', classification: 'internal' });
    expect(Object.fromEntries(documentation?.fields ?? [])).toEqual({
      country: { description: 'Where it goes.', classification: 'public' },
      weight: { description: 'How heavy it is.', classification: 'internal' },
      recipient: { description: 'Who gets it.', classification: 'confidential' },
      'recipient.name': { description: 'In full.', classification: 'confidential' },
      'recipient.country': { description: 'Where it goes.', classification: 'public' },
      items: { description: 'What is in it.', classification: 'internal' },
      'items[]<book>.kind': { description: 'A book.', classification: 'internal' },
      'items[]<book>.pages': { description: 'How many there are.', classification: 'internal' },
      'items[]<toy>.kind': { description: 'A toy.', classification: 'internal' },
      'items[]<toy>.age': { description: 'From which age.', classification: 'internal' },
      declared: { description: 'What customs want to know, by their word for it.', classification: 'internal' },
      'declared.*.weight': { description: 'How heavy it is.', classification: 'internal' },
    });
  });

  it.each([
    ['a field that nothing is said of', 'parcelLost.v1', 'parcelLost.v1.ts: the field place.town has no description'],
    ['a classification that there is not', 'parcelFound.v1', '@classification secret of parcelFound is none of'],
    ['a contract without one', 'parcelReturned.v1', 'parcelReturned has no comment with a @classification'],
  ])('refuses %s', (_, module, message) => {
    expect(() => read(module)).toThrow(message);
  });
});
