import { describe, expect, it } from '@jest/globals';
import { Command } from 'commander';
import { addCommand, stageOption } from './commandLine.ts';

/** The options that a command gets, or what is said of its usage. */
function read(...words: string[]): unknown {
  const said: string[] = [];
  const program = new Command().exitOverride().configureOutput({ writeErr: (text) => said.push(text) });
  let options: unknown;
  addCommand(program, 'look', 'looks', 'look')
    .addOption(stageOption())
    .action((given: unknown) => {
      options = given;
    });
  try {
    program.parse(['look', ...words], { from: 'user' });
    return options;
  } catch {
    return said.join('');
  }
}

describe('--stage', () => {
  it('is a deployed stage; without it the state folder is meant', () => {
    expect(read('--stage', 'dev')).toMatchObject({ stage: 'dev' });
    expect(read()).toEqual({ state: '.regulabel', json: false });
  });

  it.each(['Prod', 'production1', '1st', 'my-stage', ''])(
    'cannot be %j: the pattern and an example are given',
    (name) => {
      expect(read('--stage', name)).toBe(
        `error: option '--stage <name>' argument '${name}' is invalid. It has to be at most 8 lower-case letters and digits, a letter first (^[a-z][a-z0-9]{0,7}$), such as dev.\n`,
      );
    },
  );

  it('is not for those who name a state folder as well', () => {
    expect(read('--stage', 'dev', '--state', '.regulabel')).toBe(
      "error: option '--stage <name>' cannot be used with option '--state <dir>'\n",
    );
  });
});
