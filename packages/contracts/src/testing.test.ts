import { describe, expect, it } from '@jest/globals';
import { modelPromoted } from './evaluation/modelPromoted.v1.ts';
import { inferenceCompleted } from './inference/inferenceCompleted.v1.ts';
import { classificationRunCompleted } from './ingest/classificationRunCompleted.v1.ts';
import { buildBrokenEvent, buildEvent, exampleData } from './testing.ts';

describe('buildEvent', () => {
  it('gives the typical example in all that EventBridge adds', () => {
    expect(buildEvent(modelPromoted)).toMatchObject({
      version: '0',
      'detail-type': 'ModelPromoted.v1',
      source: 'regulabel.evaluation',
      detail: {
        metadata: { producer: 'evaluation', schemaVersion: '1.0', correlationId: 'training-20261101T020000Z' },
        data: exampleData(modelPromoted),
      },
    });
  });

  it('overrides fields however deep, takes arrays as a whole, and takes out what is undefined', () => {
    const { detail } = buildEvent(
      classificationRunCompleted,
      { metadata: { time: '2026-12-01T00:00:00Z' }, data: { revision: 3, supersedes: undefined, lines: [] } },
      'superseding',
    );
    expect(detail.metadata.time).toBe('2026-12-01T00:00:00Z');
    const { supersedes, ...others } = exampleData(classificationRunCompleted, 'superseding');
    expect(detail.data).toEqual({ ...others, revision: 3, lines: [] });
    expect(supersedes).toBeDefined();
    expect(
      buildEvent(modelPromoted, { data: { candidate: { metrics: { rows: 7 } } } }).detail.data.candidate.metrics,
    ).toEqual({ rows: 7, accuracy: 0.93, macroF1: 0.912 });
  });

  it('starts from another example when asked', () => {
    expect(buildEvent(inferenceCompleted, {}, 'evaluation').detail.data.comparison).toBeDefined();
    expect(() => buildEvent(inferenceCompleted, {}, 'no such')).toThrow('there is no example no such');
  });

  it('gives events that differ different ids, and equal ones the same', () => {
    const id = (revision: number) => buildEvent(classificationRunCompleted, { data: { revision } }).detail.metadata.id;
    expect(id(2)).toBe(id(2));
    expect(id(3)).not.toBe(id(2));
  });

  it('gives copies: what a test does to one does not show in the next', () => {
    buildEvent(classificationRunCompleted).detail.data.lines.pop();
    expect(buildEvent(classificationRunCompleted).detail.data.lines).toHaveLength(1);
  });

  it.each([
    [{ data: { country: 'Germany' } }, 'data.country'],
    [{ data: { explanation: undefined } }, 'data.explanation'],
    [{ metadata: { id: '1' } }, 'metadata.id'],
  ])('refuses %j: it would break the contract', (overrides, path) => {
    expect(() => buildEvent(modelPromoted, overrides)).toThrow(
      expect.objectContaining({ name: 'ContractError', problems: [expect.objectContaining({ path })] }),
    );
  });

  it('refuses a field that the contract does not have', () => {
    expect(() => buildEvent(modelPromoted, { data: { extra: 1 } as object })).toThrow('data.extra: unknown field');
  });
});

describe('buildBrokenEvent', () => {
  it('gives what it was asked for', () => {
    const { detail } = buildBrokenEvent(modelPromoted, { data: { country: 'Germany', runId: undefined } });
    const { data } = detail as { data: object };
    expect(data).toMatchObject({ country: 'Germany' });
    expect(data).not.toHaveProperty('runId');
  });

  it('refuses to call an event broken that is not', () => {
    expect(() => buildBrokenEvent(modelPromoted, { data: { country: 'FR' } })).toThrow('nothing is wrong');
  });
});
