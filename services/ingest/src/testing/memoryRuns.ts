import type { LineResult, RunSummary } from '@regulabel/contracts/ingest/runSummary.v1';
import type { Run } from '@regulabel/shared/tableItems';
import { lineName } from '@regulabel/contracts/values';
import { RegulabelError } from '@regulabel/shared/errors';
import type { RunsTable } from '../aws/runsTable.ts';

/** The runs table with its promises kept in memory; every operation lets others go first, as the network does. */
export class MemoryRuns implements Pick<
  RunsTable,
  'find' | 'get' | 'results' | 'record' | 'completion' | 'complete' | 'announced' | 'ofPurpose'
> {
  readonly runs = new Map<string, Run>();
  readonly #results = new Map<string, { result: LineResult; standing: string }>();
  readonly #completions = new Map<string, RunSummary>();

  constructor(...runs: readonly Run[]) {
    for (const run of runs) this.runs.set(run.runId, run);
  }

  async find(runId: string): Promise<Run | undefined> {
    await turn();
    return this.runs.get(runId);
  }

  async get(runId: string): Promise<Run> {
    const run = await this.find(runId);
    if (run) return run;
    throw new RegulabelError('RunUnknown', runId);
  }

  async results(runId: string): Promise<LineResult[]> {
    await turn();
    return [...this.#results].flatMap(([key, { result }]) => (key.startsWith(`${runId}/`) ? [result] : []));
  }

  async record(runId: string, result: LineResult, standing: string): Promise<void> {
    await turn();
    const key = `${runId}/${lineName(result)}`;
    if ((this.#results.get(key)?.standing ?? '') < standing) this.#results.set(key, { result, standing });
  }

  async completion(runId: string, revision: number): Promise<RunSummary | undefined> {
    await turn();
    return this.#completions.get(`${runId}#${revision}`);
  }

  async complete(completion: RunSummary): Promise<boolean> {
    await turn();
    const { runId, revision, closedAt } = completion;
    const run = this.runs.get(runId);
    if (run?.revision !== revision - 1) return false;
    this.runs.set(runId, { ...run, status: 'closed', closedAt, revision });
    this.#completions.set(`${runId}#${revision}`, completion);
    return true;
  }

  async announced(runId: string, revision: number): Promise<void> {
    await turn();
    const run = this.runs.get(runId);
    if (run && run.announced < revision) this.runs.set(runId, { ...run, announced: revision });
  }

  async ofPurpose(purpose: Run['purpose']): Promise<Run[]> {
    await turn();
    return [...this.runs.values()].filter((run) => run.purpose === purpose);
  }
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
