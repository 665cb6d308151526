import type { Command } from 'commander';
import { InvalidArgumentError, Option } from 'commander';
import { STAGE_PATTERN } from '@regulabel/shared/names';

/** Adds a command with the options that every command has, and an example to its help. */
export const addCommand = (parent: Command, name: string, description: string, example: string): Command =>
  parent
    .command(name)
    .description(description)
    .option('--state <dir>', 'folder with everything that the local cloud keeps', '.regulabel')
    .option('--json', 'one JSON document on stdout', false)
    .addHelpText('after', `\nExample:\n  npm run -s regulabel -- ${example}`)
    .exitOverride();

/** For commands that work on a deployed stage as well. */
export const stageOption = (): Option =>
  new Option('--stage <name>', 'a deployed stage, with the AWS credentials of the environment; no local cloud')
    .argParser(stageName)
    .conflicts('state');

function stageName(text: string): string {
  if (STAGE_PATTERN.test(text)) return text;
  throw new InvalidArgumentError(
    `It has to be at most 8 lower-case letters and digits, a letter first (${STAGE_PATTERN.source}), such as dev.`,
  );
}

/** A command's action: what its work answers is the exit code. */
export const exitWith =
  <Arguments extends unknown[]>(work: (...args: Arguments) => Promise<number>) =>
  async (...args: Arguments): Promise<void> => {
    process.exitCode = await work(...args);
  };

export function count(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0 || text.trim() === '')
    throw new InvalidArgumentError('It has to be a whole number, 0 or more.');
  return value;
}

export const between =
  (least: number, most: number) =>
  (text: string): number => {
    const value = count(text);
    if (value < least || value > most) throw new InvalidArgumentError(`It has to be from ${least} to ${most}.`);
    return value;
  };

export function month(text: string): string {
  if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(text)) throw new InvalidArgumentError('It has to be a month such as 2026-01.');
  return text;
}
