import { Logger } from '@aws-lambda-powertools/logger';
import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { winnerRolledBack } from '@regulabel/contracts/evaluation/winnerRolledBack.v1';
import type { Prediction } from '@regulabel/contracts/inference/prediction.v1';
import { predictionExamples } from '@regulabel/contracts/inference/prediction.v1.examples';
import { classificationRunCompleted } from '@regulabel/contracts/ingest/classificationRunCompleted.v1';
import { buildBrokenEvent, buildEvent, exampleData, inQueue } from '@regulabel/contracts/testing';
import type { Context } from 'aws-lambda';
import { parquet, S3InMemory } from './bucket.fixture.ts';
import type { MonthReport } from './core/report.ts';

process.env['REPORTS_BUCKET'] = 'reports-bucket';
const { handler } = await import('./handler.ts');

const s3 = new S3InMemory();
const logged = jest.spyOn(Logger.prototype, 'error');

const deliver = (...events: readonly object[]) =>
  (handler as (event: unknown, context: Context) => Promise<unknown>)(
    { Records: events.map((event, index) => inQueue(event, `message-${index}`)) },
    { functionName: 'report', awsRequestId: 'request', getRemainingTimeInMillis: () => 30_000 } as Context,
  );
const allHandled = { batchItemFailures: [] };
const handedBack = { batchItemFailures: [{ itemIdentifier: 'message-0' }] };
const reasons = () => logged.mock.calls.map(([, extra]) => (extra as { error: Error }).error.name);

const completed = exampleData(classificationRunCompleted);
const [line] = completed.lines;
interface Labelled {
  readonly runId?: string;
  readonly month?: string;
  readonly quantities?: readonly number[];
  readonly broken?: Record<string, string>;
}

/** Puts a run's prediction file where its event says, one row with code SG2 for each quantity, and gives that event. */
async function labelled(
  { runId = completed.runId, month = '2026-10', quantities = [12, 3], broken = {} }: Labelled,
  more: Partial<typeof completed> = {},
) {
  const prefix = `production/month=${month}/run=${runId}/country=DE/scheme=weee/job/`;
  const rows = quantities.map((quantity): Prediction => ({
    ...predictionExamples.typical,
    code: 'SG2',
    quantity,
    month,
    run: runId,
  }));
  s3.objects.set(`predictions/${prefix}predictions.parquet`, await parquet(rows, broken));
  s3.objects.set(`predictions/${prefix}_SUCCESS`, Buffer.from(''));
  const lines = [{ ...line!, rows: rows.length, predictions: `s3://predictions/${prefix}` }];
  return buildEvent(classificationRunCompleted, { data: { ...more, runId, month, lines } });
}
const again = () =>
  labelled(
    { runId: 'inference-again', quantities: [20] },
    { supersedes: completed.runId, closedAt: '2026-11-02T00:00:00Z' },
  );

const report = (month = '2026-10'): MonthReport =>
  JSON.parse(s3.objects.get(`reports-bucket/reports/${month}.json`)!.toString()) as MonthReport;
const text = (month = '2026-10') => s3.objects.get(`reports-bucket/reports/${month}.md`)!.toString();
const rolledBack = (model = predictionExamples.typical.model) =>
  buildEvent(winnerRolledBack, { metadata: { time: '2026-11-03T00:00:00.000Z' }, data: { from: { model } } });

beforeEach(() => {
  s3.objects.clear();
  s3.read.length = 0;
  s3.written.length = 0;
  s3.meanwhile = () => undefined;
  logged.mockReset();
});

describe('a run that is completed', () => {
  it('becomes the report of its month', async () => {
    expect(await deliver(await labelled({}))).toEqual(allHandled);
    expect(report()).toMatchObject({
      month: '2026-10',
      runId: completed.runId,
      revision: 1,
      lines: [{ country: 'DE', scheme: 'weee', quantity: 15, codes: [{ code: 'SG2', rows: 2, quantity: 15 }] }],
    });
    expect(text()).toContain('| DE | weee | SG2 | 15 | 0.0 % |');
    expect(s3.written.sort()).toEqual([
      `figures/2026-10/${completed.runId}/1.json`,
      'reports/2026-10.json',
      'reports/2026-10.md',
    ]);
  });

  it('is read row group by row group', async () => {
    const quantities = Array.from({ length: 5000 }, (_, index) => index % 7);
    expect(await deliver(await labelled({ quantities }))).toEqual(allHandled);
    expect(report().lines).toMatchObject([{ rows: 5000, quantity: quantities.reduce((sum, each) => sum + each) }]);
    // A read of the footer, and at least one of each of the three row groups.
    expect(s3.read.filter((key) => key.endsWith('.parquet')).length).toBeGreaterThanOrEqual(4);
  });

  it('changes nothing when it is told again, and its predictions are not read again', async () => {
    const event = await labelled({});
    await deliver(event);
    s3.written.length = 0;
    s3.read.length = 0;
    expect(await deliver(event, event)).toEqual(allHandled);
    expect(s3.written).toEqual([]);
    expect(s3.read.filter((key) => key.endsWith('.parquet'))).toEqual([]);
  });

  it('changes nothing when a later revision was told of before', async () => {
    await deliver(await labelled({ quantities: [20] }, { revision: 2 }));
    s3.written.length = 0;
    expect(await deliver(await labelled({}, { revision: 1 }))).toEqual(allHandled);
    expect(s3.written).toEqual([]);
    expect(report()).toMatchObject({ revision: 2, lines: [{ quantity: 20 }] });
  });

  it('replaces the report of the run that it supersedes, and says what that changed', async () => {
    await deliver(await labelled({}), await again());
    expect(report()).toMatchObject({
      runId: 'inference-again',
      lines: [{ quantity: 20 }],
      supersedes: { runId: completed.runId, changes: [{ code: 'SG2', before: 15, now: 20 }] },
    });
    expect(text()).toContain(`## Changes against run ${completed.runId}, which this one replaces`);
  });

  it('makes the same report in whatever order the events come', async () => {
    const events = [
      await labelled({}),
      await again(),
      rolledBack(),
      await labelled({ month: '2026-09', runId: 'inference-9' }),
    ];
    await deliver(...events);
    const inOrder = text();
    const predictions = [...s3.objects].filter(([name]) => name.startsWith('predictions/'));
    s3.objects.clear();
    for (const [name, object] of predictions) s3.objects.set(name, object);
    await deliver(...events.reverse());
    expect(text()).toBe(inOrder);
  });

  it('changes what the next month is compared with', async () => {
    await deliver(await labelled({ month: '2026-11', runId: 'inference-november', quantities: [1] }));
    expect(report('2026-11')).not.toHaveProperty('lastMonth');
    await deliver(await labelled({}));
    expect(report('2026-11').lastMonth).toMatchObject({ month: '2026-10', changes: [{ before: 15, now: 1 }] });
  });
});

describe('a rollback', () => {
  it.each([
    ['after', (completion: object) => [completion, rolledBack()]],
    ['before', (completion: object) => [rolledBack(), completion]],
  ])('that is told of %s the run marks the report as in need of correction', async (_, inOrder) => {
    expect(await deliver(...inOrder(await labelled({})))).toEqual(allHandled);
    expect(report().corrections).toMatchObject([{ model: predictionExamples.typical.model, state: 'needed' }]);
    expect(text()).toContain('**To be corrected.** DE/weee');
  });

  it('of a model that labelled nothing of the month changes no report, nor does one that is told again', async () => {
    await deliver(await labelled({}));
    s3.written.length = 0;
    const event = rolledBack('another');
    expect(await deliver(event, event)).toEqual(allHandled);
    expect(s3.written).toEqual([`rollbacks/${event.detail.metadata.id}.json`]);
  });

  it('keeps no word of who made it', async () => {
    const event = rolledBack();
    await deliver(event);
    const kept = s3.objects.get(`reports-bucket/rollbacks/${event.detail.metadata.id}.json`)!.toString();
    expect(kept).not.toContain(event.detail.data.by);
  });
});

describe('what goes back to the queue', () => {
  it('is each event that is broken or of another kind, while the others are handled', async () => {
    const good = await labelled({});
    const answer = await deliver(
      buildBrokenEvent(classificationRunCompleted, { data: { month: '10/2026' } }),
      good,
      { ...good, 'detail-type': 'ClassificationRunCompleted.v2' },
      { ...good, 'detail-type': 'RunStarted.v1' },
    );
    expect(answer).toEqual({ batchItemFailures: [0, 2, 3].map((index) => ({ itemIdentifier: `message-${index}` })) });
    expect(reasons()).toEqual(['EventBroken', 'EventMajorUnknown', 'EventUnknown']);
    expect(report()).toMatchObject({ month: '2026-10' });
  });

  it.each<[string, string, Labelled]>([
    ['breaks the contract', 'ContractError', { broken: { confidence: '97.0::DOUBLE' } }],
    ['is of another run', 'ContractError', { broken: { run: "'inference-other'" } }],
    ['counts more items than can be counted exactly', 'ContractError', { broken: { quantity: '9007199254740993' } }],
  ])('is an event with a row that %s', async (_, reason, predictions) => {
    expect(await deliver(await labelled(predictions))).toEqual(handedBack);
    expect(reasons()).toEqual([reason]);
    expect(s3.written).toEqual([]);
  });

  it('is an event whose predictions are not all there, until they are', async () => {
    const event = await labelled({});
    const [name, file] = [...s3.objects].find(([each]) => each.endsWith('.parquet'))!;
    s3.objects.delete(name);
    expect(await deliver(event)).toEqual(handedBack);
    expect(reasons()).toEqual(['PredictionsIncomplete']);
    s3.objects.set(name, file);
    expect(await deliver(event)).toEqual(allHandled);
    expect(report()).toMatchObject({ month: '2026-10' });
  });

  it('is an event whose prediction file is no Parquet', async () => {
    const event = await labelled({});
    for (const name of s3.objects.keys()) s3.objects.set(name, Buffer.from('not Parquet at all'));
    expect(await deliver(event)).toEqual(handedBack);
    expect(s3.written).toEqual([]);
  });

  it('is a run of no month', async () => {
    const event = buildBrokenEvent(classificationRunCompleted, { data: { month: undefined } });
    expect(await deliver(event)).toEqual(handedBack);
    expect(reasons()).toEqual(['EventBroken']);
  });
});

describe('two invocations at a time', () => {
  it('leave a report that has what both know', async () => {
    await deliver(await labelled({}));
    const other = await again();
    // The other one writes its report between our look at the month and our write.
    const figures = s3.objects.get(`reports-bucket/figures/2026-10/${completed.runId}/1.json`)!.toString();
    s3.meanwhile = (key) => {
      if (!key.startsWith('reports/')) return;
      s3.meanwhile = () => undefined;
      const ours = { ...(JSON.parse(figures) as object), runId: 'inference-third', closedAt: '2026-11-04T00:00:00Z' };
      s3.objects.set('reports-bucket/figures/2026-10/inference-third/1.json', Buffer.from(JSON.stringify(ours)));
      for (const form of ['json', 'md'])
        s3.objects.set(`reports-bucket/reports/2026-10.${form}`, Buffer.from('theirs'));
    };
    expect(await deliver(other)).toEqual(allHandled);
    expect(report()).toMatchObject({ runId: 'inference-third' });
    expect(text()).toContain('Run inference-third');
  });

  it('give up when the others never stop, and the event comes again', async () => {
    s3.meanwhile = (key) => {
      if (key.startsWith('reports/')) s3.objects.set(`reports-bucket/${key}`, Buffer.from(String(s3.read.length)));
    };
    expect(await deliver(await labelled({}))).toEqual(handedBack);
    expect(reasons()).toEqual(['ReportContended']);
  });
});
