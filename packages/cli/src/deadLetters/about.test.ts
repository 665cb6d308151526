import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { datasetManifestKey } from '@regulabel/shared/keys';
import { aboutOf } from './about.ts';

const runId = 'training-20261101T020000Z';
const line = { country: 'DE', scheme: 'weee' };
const event = (detailType: string, detail: object): string => JSON.stringify({ 'detail-type': detailType, detail });
const status = (detail: object): string =>
  event('Step Functions Execution Status Change', { executionArn: 'arn:aws:states:x', status: 'FAILED', ...detail });

describe('aboutOf', () => {
  it.each([
    [
      'an event of ours',
      event('ModelTrained.v1', { metadata: { correlationId: runId }, data: { runId, ...line, rows: 7 } }),
      { type: 'ModelTrained.v1', runId, ...line },
    ],
    [
      'an event of ours without a run of its own',
      event('CatalogueChanged.v1', { metadata: { correlationId: '0123456789abcdef' }, data: { version: 'x' } }),
      { type: 'CatalogueChanged.v1' },
    ],
    [
      'an event of ours whose data are broken',
      event('ModelTrained.v1', { metadata: { correlationId: runId }, data: 'nothing' }),
      { type: 'ModelTrained.v1', runId },
    ],
    [
      'a dataset that is complete',
      event('Object Created', { bucket: { name: 'b' }, object: { key: datasetManifestKey('training', runId, 'DE') } }),
      { type: 'Object Created', runId, country: 'DE' },
    ],
    [
      "a line's execution",
      status({ input: JSON.stringify({ runId, ...line, dataset: { uri: 's3://x/y' } }) }),
      { type: 'Step Functions Execution Status Change', runId, ...line },
    ],
    [
      'an extraction',
      status({ input: '{"purpose":"training","scheduledTime":"2026-11-01T02:00:00Z"}' }),
      { type: 'Step Functions Execution Status Change', runId },
    ],
    [
      'an execution whose input was too large for the event',
      status({ input: null }),
      { type: 'Step Functions Execution Status Change' },
    ],
    ['no event', 'Toaster', { type: 'unreadable' }],
  ])('reads %s', (_what, body, about) => {
    expect(aboutOf(body)).toEqual(about);
  });

  it('names the schedule of what EventBridge Scheduler could not start, and the run that it was for', () => {
    const input = '{"purpose":"training","scheduledTime":"2026-11-01T02:00:00Z"}';
    expect(aboutOf(input, 'regulabel-dev-training')).toEqual({ type: 'regulabel-dev-training', runId });
    expect(aboutOf('{}', 'regulabel-dev-sweep-runs')).toEqual({ type: 'regulabel-dev-sweep-runs' });
  });

  it('never throws, and says nothing but names and identifiers, whatever somebody has sent', () => {
    const text = fc.string({ unit: 'binary' });
    const bodies = fc.oneof(
      text,
      fc.json(),
      fc
        .record({
          'detail-type': text,
          detail: fc.oneof(
            fc.dictionary(
              fc.constantFrom('metadata', 'data', 'object', 'executionArn', 'input', 'key'),
              fc.jsonValue(),
            ),
            fc.record({ data: fc.record({ runId: text, country: text, scheme: text }) }),
            fc.record({ object: fc.record({ key: text }) }),
          ),
        })
        .map((value) => JSON.stringify(value)),
    );
    fc.assert(
      fc.property(bodies, (body) => {
        for (const said of Object.values(aboutOf(body))) expect(said).toMatch(/^[A-Za-z][\w .-]*$/);
      }),
    );
  });
});
