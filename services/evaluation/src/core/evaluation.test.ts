import { describe, expect, it } from '@jest/globals';
import { inferenceExecutionInput } from '@regulabel/contracts/inference/inferenceExecutionInput.v1';
import { catalogue } from '@regulabel/contracts/ingest/catalogue.v1';
import { parseStrictly } from '@regulabel/contracts/parse';
import { inputFor, trained, winner } from '../evaluation.fixture.ts';
import { comparisonExecutionInput } from './comparisonExecution.ts';
import { evaluationInput, evidenceOf, marginOf, subjectOf } from './evaluation.ts';

const place = { month: '2026-11', jobImage: 'jobs@sha256:0', bucket: 'predictions' };
const evaluate = (pinned?: typeof winner) => evaluationInput(trained, subjectOf(trained, pinned), place);

describe('evaluationInput', () => {
  it('keeps the contract of the inference state machine', () => {
    const input = evaluate(winner);
    expect(parseStrictly(inferenceExecutionInput, input, 'input')).toEqual(input);
  });

  it('has candidate and winner label the same held-out rows', () => {
    expect(evaluate(winner)).toMatchObject({
      caller: 'evaluation',
      dataset: { uri: trained.data.test.features, rows: trained.data.rows.test, hash: trained.data.test.hash },
      models: [
        { role: 'candidate', name: trained.model.name },
        { role: 'winner', name: winner.model },
      ],
    });
  });

  it('pins the decision of the winner that the candidate is measured against', () => {
    expect(evaluate(winner).comparison!.winner).toEqual({ model: winner.model, decisionId: winner.decisionId });
  });

  it('has a first model label alone', () => {
    const { models, comparison } = evaluate();
    expect(models).toEqual([{ role: 'candidate', name: trained.model.name }]);
    expect(comparison!.winner).toBeUndefined();
  });

  it('is one and the same evaluation of a candidate, whoever the winner is by then', () => {
    expect(evaluate(winner).digest).toBe(evaluate().digest);
    const other = { ...trained, model: { ...trained.model, name: 'another' } };
    expect(evaluationInput(other, subjectOf(other, winner), place).digest).not.toBe(evaluate().digest);
  });
});

describe('evidenceOf', () => {
  const completed = (...names: string[]) => ({
    runId: trained.runId,
    caller: 'evaluation' as const,
    country: 'DE',
    scheme: 'weee',
    month: '2026-11',
    executionArn: 'arn:execution',
    rows: 100,
    models: names.map((name) => ({
      role: name === winner.model ? ('winner' as const) : ('candidate' as const),
      name,
      predictions: `s3://predictions/${name}/`,
      summary: 's3://predictions/s/',
    })),
  });
  const registry = { jobImage: 'jobs@sha256:0', bucket: 'registry' };

  it('finds the predictions of each model by role and name, in whatever order', () => {
    const event = completed(winner.model, trained.model.name);
    expect(evidenceOf(event, subjectOf(trained, winner), registry)).toEqual({
      kind: 'predictions',
      jobImage: 'jobs@sha256:0',
      candidate: `s3://predictions/${trained.model.name}/`,
      winner: `s3://predictions/${winner.model}/`,
      output: `s3://registry/scores/${trained.runId}/DE/weee/`,
    });
  });

  it('refuses an event without the predictions of a model that is compared', () => {
    expect(() => evidenceOf(completed(trained.model.name), subjectOf(trained, winner), registry)).toThrow(
      `has no predictions of the winner ${winner.model}`,
    );
  });

  it('becomes an input that keeps its contract', () => {
    for (const input of [
      inputFor(winner),
      inputFor(undefined),
      inputFor(winner, { kind: 'none', reason: 'winner-gone' }),
    ]) {
      expect(parseStrictly(comparisonExecutionInput, input, 'input')).toEqual(input);
    }
  });
});

describe('marginOf', () => {
  const pinned = catalogue.parse({ countries: { DE: { schemes: { weee: { margin: 0.05 } } } } });

  it("is the line's own", () => {
    expect(marginOf(pinned, { country: 'DE', scheme: 'weee' }, 's3://data/c.json')).toBe(0.05);
  });

  it('names the catalogue that does not list the line', () => {
    expect(() => marginOf(pinned, { country: 'DE', scheme: 'battery' }, 's3://data/c.json')).toThrow(
      's3://data/c.json, pinned by the run, does not list DE/battery',
    );
  });
});
