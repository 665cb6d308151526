import { describe, expect, it } from '@jest/globals';
import { rememberWalks } from './walkedWays.ts';

const task = { Type: 'Task', Resource: 'arn:aws:lambda:eu-west-1:111122223333:function:f' };
const definition = {
  QueryLanguage: 'JSONata',
  StartAt: 'Size',
  States: {
    Size: {
      Type: 'Choice',
      Choices: [
        // Both lead to the same state: where they lead does not tell them apart.
        { Condition: '{% $states.input.size > 100 %}', Next: 'Each' },
        { Condition: '{% $states.input.size > 10 %}', Assign: { size: 'medium' }, Next: 'Each' },
      ],
      Assign: { size: 'small' },
      Default: 'Done',
    },
    Each: {
      Type: 'Map',
      Items: '{% [1, 2] %}',
      ItemProcessor: {
        StartAt: 'Work',
        States: {
          Work: {
            ...task,
            Retry: [{ ErrorEquals: ['Busy'] }, { ErrorEquals: ['Slow', 'Slower'] }],
            Catch: [
              { ErrorEquals: ['Empty'], Next: 'Nothing' },
              { ErrorEquals: ['Odd'], Next: 'Nothing' },
            ],
            End: true,
          },
          Nothing: { Type: 'Pass', End: true },
        },
      },
      Next: 'Done',
    },
    Done: { Type: 'Succeed' },
  },
};

/** The work of both items; each error is thrown once. */
const working = (...errors: string[]) => ({
  Work: () => {
    const error = errors.shift();
    if (error !== undefined) throw Object.assign(new Error(error), { error });
    return null;
  },
});

describe('rememberWalks', () => {
  it('names everything before the first walk', () => {
    expect(rememberWalks(definition).unwalked()).toEqual([
      'state Size',
      'Size, default, to Done',
      'Size, choice 1, to Each',
      'Size, choice 2, to Each',
      'state Each',
      'state Work',
      'Work, retrier of Busy',
      'Work, retrier of Slow, Slower',
      'Work, catcher of Empty, to Nothing',
      'Work, catcher of Odd, to Nothing',
      'state Nothing',
      'state Done',
    ]);
  });

  it('forgets what was walked, and nothing else', async () => {
    const { walk, unwalked } = rememberWalks(definition);
    expect((await walk({ input: { size: 50 }, tasks: working('Slower', 'Odd') })).status).toBe('SUCCEEDED');
    expect(unwalked()).toEqual([
      'Size, default, to Done',
      'Size, choice 1, to Each',
      'Work, retrier of Busy',
      'Work, catcher of Empty, to Nothing',
    ]);
    await walk({ input: { size: 5 } });
    await walk({ input: { size: 500 }, tasks: working('Busy', 'Empty') });
    expect(unwalked()).toEqual([]);
  });

  it('counts a state that fails as walked, its catcher not', async () => {
    const { walk, unwalked } = rememberWalks(definition);
    const { status, error } = await walk({ input: { size: 50 }, tasks: working('Unknown') });
    expect({ status, error }).toEqual({ status: 'FAILED', error: 'Unknown' });
    expect(unwalked()).not.toContain('state Work');
    expect(unwalked()).toContain('Work, catcher of Odd, to Nothing');
  });

  it('walks as the definition says: what it assigns and puts out is the same', async () => {
    const put = { ...definition, States: { ...definition.States, Done: { Type: 'Succeed', Output: '{% $size %}' } } };
    expect((await rememberWalks(put).walk({ input: { size: 5 } })).output).toBe('small');
    expect((await rememberWalks(put).walk({ input: { size: 50 }, tasks: working() })).output).toBe('medium');
  });
});
