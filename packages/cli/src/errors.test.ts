import { NoSuchBucket } from '@aws-sdk/client-s3';
import { describe, expect, it } from '@jest/globals';
import { CommandError, told } from './errors.ts';

describe('told', () => {
  const cases: [error: unknown, line: string][] = [
    [new CommandError('the file is empty', { cause: new Error('inner') }), 'the file is empty'],
    [
      new NoSuchBucket({ message: 'The specified bucket does not exist', $metadata: {} }),
      'AWS answered NoSuchBucket: The specified bucket does not exist',
    ],
    [
      new Error('cannot write', { cause: new Error('ENOSPC: no space left on device, write') }),
      'no space is left on the disk: make room, then start the same command again (cannot write)',
    ],
    [
      new Error('IO Error: Could not write file "/x": No space left on device\n\nat main'),
      'no space is left on the disk: make room, then start the same command again (IO Error: Could not write file "/x": No space left on device)',
    ],
    [
      Object.assign(new Error("EACCES: permission denied, open '/x'"), { syscall: 'open' }),
      "EACCES: permission denied, open '/x'",
    ],
    ['a word', 'a word'],
  ];
  it.each(cases)('says in one line what the surroundings did (%#)', (error, line) => {
    expect(told(error)).toBe(line);
  });

  it('shows where a fault of ours came from', () => {
    expect(told(new TypeError('x is not a function'))).toMatch(/^TypeError: x is not a function\n +at /);
  });
});
