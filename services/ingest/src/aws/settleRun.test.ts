import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { classificationRunCompleted } from '@regulabel/contracts/ingest/classificationRunCompleted.v1';
import type { LineResult, Outcome } from '@regulabel/contracts/ingest/runSummary.v1';
import { trainingRunCompleted } from '@regulabel/contracts/ingest/trainingRunCompleted.v1';
import { parseStrictly } from '@regulabel/contracts/parse';
import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import fc from 'fast-check';
import { standing } from '../core/standing.ts';
import { exampleRun } from '../testing/exampleRun.ts';
import { MemoryRuns } from '../testing/memoryRuns.ts';
import { settleRun, type Settlement } from './settleRun.ts';

const eventBridge = mockClient(EventBridgeClient);
const { runId } = exampleRun;

beforeEach(() => {
  eventBridge.reset();
  eventBridge.on(PutEventsCommand).resolves({ FailedEntryCount: 0, Entries: [{ EventId: 'x' }] });
});

const settlement = (runs: MemoryRuns): Settlement & { runs: MemoryRuns } => ({
  runs,
  events: new EventBridgeClient({}),
  bus: 'bus',
  now: () => new Date('2026-11-01T04:00:00Z'),
});

/** The completions on the bus, in order: event id and data. */
const emitted = (contract: typeof trainingRunCompleted | typeof classificationRunCompleted = trainingRunCompleted) =>
  eventBridge.commandCalls(PutEventsCommand).map(({ args }) => {
    const { DetailType, Detail } = args[0].input.Entries?.[0] ?? {};
    expect(DetailType).toBe(contract.detailType);
    const { metadata, data } = parseStrictly(contract.detail, JSON.parse(Detail ?? ''), 'the event');
    return { id: metadata.id, data };
  });

const record = async (runs: MemoryRuns, line: number, outcome: Outcome, at = '2026-11-01T03:00:00Z') => {
  const { country, scheme } = exampleRun.lines[line]!;
  const result: LineResult = { country, scheme, outcome };
  await runs.record(runId, result, standing(outcome, at, String(line)));
};
const recordAll = (runs: MemoryRuns) => Promise.all([0, 1, 2].map((line) => record(runs, line, 'promoted')));

describe('settleRun', () => {
  it('waits for the last line', async () => {
    const runs = new MemoryRuns(exampleRun);
    await record(runs, 0, 'promoted');
    await settleRun(settlement(runs), runId);
    expect(runs.runs.get(runId)).toMatchObject({ status: 'running', revision: 0 });
    expect(emitted()).toEqual([]);
  });

  it('closes and announces a run with its last line, once', async () => {
    const runs = new MemoryRuns(exampleRun);
    await recordAll(runs);
    await settleRun(settlement(runs), runId);
    await settleRun(settlement(runs), runId);
    expect(emitted()).toMatchObject([{ data: { runId, revision: 1, lines: [{ outcome: 'promoted' }, {}, {}] } }]);
    expect(runs.runs.get(runId)).toMatchObject({ status: 'closed', revision: 1, announced: 1 });
  });

  it('announces a run once, when two handlers close it at the same time', async () => {
    const runs = new MemoryRuns(exampleRun);
    await recordAll(runs);
    await Promise.all([settleRun(settlement(runs), runId), settleRun(settlement(runs), runId)]);
    expect(emitted()).toHaveLength(1);
    expect(runs.runs.get(runId)).toMatchObject({ revision: 1, announced: 1 });
  });

  it('announces inference as a classification', async () => {
    const run = { ...exampleRun, purpose: 'inference' as const, month: '2026-10' };
    const runs = new MemoryRuns(run);
    await recordAll(runs);
    await settleRun(settlement(runs), runId);
    expect(emitted(classificationRunCompleted)).toMatchObject([{ data: { month: '2026-10' } }]);
  });

  it('announces a changed line as another revision', async () => {
    const runs = new MemoryRuns(exampleRun);
    await Promise.all([0, 1].map((line) => record(runs, line, 'promoted')));
    await record(runs, 2, 'failed');
    await settleRun(settlement(runs), runId);
    await record(runs, 2, 'rejected');
    await settleRun(settlement(runs), runId);
    const [first, second] = emitted();
    expect([first?.data.lines[2]?.outcome, second?.data.lines[2]?.outcome]).toEqual(['failed', 'rejected']);
    expect([first?.data.revision, second?.data.revision]).toEqual([1, 2]);
    expect(second?.id).not.toBe(first?.id);
  });

  it('says word for word the same after a crash between closing and announcing', async () => {
    const runs = new MemoryRuns(exampleRun);
    await recordAll(runs);
    const crash = jest.spyOn(runs, 'announced').mockRejectedValueOnce(new Error('killed'));
    await expect(settleRun(settlement(runs), runId)).rejects.toThrow('killed');
    await record(runs, 0, 'rejected', '2026-11-01T09:00:00Z');
    await settleRun(settlement(runs), runId);
    crash.mockRestore();
    const [first, again, changed] = emitted();
    expect(again).toEqual(first);
    expect(changed?.data).toMatchObject({ revision: 2, lines: [{ outcome: 'rejected' }, {}, {}] });
    expect(emitted()).toHaveLength(3);
  });

  it('announces what the bus did not accept when it is settled again', async () => {
    const runs = new MemoryRuns(exampleRun);
    await recordAll(runs);
    eventBridge
      .on(PutEventsCommand)
      .resolvesOnce({ FailedEntryCount: 1, Entries: [{ ErrorCode: 'ThrottlingException' }] })
      .resolves({ FailedEntryCount: 0 });
    await expect(settleRun(settlement(runs), runId)).rejects.toMatchObject({ name: 'EventNotAccepted' });
    expect(runs.runs.get(runId)).toMatchObject({ status: 'closed', announced: 0 });
    await settleRun(settlement(runs), runId);
    expect(runs.runs.get(runId)).toMatchObject({ announced: 1 });
  });

  it('gives up, by name, when others revise the run all the time', async () => {
    const runs = new MemoryRuns(exampleRun);
    await recordAll(runs);
    jest.spyOn(runs, 'complete').mockResolvedValue(false);
    await expect(settleRun(settlement(runs), runId)).rejects.toMatchObject({ name: 'RunContended' });
  });

  it('loses no close and gives no revision two contents, however handlers interleave', async () => {
    const events = fc.array(
      fc.record({
        line: fc.nat(2),
        outcome: fc.constantFrom<Outcome>('promoted', 'rejected', 'held', 'failed', 'skipped'),
        hour: fc.nat(9),
        delay: fc.nat(5),
      }),
      { minLength: 1, maxLength: 8 },
    );
    await fc.assert(
      fc.asyncProperty(events, async (given) => {
        eventBridge.resetHistory();
        const runs = new MemoryRuns(exampleRun);
        const all = [
          ...given,
          ...[0, 1, 2].map((line) => ({ line, outcome: 'failed' as const, hour: 0, delay: line })),
        ];
        await Promise.all(
          all.map(async ({ line, outcome, hour, delay }) => {
            for (let turn = 0; turn < delay; turn += 1) await new Promise((resolve) => setImmediate(resolve));
            await record(runs, line, outcome, `2026-11-01T0${hour}:00:00Z`);
            await settleRun(settlement(runs), runId);
          }),
        );
        const byRevision = Map.groupBy(emitted(), ({ data }) => data.revision);
        for (const [, same] of byRevision) expect(new Set(same.map((each) => JSON.stringify(each))).size).toBe(1);
        const { revision, announced } = runs.runs.get(runId)!;
        expect([...byRevision.keys()].sort()).toEqual(Array.from({ length: revision }, (_, index) => index + 1));
        expect(announced).toBe(revision);
        const results = new Map(
          (await runs.results(runId)).map((each) => [`${each.country}${each.scheme}`, each.outcome]),
        );
        const last = byRevision.get(revision)?.[0]?.data.lines ?? [];
        expect(last.map(({ outcome }) => outcome)).toEqual(
          exampleRun.lines.map(({ country, scheme }) => results.get(`${country}${scheme}`)),
        );
      }),
      { numRuns: 60 },
    );
  });
});
