import { describe, expect, it } from '@jest/globals';
import { differences, readList, type Entry, type Permission } from './unused.ts';

const permission = (text: string, needed = false): Permission => {
  const [role = '', statement = '', action = ''] = text.split(' ');
  return { role, policy: 'own', statement, action, needed };
};
const entry = (more: Partial<Entry>): Entry => ({
  roles: ['reader'],
  actions: ['s3:GetObject'],
  ...(more.when === undefined ? { why: 'x' } : {}),
  ...more,
});

describe('the list of unused permissions', () => {
  it.each<[string, Entry[], Permission[], string[]]>([
    ['nothing where it says what is so', [entry({})], [permission('reader 0 s3:GetObject')], []],
    [
      'a permission that it does not list',
      [],
      [permission('reader Read s3:GetObject')],
      ['not needed, and not listed: reader s3:GetObject (statement own/Read)'],
    ],
    [
      'one that was needed after all',
      [entry({})],
      [permission('reader 0 s3:GetObject', true)],
      ['listed as not needed, but needed: reader s3:GetObject (statement own/0)'],
    ],
    [
      'one that nobody is allowed any more',
      [entry({ roles: ['reader', 'gone'] })],
      [permission('reader 0 s3:GetObject')],
      ['listed, but not allowed: gone s3:GetObject'],
    ],
    [
      'another statement for the same action',
      [entry({ statement: 'own/1' })],
      [permission('reader 0 s3:GetObject', true), permission('reader 1 s3:GetObject')],
      [],
    ],
    ['nothing of what may be needed, needed', [entry({ when: 'y' })], [permission('reader 0 s3:GetObject', true)], []],
    ['nothing of what may be needed, or not', [entry({ when: 'y' })], [permission('reader 0 s3:GetObject')], []],
    [
      'nothing of whole groups',
      [entry({ roles: ['*'], actions: ['logs:*'] })],
      [permission('reader 0 logs:PutLogEvents'), permission('writer 0 logs:CreateLogStream')],
      [],
    ],
  ])('tells %s', (_name, entries, permissions, expected) => {
    expect(differences(entries, permissions)).toEqual(expected);
  });

  it('is well formed, and gives a reason for each entry', async () => {
    expect((await readList()).length).toBeGreaterThan(0);
  });
});
