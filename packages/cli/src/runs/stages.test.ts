import { ListExecutionsCommand, SFNClient } from '@aws-sdk/client-sfn';
import { describe, expect, it } from '@jest/globals';
import type { LineResult } from '@regulabel/contracts/ingest/runSummary.v1';
import type { Run } from '@regulabel/shared/tableItems';
import { mockClient } from 'aws-sdk-client-mock';
import { exampleSession } from '../session.fixture.ts';
import { exampleRun } from './run.fixture.ts';
import { readStages } from './stages.ts';

const sfn = mockClient(SFNClient);
const closed: Run = { ...exampleRun, status: 'closed' };
const weee = { country: 'DE', scheme: 'weee' };
const battery = { country: 'DE', scheme: 'battery' };

/** The trainings of these lines run. */
const training = (...schemes: string[]): void => {
  const stateMachineArn = 'arn:aws:states:eu-west-1:111122223333:stateMachine:regulabel-dev-training';
  const name = (scheme: string): string => `DE-${scheme}-${exampleRun.runId}-0123456789ab`;
  sfn.reset();
  sfn.on(ListExecutionsCommand).resolves({ executions: [] });
  sfn.on(ListExecutionsCommand, { stateMachineArn, statusFilter: 'RUNNING' }).resolves({
    executions: schemes.map((scheme) => ({ name: name(scheme) }) as never),
  });
};
const stages = async (run: Run, ...results: LineResult[]) =>
  Object.fromEntries(await readStages(exampleSession, { run, results }));

describe('readStages', () => {
  it('is the outcome of a line that has one, and else what runs for it', async () => {
    training('weee', 'battery');
    expect(await stages(exampleRun, { ...battery, outcome: 'promoted' })).toEqual({
      'DE/weee': 'training',
      'DE/battery': 'promoted',
    });
  });

  it('shows a failed line under way again while it is redriven, also in a closed run', async () => {
    training('weee');
    const results: LineResult[] = [
      { ...weee, outcome: 'failed' },
      { ...battery, outcome: 'failed' },
    ];
    expect(await stages(closed, ...results)).toEqual({ 'DE/weee': 'training', 'DE/battery': 'failed' });
  });

  it('asks for nothing that runs when every line of a closed run ended without a failure', async () => {
    training('weee');
    await stages(closed, { ...weee, outcome: 'promoted' }, { ...battery, outcome: 'empty' });
    expect(sfn.calls()).toHaveLength(0);
  });
});
