import { describe, expect, it } from '@jest/globals';
import { refusalOf, type Candidate } from './keepRelease.ts';

const ready: Candidate = {
  version: '1.1.0',
  isKept: false,
  changeLog: '# Changes\n\n## 1.1.0\n\nMore.\n\n## 1.0.0\n\nThe first.\n',
  stale: [],
  comparison: { report: '1 change, none of which breaks anything', isBreaking: false },
};

describe('a version of the contracts', () => {
  it('may be released when it is new, described, generated and breaks nothing', () => {
    expect(refusalOf(ready)).toBeUndefined();
  });

  it.each<[string, Partial<Candidate>, string]>([
    ['is kept already', { isKept: true }, '1.1.0 is released already: raise the version'],
    ['is in no heading of the change log', { changeLog: 'see 1.1.0\n### 1.1.0\n' }, 'give it a heading "## 1.1.0"'],
    [
      'is the beginning of another heading',
      { changeLog: '## 1.1.01\n' },
      'CHANGELOG.md does not say what 1.1.0 changes',
    ],
    ['has stale files', { stale: ['a.json is missing'] }, 'npm run generate comes first:\na.json is missing'],
    ['breaks consumers', { comparison: { report: 'breaks old consumers', isBreaking: true } }, 'breaks old consumers'],
  ])('may not be when it %s', (_, change, refusal) => {
    expect(refusalOf({ ...ready, ...change })).toContain(refusal);
  });
});
