import { parseStrictly } from '@regulabel/contracts/parse';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { exampleCatalogue, exampleDecision, exampleManifest } from '../testing/examples.ts';
import { trainingExecution, trainingExecutionInput, type Circumstances } from './trainingExecution.ts';

const settings = exampleCatalogue.countries['DE']!.schemes['weee']!;
const circumstances: Circumstances = {
  stage: 'dev',
  region: 'eu-west-1',
  modelsBucket: 'models',
  jobImage: 'jobs@sha256:1',
  decisions: [],
};
const build = (change: Partial<Circumstances> = {}, manifest = exampleManifest, scheme = 'weee') =>
  trainingExecution(manifest, { scheme, settings }, { ...circumstances, ...change });

describe('trainingExecution', () => {
  it('says all that the machine needs, and keeps its schema', () => {
    const input = build();
    expect(parseStrictly(trainingExecutionInput, input, 'the input')).toEqual(input);
    expect(input).toMatchObject({
      country: 'DE',
      scheme: 'weee',
      asOf: '2026-11-01',
      minimumRows: 20,
      output: {
        prepared: 's3://models/prepared/training-20261101T020000Z/DE/weee/',
        models: 's3://models/models/training-20261101T020000Z/DE/weee/',
      },
      algorithms: [
        {
          name: 'blazingtext',
          image: '685385470294.dkr.ecr.eu-west-1.amazonaws.com/blazingtext:1',
          objective: 'validation:accuracy',
          trials: 4,
        },
      ],
    });
    expect(input).not.toHaveProperty('last');
  });

  it('names jobs so that SageMaker takes them, also after 999 redrives and retries of the longest stage', () => {
    const stages = fc.stringMatching(/^[a-z][a-z0-9]{0,7}$/);
    fc.assert(
      fc.property(stages, (stage) => {
        const { jobs, algorithms } = build({ stage });
        for (const { job } of algorithms) expect(`${job}-999-999`).toMatch(/^(?=.{1,32}$)[a-zA-Z0-9](-*[a-zA-Z0-9])*$/);
        for (const stem of [jobs.prepare, jobs.model]) {
          expect(`${stem}-999-999`).toMatch(/^(?=.{1,63}$)[a-zA-Z0-9](-*[a-zA-Z0-9])*$/);
        }
      }),
    );
  });

  it('gives every run, line, dataset, step and algorithm jobs of their own', () => {
    const twice = { ...settings, algorithms: [...settings.algorithms, ...settings.algorithms] };
    const inputs = [
      trainingExecution(exampleManifest, { scheme: 'weee', settings: twice }, circumstances),
      build({}, exampleManifest, 'battery'),
      build({}, { ...exampleManifest, runId: 'training-2' }),
      build({}, { ...exampleManifest, hash: '0'.repeat(64) }),
      build({}, { ...exampleManifest, country: 'FR' }),
    ];
    const digests = inputs
      .flatMap(({ jobs, algorithms }) => [jobs.prepare, jobs.model, ...algorithms.map(({ job }) => job)])
      .map((name) => name.split('-').at(-1));
    expect(new Set(digests).size).toBe(digests.length);
    expect(build()).toEqual(build());
  });

  it('searches a line alike in every run, with a seed that SageMaker takes', () => {
    const [first] = build().algorithms;
    const [later] = build({}, { ...exampleManifest, runId: 'training-2', hash: '0'.repeat(64) }).algorithms;
    expect(later?.seed).toBe(first?.seed);
    expect(first?.seed).toBeLessThan(2 ** 31);
    expect(build({}, exampleManifest, 'battery').algorithms[0]?.seed).not.toBe(first?.seed);
  });

  it('carries what the newest decision was made on', () => {
    const older = { ...exampleDecision, decisionId: 'a'.repeat(32), decidedAt: '2026-09-01T00:00:00.000Z' };
    expect(build({ decisions: [older, exampleDecision] }).last).toEqual({
      decisionId: exampleDecision.decisionId,
      dataHash: exampleDecision.candidate.data.hash,
      codeListHash: exampleDecision.candidate.data.codeListHash,
      jobImage: exampleDecision.candidate.data.jobImage,
    });
  });

  it('trains again after a comparison that did not count', () => {
    const held = { ...exampleDecision, outcome: 'held' as const, decidedAt: '2026-10-02T00:00:00.000Z' };
    expect(build({ decisions: [exampleDecision, held] })).not.toHaveProperty('last');
  });

  it('names the regions it knows where the image has no known account', () => {
    expect(() => build({ region: 'mars-1' })).toThrow(
      expect.objectContaining({ name: 'AlgorithmNotInRegion', message: expect.stringMatching(/mars-1.*eu-west-1/) }),
    );
  });
});
