import { describe, expect, it } from '@jest/globals';
import { commandText } from './output.ts';

describe('commandText', () => {
  it.each([
    [{ state: '.regulabel' }, 'npm run -s regulabel -- status'],
    [{ state: 'my state' }, "npm run -s regulabel -- status --state 'my state'"],
    [{ state: '.regulabel', stage: 'dev' }, 'npm run -s regulabel -- status --stage dev'],
  ])('is typed to work at the same place: %j', (where, text) => {
    expect(commandText('status', where)).toBe(text);
  });
});
