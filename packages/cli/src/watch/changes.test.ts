import { describe, expect, it } from '@jest/globals';
import { asksForSomething, needsOf } from './changes.ts';

const SERVICES = ['ingest', 'training'];
const needs = (...paths: string[]) => {
  const { handlers, templates, jobs, examples } = needsOf(paths, SERVICES);
  return { handlers: [...handlers], templates: [...templates], jobs, examples: [...examples] };
};
const nothing = { handlers: [], templates: [], jobs: false, examples: [] };

describe('needsOf', () => {
  it.each([
    ['a handler', 'services/training/src/functions/chooseBest.ts', { handlers: ['training'] }],
    ['what handlers import', 'services/training/src/core/bestTrial.ts', { handlers: ['training'] }],
    ['a state machine', 'services/training/state-machine.yml', { templates: ['training'] }],
    ['resources', 'services/ingest/resources/keys.yml', { templates: ['ingest'] }],
    ["serverless's own program", 'services/ingest/warehouse.cjs', { templates: ['ingest'] }],
    ['what all services share', 'packages/shared/src/keys.ts', { handlers: SERVICES, jobs: true }],
    ['a contract', 'packages/contracts/src/values.ts', { handlers: SERVICES, jobs: true }],
    ['job code', 'packages/jobs/src/score/metrics.ts', { jobs: true }],
    ['an example', 'services/training/examples/month.yml', { examples: ['training'] }],
  ])('knows what %s asks for', (_, path, wanted) => {
    expect(needs(path)).toEqual({ ...nothing, ...wanted });
    expect(asksForSomething(needsOf([path], SERVICES))).toBe(true);
  });

  it.each([
    ['tests', 'services/training/src/stateMachine.test.ts'],
    ['fixtures', 'services/evaluation/src/evaluation.fixture.ts'],
    ['prose', 'services/training/README.md'],
    ["an editor's own files", 'services/training/src/core/.bestTrial.ts.swp'],
    ['what serverless leaves behind', 'services/training/.serverless/cloudformation-template-update-stack.json'],
    ['a service that does not run', 'services/evaluation/src/functions/decide.ts'],
    ['other packages', 'packages/cli/src/main.ts'],
  ])('leaves %s alone', (_, path) => {
    expect(needs(path)).toEqual(nothing);
    expect(asksForSomething(needsOf([path], SERVICES))).toBe(false);
  });

  it('gathers what many changes ask for', () => {
    expect(needs('services/ingest/src/functions/plan.ts', 'services/training/serverless.yml')).toEqual({
      ...nothing,
      handlers: ['ingest'],
      templates: ['training'],
    });
  });
});
