// Every check in one command; all of them run, and the exit code is 1 when one of them found something. CI, which has run
// the tests already, says --without-tests.
import { checkConformance } from './conformance.ts';
import { run } from './process.ts';
import { checkSizes } from './sizes.ts';

const checks: readonly { name: string; check: () => Promise<number | 'skipped'> }[] = [
  { name: 'format', check: () => run('prettier', ['--check', '--log-level', 'warn', '.']) },
  { name: 'lint', check: () => run('eslint', ['.']) },
  { name: 'types', check: () => run('tsc', ['-p', '.']) },
  {
    name: 'import boundaries',
    check: () =>
      run('depcruise', [
        ...['--config', 'tools/boundaries.cjs'],
        ...['packages', 'services', 'examples', 'stages', 'e2e', 'security', 'tools'],
      ]),
  },
  {
    name: 'what is made from the contracts',
    check: () => run('node', ['--disable-warning=ExperimentalWarning', 'packages/contract-tools/src/main.ts', 'check']),
  },
  { name: "local cloud's size", check: checkSizes },
  {
    name: 'templates',
    check: () => run('node', ['--disable-warning=ExperimentalWarning', 'security/rules/check.ts']),
  },
  { name: "AWS's recorded answers", check: checkConformance },
  { name: 'tests', check: () => run('node', ['tools/test.ts']) },
];

const wanted = process.argv.includes('--without-tests') ? checks.filter(({ name }) => name !== 'tests') : checks;
const found: string[] = [];
for (const { name, check } of wanted) {
  const start = performance.now();
  const result = await check();
  const word = result === 'skipped' ? 'skipped' : result === 0 ? 'ok' : 'FAILED';
  if (word === 'FAILED') found.push(name);
  process.stdout.write(`${word.padEnd(7)} ${name} (${((performance.now() - start) / 1000).toFixed(1)} s)\n`);
}
if (found.length > 0) {
  process.stdout.write(`Mend: ${found.join(', ')}\n`);
  process.exitCode = 1;
}
