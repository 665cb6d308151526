import { DescribeExecutionCommand } from '@aws-sdk/client-sfn';
import { lineName, type Line } from '@regulabel/contracts/values';
import { lineOfExecution, listExecutions, type Machine } from '../runs/executions.ts';
import type { RunState } from '../runs/readRuns.ts';
import { runIdOfInput } from '../runs/runRequest.ts';
import type { Session } from '../session.ts';

/** An execution that failed, timed out or was aborted. */
export interface Unsuccessful {
  readonly machine: Machine;
  readonly executionArn: string;
  /** The line that it was for; an extraction is for all lines of its run. */
  readonly line?: Line;
}

const STATUSES = ['FAILED', 'TIMED_OUT', 'ABORTED'] as const;
const MACHINES_OF_LINES = ['training', 'inference', 'comparison'] as const;

/** The unsuccessful executions of a run, or of one of its lines: the extraction first, then as a line goes through them. */
export async function unsuccessfulOf(session: Session, { run }: RunState, only?: Line): Promise<Unsuccessful[]> {
  const lineOf = lineOfExecution({ ...run, lines: only === undefined ? run.lines : [only] });
  const ofLines = await Promise.all(
    MACHINES_OF_LINES.map(async (machine) =>
      (await unsuccessful(session, machine)).flatMap(({ name, executionArn }) => {
        const line = lineOf(name);
        return line === undefined ? [] : [{ machine, executionArn, line }];
      }),
    ),
  );
  const extractions = only === undefined ? await unsuccessful(session, 'extract') : [];
  return [
    // A duplicate's failure is nobody's: the run belongs to the execution that claimed it.
    ...extractions.flatMap(({ executionArn }) =>
      executionArn === run.executionArn ? [{ machine: 'extract' as const, executionArn }] : [],
    ),
    ...ofLines.flatMap((each) => each.sort((one, other) => lineName(one.line).localeCompare(lineName(other.line)))),
  ];
}

/** The extraction for a run that failed before it had claimed the run, the latest if there are several. */
export async function extractionThatFailedEarly(session: Session, runId: string): Promise<Unsuccessful | undefined> {
  const found = await unsuccessful(session, 'extract');
  const latestFirst = found.sort((one, other) => other.startedAt - one.startedAt);
  for (const { executionArn } of latestFirst) {
    const { input = '' } = await session.sfn.send(new DescribeExecutionCommand({ executionArn }));
    if (runIdOfInput(input) === runId) return { machine: 'extract', executionArn };
  }
  return undefined;
}

async function unsuccessful(session: Session, machine: Machine) {
  const found = await Promise.all(STATUSES.map((status) => listExecutions(session, machine, status)));
  return found.flat().map(({ name = '', executionArn = '', startDate }) => ({
    name,
    executionArn,
    startedAt: startDate?.getTime() ?? 0,
  }));
}
