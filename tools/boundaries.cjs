/** Which folder may import which: the architecture, checked. */
const core = '^(services|examples)/[^/]+/src/core/';

module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'service-isolation',
      comment: 'No service imports another: they meet on EventBridge.',
      severity: 'error',
      from: { path: '^services/([^/]+)/' },
      to: { path: '^services/', pathNot: '^services/$1/' },
    },
    {
      name: 'contracts-import-only-zod',
      severity: 'error',
      from: { path: '^packages/contracts/src/', pathNot: '[.]test[.]ts$' },
      to: { pathNot: ['^packages/contracts/src/', 'node_modules/zod/', 'node_modules/@middy/core/'] },
    },
    {
      name: 'contracts-import-types-of-middy-only',
      severity: 'error',
      from: { path: '^packages/contracts/src/', pathNot: '[.]test[.]ts$' },
      to: { path: 'node_modules/@middy/core/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'examples-know-the-contracts-only',
      comment: 'An example stands for another team, which has the published contracts and nothing else of ours.',
      severity: 'error',
      from: { path: '^examples/([^/]+)/' },
      to: {
        path: '^(packages|services|stages|examples|e2e|tools)/',
        pathNot: ['^packages/contracts/', '^examples/$1/', 'node_modules/'],
      },
    },
    {
      name: 'nothing-needs-an-example',
      severity: 'error',
      from: { pathNot: '^examples/' },
      to: { path: '^examples/' },
    },
    {
      name: 'services-know-no-local-cloud',
      severity: 'error',
      from: { path: '^services/', pathNot: '[.]test[.]ts$' },
      to: { path: '^packages/(local-cloud|testing|cli|jobs|blazingtext|contract-tools)/' },
    },
    {
      name: 'local-cloud-knows-nobody',
      severity: 'error',
      from: { path: '^packages/local-cloud/' },
      to: { path: ['^packages/', '^services/'], pathNot: '^packages/local-cloud/' },
    },
    {
      name: 'jobs-and-cli-import-shared-only',
      comment: 'Job code runs in a container; the command line reaches everything over the AWS wire.',
      severity: 'error',
      from: { path: '^packages/(jobs|cli|blazingtext)/', pathNot: '[.]test[.]ts$' },
      to: {
        path: ['^packages/', '^services/'],
        pathNot: ['^packages/(contracts|shared)/', '^packages/(jobs|cli|blazingtext)/'],
      },
    },
    {
      name: 'jobs-cli-blazingtext-apart',
      severity: 'error',
      from: { path: '^packages/(jobs|cli|blazingtext)/', pathNot: '[.]test[.]ts$' },
      to: { path: '^packages/(jobs|cli|blazingtext)/', pathNot: '^packages/$1/' },
    },
    {
      name: 'core-is-pure',
      severity: 'error',
      from: { path: core, pathNot: '[.]test[.]ts$' },
      to: {
        path: [
          '/src/functions/',
          '^packages/shared/src/(aws|lambda)/',
          '@aws-sdk/client-',
          '@middy',
          '@aws-lambda-powertools',
          '^(node:)?(fs|net|http|https|child_process|worker_threads)$',
        ],
        dependencyTypesNot: ['type-only'],
      },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(\\.serverless|\\.esbuild|\\.build|dist)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
