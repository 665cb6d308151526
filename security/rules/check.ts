// Packages the services as a deployment would, where their sources changed, and prints every violation of a rule in their
// templates. Exit code 1 when there is one.
import { packageStage } from '@regulabel/cli/local/packageServices';
import { report, violationsOf } from './rule.ts';
import { rules } from './rules.ts';
import { readStack } from './template/stack.ts';

/** The stage that keeps its data; in everything else stages are alike. */
const STAGE = 'prod';

const folders = await packageStage(STAGE, (line) => process.stderr.write(`${line}\n`));
const violations = await violationsOf(rules, folders.map(readStack));
for (const line of report(violations)) process.stdout.write(`${line}\n`);
process.stdout.write(`${rules.length} rules, ${folders.length} templates, ${violations.length} violations\n`);
if (violations.length > 0) process.exitCode = 1;
