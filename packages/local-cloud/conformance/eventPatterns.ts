/**
 * Compares the event patterns' verdicts with those that AWS itself gave:
 * `node conformance/eventPatterns.ts [FOLDER]`, where FOLDER holds `event-patterns.jsonl`; the default lies beside the repository.
 * Prints every difference and a summary; exit code 1 where AWS differs, 2 where there is nothing to compare with.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { testEventPattern } from '../src/events/pattern.ts';
import { AwsError } from '../src/aws.ts';

interface Case {
  readonly id: string;
  readonly event: unknown;
  readonly pattern: unknown;
  readonly eventText?: string;
  readonly patternText?: string;
  readonly expected: 'match' | 'no-match' | 'invalid';
  readonly awsError?: { readonly code: string; readonly message: string };
}

function verdict(recorded: Case): string {
  try {
    const matches = testEventPattern(
      recorded.patternText ?? JSON.stringify(recorded.pattern),
      recorded.eventText ?? JSON.stringify(recorded.event),
    );
    return matches ? 'match' : 'no-match';
  } catch (error) {
    if (error instanceof AwsError) return `invalid ${error.code}: ${error.message}`;
    throw error;
  }
}

/** What follows a line break in AWS's message is its parser's position, which no reader needs. */
function expectation({ expected, awsError }: Case): string {
  return awsError === undefined ? expected : `invalid ${awsError.code}: ${awsError.message.split('\n')[0] ?? ''}`;
}

const folder = resolve(process.argv[2] ?? join(import.meta.dirname, '../../../../shared/data/aws-conformance'));
const file = join(folder, 'event-patterns.jsonl');
if (!existsSync(file)) {
  process.stderr.write(`No recorded cases: ${file} does not exist. Name their folder as the first argument.\n`);
  process.exit(2);
}
const cases = readFileSync(file, 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line) as Case);
const different = cases.filter((recorded) => verdict(recorded) !== expectation(recorded));
for (const recorded of different) {
  process.stdout.write(`${recorded.id}\n  AWS:  ${expectation(recorded)}\n  here: ${verdict(recorded)}\n`);
}
process.stdout.write(`event patterns: ${cases.length - different.length} of ${cases.length} as on AWS\n`);
process.exitCode = different.length === 0 ? 0 : 1;
