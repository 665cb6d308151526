import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { decision as decisionContract } from '@regulabel/contracts/evaluation/decision.v1';
import type { Winner } from '@regulabel/shared/tableItems';
import { modelHeld } from '@regulabel/contracts/evaluation/modelHeld.v1';
import { modelPromoted } from '@regulabel/contracts/evaluation/modelPromoted.v1';
import { modelRejected } from '@regulabel/contracts/evaluation/modelRejected.v1';
import { parseStrictly } from '@regulabel/contracts/parse';
import { context } from '@regulabel/testing/lambda';
import { loadStateMachine } from '@regulabel/testing/stateMachine';
import { rememberWalks } from '@regulabel/testing/walkedWays';
import { mockClient } from 'aws-sdk-client-mock';
import type { Evidence } from './core/comparisonExecution.ts';
import { inputFor, scoresOf, trained, winner } from './evaluation.fixture.ts';

process.env['WINNERS_TABLE'] = 'regulabel-dev-winners';
const { handler: decide } = await import('./functions/decide.ts');

const machine = rememberWalks(loadStateMachine(new URL('../state-machine.yml', import.meta.url)));
const events = { promoted: modelPromoted, rejected: modelRejected, held: modelHeld };
const s3 = mockClient(S3Client);
const scoresAre = (scores: Parameters<typeof scoresOf>[0]) =>
  s3.on(GetObjectCommand, { Bucket: 'registry' }).resolves({
    Body: { transformToString: () => Promise.resolve(JSON.stringify(scoresOf(scores))) } as never,
  });
beforeEach(() => {
  s3.reset();
  scoresAre({});
});

interface ScoreJob {
  ProcessingJobName: string;
  AppSpecification: { ContainerArguments: string[] };
  ProcessingInputs: { InputName: string; S3Input: { S3Uri: string; LocalPath: string } }[];
  ProcessingOutputConfig: { Outputs: { OutputName: string; S3Output: { S3Uri: string } }[] };
}
interface Options {
  pinned?: Winner;
  evidence?: Evidence;
  redriveCount?: number;
  jobStatus?: string;
  /** Errors of a state's first attempts. */
  fail?: Record<string, string[]>;
  /** The reason of the decision that the table has already. */
  recorded?: string;
  /** What the table answers, instead. */
  found?: unknown;
}

/** Runs the machine with the real Decide, and keeps what the other states were asked for. */
async function compare({
  pinned,
  evidence,
  redriveCount = 0,
  jobStatus = 'Completed',
  fail = {},
  recorded,
  found = recorded === undefined ? {} : { Item: { reason: { S: recorded } } },
}: Options = {}) {
  const asked: Record<string, unknown[]> = {};
  const task =
    (state: string, answer: (args: never) => unknown = () => ({})) =>
    (args: unknown) => {
      (asked[state] ??= []).push(args);
      const error = fail[state]?.shift();
      if (error !== undefined) throw Object.assign(new Error(error), { error, cause: 'because' });
      return answer(args as never);
    };
  const result = await machine.walk({
    input: inputFor(pinned, evidence),
    context: { executionName: 'DE-weee', stateMachineName: 'regulabel-dev-comparison', redriveCount },
    tasks: {
      Score: task('Score', (job: ScoreJob) => ({ ...job, ProcessingJobStatus: jobStatus })),
      Decide: task('Decide', (payload: unknown) => decide(payload, context).catch(asLambdaError)),
      Record: task('Record'),
      LookForDecision: task('LookForDecision', () => found),
      RecordHeld: task('RecordHeld'),
      Announce: task('Announce', () => ({ FailedEntryCount: 0 })),
      Notify: task('Notify'),
    },
  });
  return { ...result, asked, jobs: (asked['Score'] ?? []) as ScoreJob[] };
}

/** An error of a function as Step Functions has it. */
const asLambdaError = ({ name, message }: Error): never => {
  throw Object.assign(new Error(message), { error: name, cause: message });
};

/** The one event that was put, parsed by the contract of `outcome`. */
function announced({ asked }: Awaited<ReturnType<typeof compare>>, outcome: keyof typeof events) {
  const entries = (asked['Announce'] ?? []).flatMap((args) => (args as { Entries: unknown[] }).Entries);
  expect(entries).toHaveLength(1);
  const [entry] = entries as [{ EventBusName: string; Source: string; DetailType: string; Detail: unknown }];
  const { source, detailType, detail } = events[outcome];
  expect(entry).toMatchObject({ EventBusName: 'regulabel-dev', Source: source, DetailType: detailType });
  return parseStrictly(detail, entry.Detail, detailType);
}

const cancelled = 'DynamoDb.TransactionCanceledException';
const always = (error: string) => Array<string>(10).fill(error);

describe('the comparison state machine', () => {
  it('scores, decides, records, announces and notifies', async () => {
    const walked = await compare();
    expect(walked.status).toBe('SUCCEEDED');
    expect(walked.visited).toEqual(['IsThereEvidence', 'Score', 'Decide', 'Record', 'Announce', 'Notify']);
    const { data, metadata } = announced(walked, 'promoted');
    expect(data).toMatchObject({
      runId: trained.runId,
      reason: 'first-model',
      candidate: { model: trained.model.name },
    });
    expect(metadata.correlationId).toBe(trained.runId);
    expect(walked.asked['Notify']).toMatchObject([
      {
        TopicArn: expect.stringContaining(':regulabel-dev-mlops'),
        Subject: 'Regulabel: DE/weee promoted (first-model)',
      },
    ]);
  });

  it('records the decision that it announces', async () => {
    scoresAre({ winnerMacroF1: 0.95 });
    const walked = await compare({ pinned: winner });
    const { data } = announced(walked, 'rejected');
    const [{ TransactItems }] = walked.asked['Record'] as [{ TransactItems: { Put?: { Item: never } }[] }];
    // The permissions of the machine's role are for these.
    for (const item of TransactItems) expect(['Put', 'ConditionCheck']).toContain(Object.keys(item).join());
    const recorded = decisionContract.parse(unmarshall(TransactItems[0]!.Put!.Item));
    expect(recorded).toMatchObject({ decisionId: data.decisionId, reason: data.reason, scores: data.scores });
  });

  describe('the score job', () => {
    it('gets the labels, the predictions of both models and their names', async () => {
      scoresAre({ winnerMacroF1: 0.8 });
      const { jobs } = await compare({ pinned: winner });
      expect(jobs[0]!.ProcessingInputs.map(({ InputName, S3Input }) => [InputName, S3Input.S3Uri])).toEqual([
        ['labels', trained.data.test.labels],
        ['candidate', 's3://predictions/evaluation/candidate/'],
        ['winner', 's3://predictions/evaluation/winner/'],
      ]);
      expect(jobs[0]!.AppSpecification.ContainerArguments).toEqual([
        ...['score', '--country', 'DE', '--scheme', 'weee', '--run', trained.runId],
        ...[
          '--test-hash',
          trained.data.test.hash,
          '--candidate-model',
          trained.model.name,
          '--winner-model',
          winner.model,
        ],
      ]);
    });

    it('knows nothing of a winner for a first model', async () => {
      const { jobs } = await compare();
      expect(jobs[0]!.ProcessingInputs.map(({ InputName }) => InputName)).toEqual(['labels', 'candidate']);
      expect(jobs[0]!.AppSpecification.ContainerArguments).not.toContain('--winner-model');
    });

    it('has a name that SageMaker allows, in its output path, and another after each retry and redrive', async () => {
      const quota = { Score: Array<string>(3).fill('SageMaker.ResourceLimitExceededException') };
      const { jobs } = await compare({ fail: quota });
      const { jobs: redriven } = await compare({ redriveCount: 1 });
      const names = [...jobs, ...redriven].map(({ ProcessingJobName }) => ProcessingJobName);
      expect(new Set(names).size).toBe(5);
      for (const { ProcessingJobName, ProcessingOutputConfig } of jobs) {
        expect(ProcessingJobName).toMatch(/^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/);
        expect(ProcessingOutputConfig.Outputs[0]!.S3Output.S3Uri).toBe(`s3://registry/scores/${ProcessingJobName}`);
      }
    });

    it('leaves its report to Decide where it says it put it', async () => {
      const { jobs } = await compare();
      expect(s3.commandCalls(GetObjectCommand)[0]!.args[0].input.Key).toBe(
        `scores/${jobs[0]!.ProcessingJobName}/scores.json`,
      );
    });

    it.each([
      ['failed', { fail: { Score: ['States.TaskFailed'] } }, /because/],
      ['was stopped', { jobStatus: 'Stopped' }, /The job dev-s-\S+ ended as Stopped/],
    ])('fails the execution, in the state that a redrive begins with, when it %s', async (_case, options, cause) => {
      const walked = await compare(options);
      expect(walked).toMatchObject({ status: 'FAILED', cause: expect.stringMatching(cause) });
      expect(walked.visited.at(-1)).toBe('Score');
    });
  });

  it.each([
    ['winner-gone', 'held'],
    ['too-little-evidence', 'rejected'],
  ] as const)('records %s without scoring anything', async (reason, outcome) => {
    const walked = await compare({ pinned: winner, evidence: { kind: 'none', reason } });
    expect(walked.visited).toEqual(['IsThereEvidence', 'Decide', 'Record', 'Announce', 'Notify']);
    expect(announced(walked, outcome).data).toMatchObject({ reason, winner: { model: winner.model } });
  });

  it('fails in Decide when the report is on other models', async () => {
    scoresAre({ winnerMacroF1: 0.8 });
    const walked = await compare();
    expect(walked).toMatchObject({ status: 'FAILED', error: 'ScoresMismatch' });
    expect(walked.visited.at(-1)).toBe('Decide');
  });

  describe('when the transaction is cancelled', () => {
    it('tries again: two comparisons at the same time get in the way of each other', async () => {
      const walked = await compare({ fail: { Record: [cancelled] } });
      expect(walked.visited).not.toContain('LookForDecision');
      expect(announced(walked, 'promoted').data.reason).toBe('first-model');
    });

    it('announces the decision that an attempt with a lost answer has recorded', async () => {
      const walked = await compare({ fail: { Record: always(cancelled) }, recorded: 'first-model' });
      expect(walked.status).toBe('SUCCEEDED');
      expect(walked.visited).not.toContain('RecordHeld');
      expect(announced(walked, 'promoted').data.reason).toBe('first-model');
    });

    it('holds the candidate when the winner changed, and says so', async () => {
      scoresAre({ winnerMacroF1: 0.8 });
      const walked = await compare({ pinned: winner, fail: { Record: always(cancelled) } });
      expect(walked.visited.slice(-5)).toEqual([
        'LookForDecision',
        'WhatIsRecorded',
        'RecordHeld',
        'Announce',
        'Notify',
      ]);
      const { data } = announced(walked, 'held');
      expect(data).toMatchObject({ reason: 'winner-changed', winner: { model: winner.model } });
      const [{ Item, ConditionExpression }] = walked.asked['RecordHeld'] as [
        { Item: never; ConditionExpression: string },
      ];
      expect(decisionContract.parse(unmarshall(Item))).toMatchObject({ outcome: 'held', decisionId: data.decisionId });
      expect(ConditionExpression).toBe('attribute_not_exists(pk)');
      expect(walked.asked['Notify']).toMatchObject([{ Subject: 'Regulabel: DE/weee held (winner-changed)' }]);
    });

    it('announces the held decision that an attempt with a lost answer has recorded', async () => {
      const redriven = await compare({ fail: { Record: always(cancelled) }, recorded: 'winner-changed' });
      expect(redriven.visited).not.toContain('RecordHeld');
      expect(announced(redriven, 'held').data.reason).toBe('winner-changed');

      const again = { Record: always(cancelled), RecordHeld: ['DynamoDb.ConditionalCheckFailedException'] };
      expect(announced(await compare({ fail: again }), 'held').data.reason).toBe('winner-changed');
    });

    it('takes an empty item for none', async () => {
      const walked = await compare({ fail: { Record: always(cancelled) }, found: { Item: {} } });
      expect(walked.visited).toContain('RecordHeld');
      expect(announced(walked, 'held').data.reason).toBe('winner-changed');
    });

    it('is silent about a decision that another execution took', async () => {
      const walked = await compare({ fail: { Record: always(cancelled) }, recorded: 'better' });
      expect(walked).toMatchObject({ status: 'SUCCEEDED' });
      expect(walked.visited.at(-1)).toBe('DecidedBefore');
      expect(walked.asked['Announce']).toBeUndefined();
    });

    it('looks by the key of its own decision, consistently', async () => {
      const { asked } = await compare({ fail: { Record: always(cancelled) } });
      expect(asked['LookForDecision']).toMatchObject([
        {
          Key: { pk: { S: 'DE/weee' }, sk: { S: expect.stringMatching(/^decision#[0-9a-f]{32}$/) } },
          ConsistentRead: true,
        },
      ]);
    });
  });

  it.each([
    ['Record', 'DynamoDb.ThrottlingException'],
    ['Decide', 'Lambda.TooManyRequestsException'],
    ['Announce', 'EventBridge.FailedEntry'],
    ['Notify', 'SNS.InternalErrorException'],
    ['Score', 'SageMaker.AmazonSageMakerException'],
  ])('tries %s again after %s', async (state, error) => {
    const walked = await compare({ fail: { [state]: [error] } });
    expect(walked.status).toBe('SUCCEEDED');
    expect(walked.asked[state]).toHaveLength(2);
  });

  it.each(['LookForDecision', 'RecordHeld'])('tries %s again after a throttling', async (state) => {
    const walked = await compare({ fail: { Record: always(cancelled), [state]: ['DynamoDb.ThrottlingException'] } });
    expect(walked.status).toBe('SUCCEEDED');
    expect(walked.asked[state]).toHaveLength(2);
  });

  // The last test: it looks back on the walks of all others.
  it('was walked in every state, choice, catcher and retrier', () => {
    expect(machine.unwalked()).toEqual([]);
  });
});
