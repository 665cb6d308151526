// Packages the services where their sources changed, and prints every violation of a rule in their templates. Exit code 1
// when there is one.
import { packageServices } from '@regulabel/cli/local/packageServices';
import { packageFolder, SERVICES } from '@regulabel/cli/local/place';
import { report, violationsOf } from './rule.ts';
import { rules } from './rules.ts';
import { readStack } from './template/stack.ts';

await packageServices((line) => process.stderr.write(`${line}\n`), SERVICES);
const stacks = SERVICES.map((service) => readStack(packageFolder(service)));
const violations = await violationsOf(rules, stacks);
for (const line of report(violations)) process.stdout.write(`${line}\n`);
process.stdout.write(`${rules.length} rules, ${stacks.length} templates, ${violations.length} violations\n`);
if (violations.length > 0) process.exitCode = 1;
