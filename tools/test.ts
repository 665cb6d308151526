// The whole test suite. Arguments go to jest: `npm test -- packages/shared`.
import { run } from './process.ts';

process.exitCode = await run('node', [
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  'node_modules/jest/bin/jest.js',
  ...process.argv.slice(2),
]);
