// Handlers log and count as in Lambda; a test's output is its result.
Object.assign(process.env, { POWERTOOLS_LOG_LEVEL: 'SILENT', POWERTOOLS_METRICS_DISABLED: 'true' });

/** ESM all the way: TypeScript is only stripped (as Node itself does), nothing is rewritten to CommonJS. */
export default {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '\\.ts$': [
      '@swc/jest',
      {
        jsc: { target: 'es2024', parser: { syntax: 'typescript' } },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  testMatch: ['<rootDir>/{packages,services,examples,e2e,security,stages,tools}/**/*.test.ts'],
  modulePathIgnorePatterns: ['/\\.serverless/', '/\\.build/', '/\\.esbuild/', '/\\.regulabel/', '/dist/'],
  // Generous: beside the end-to-end run, on two cores, everything is slow. Nothing waits for it to pass.
  testTimeout: 60000,
  maxWorkers: 2,
};
