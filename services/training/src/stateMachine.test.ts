import type { PrepareTrainingMessage } from '@regulabel/shared/jobs/prepareTraining';
import { modelTrained, type TrainedModel } from '@regulabel/contracts/training/modelTrained.v1';
import { trainingSkipped } from '@regulabel/contracts/training/trainingSkipped.v1';
import { parseStrictly } from '@regulabel/contracts/parse';
import { loadStateMachine } from '@regulabel/testing/stateMachine';
import { rememberWalks } from '@regulabel/testing/walkedWays';
import { describe, expect, it, jest } from '@jest/globals';
import { trainingExecution, type TrainingExecutionInput } from './core/trainingExecution.ts';
import { exampleCatalogue, exampleDecision, exampleManifest } from './testing/examples.ts';

const machine = rememberWalks(loadStateMachine(new URL('../state-machine.yml', import.meta.url)));

type Tasks = NonNullable<Parameters<typeof machine.walk>[0]['tasks']>;
type Task = Tasks[string];
interface Processing {
  ProcessingJobName: string;
  ProcessingOutputConfig: { Outputs: { OutputName: string; S3Output: { S3Uri: string } }[] };
}
interface Tuning {
  HyperParameterTuningJobName: string;
  HyperParameterTuningJobConfig: object;
  TrainingJobDefinition: { OutputDataConfig: object; InputDataConfig: object[] };
}

const settings = exampleCatalogue.countries['DE']!.schemes['weee']!;
const inputOf = (
  change: Partial<TrainingExecutionInput> = {},
  algorithms = settings.algorithms,
): TrainingExecutionInput => ({
  ...trainingExecution(
    exampleManifest,
    { scheme: 'weee', settings: { ...settings, algorithms } },
    { stage: 'dev', region: 'eu-west-1', modelsBucket: 'models', jobImage: 'jobs@sha256:1', decisions: [] },
  ),
  ...change,
});

const message: PrepareTrainingMessage = {
  outcome: 'ready',
  explanation: '1000 usable rows of 6 codes',
  dataHash: exampleDecision.candidate.data.hash,
  codeListHash: exampleDecision.candidate.data.codeListHash,
  testHash: '0'.repeat(64),
  rows: { train: 800, validation: 100, test: 100 },
};
const best: Omit<TrainedModel, 'name'> = {
  algorithm: 'blazingtext',
  image: 'image',
  artifact: 's3://models/models/x/output/model.tar.gz',
  hyperparameters: { mode: 'supervised', epochs: '15' },
  trainingJob: 'dev-t-0-0-0-001-abcdef01',
  tuningJob: 'dev-t-0-0-0',
  objective: { metric: 'validation:accuracy', value: 0.91 },
};

/** As `.sync` answers: the job's description. */
const prepared =
  (said: Partial<PrepareTrainingMessage> = {}, ProcessingJobStatus = 'Completed'): Task =>
  (args) => ({ ...(args as object), ProcessingJobStatus, ExitMessage: JSON.stringify({ ...message, ...said }) });
const tuned =
  (HyperParameterTuningJobStatus = 'Completed'): Task =>
  (args) => ({ ...(args as object), HyperParameterTuningJobStatus });
const putEvents: Task = () => ({ FailedEntryCount: 0, Entries: [{ EventId: 'x' }] });
const happy: Tasks = {
  Prepare: prepared(),
  TuneAlgorithm: tuned(),
  ChooseBest: () => best,
  CreateModel: (args) => ({
    ModelArn: `arn:aws:sagemaker:eu-west-1:111122223333:model/${(args as { ModelName: string }).ModelName}`,
  }),
  AnnounceModel: putEvents,
  AnnounceSkipped: putEvents,
};

const failing =
  (error: string, times: number, then: Task): Task =>
  (args, attempt) => {
    if (attempt <= times) throw Object.assign(new Error(), { error, cause: 'why' });
    return then(args, attempt);
  };

/** Walks, and gives what each Task was called with. */
async function train(tasks: Tasks = {}, input: TrainingExecutionInput = inputOf(), redriveCount = 0) {
  const spies = Object.fromEntries(Object.entries({ ...happy, ...tasks }).map(([name, task]) => [name, jest.fn(task)]));
  const walked = await machine.walk({ input, tasks: spies, context: { redriveCount } });
  const called = <Arguments>(name: string) => (spies[name]?.mock.calls ?? []).map(([args]) => args as Arguments);
  const entry = (name: string) =>
    called<{ Entries: { DetailType: string; Source: string; EventBusName: string; Detail: unknown }[] }>(name)[0]
      ?.Entries[0];
  return { ...walked, called, entry };
}

describe('the training state machine', () => {
  it('prepares, tunes, chooses, creates the model and announces it', async () => {
    const { status, visited, entry } = await train();
    expect(status).toBe('SUCCEEDED');
    expect(visited).toEqual([
      'Prepare',
      'IsThereSomethingToTrain',
      'Tune',
      'TuneAlgorithm',
      'ChooseBest',
      'CreateModel',
      'AnnounceModel',
    ]);
    expect(entry('AnnounceModel')).toMatchObject({
      EventBusName: 'regulabel-dev',
      Source: modelTrained.source,
      DetailType: modelTrained.detailType,
    });
    const input = inputOf();
    const { metadata, data } = parseStrictly(modelTrained.detail, entry('AnnounceModel')?.Detail, 'ModelTrained');
    expect(metadata).toMatchObject({
      correlationId: input.runId,
      schemaVersion: modelTrained.schemaVersion,
      producer: modelTrained.producer,
    });
    const folder = `${input.output.prepared}${input.jobs.prepare}-0-0`;
    expect(data).toMatchObject({
      country: 'DE',
      scheme: 'weee',
      model: { ...best, name: `${input.jobs.model}-0-0` },
      data: {
        hash: message.dataHash,
        jobImage: 'jobs@sha256:1',
        catalogue: exampleManifest.catalogue,
        rows: message.rows,
        test: { features: `${folder}/test/`, labels: `${folder}/labels/`, hash: message.testHash },
        report: `${folder}/report/`,
      },
    });
  });

  it('tells the job what to prepare, in the words of its command line', async () => {
    const { called } = await train();
    expect(called('Prepare')[0]).toMatchObject({
      AppSpecification: {
        ImageUri: 'jobs@sha256:1',
        ContainerArguments: [
          'prepare-training',
          ...['--country', 'DE', '--scheme', 'weee', '--as-of', '2026-11-01', '--rows', '1200', '--minimum-rows', '20'],
        ],
      },
      ProcessingInputs: [
        { InputName: 'dataset', S3Input: { S3Uri: exampleManifest.uri } },
        { InputName: 'catalogue', S3Input: { S3Uri: exampleManifest.catalogue.uri } },
      ],
      Tags: [
        { Key: 'run', Value: 'training-20261101T020000Z' },
        { Key: 'line', Value: 'DE/weee' },
        { Key: 'regulabel', Value: 'dev' },
      ],
    });
  });

  it('trains on train and validation, never on test, and searches as the catalogue says', async () => {
    const { called } = await train();
    const [tuning] = called<Tuning>('TuneAlgorithm');
    const input = inputOf();
    const folder = `${input.output.prepared}${input.jobs.prepare}-0-0`;
    expect(tuning?.TrainingJobDefinition.InputDataConfig).toMatchObject([
      { ChannelName: 'train', DataSource: { S3DataSource: { S3Uri: `${folder}/train/` } } },
      { ChannelName: 'validation', DataSource: { S3DataSource: { S3Uri: `${folder}/validation/` } } },
    ]);
    expect(JSON.stringify(tuning)).not.toContain('/test');
    expect(tuning?.HyperParameterTuningJobConfig).toMatchObject({
      Strategy: 'Random',
      RandomSeed: input.algorithms[0]?.seed,
      HyperParameterTuningJobObjective: { Type: 'Maximize', MetricName: 'validation:accuracy' },
      ResourceLimits: { MaxNumberOfTrainingJobs: 4, MaxParallelTrainingJobs: 4 },
      ParameterRanges: input.algorithms[0]?.parameterRanges,
    });
    expect(tuning?.TrainingJobDefinition).toMatchObject({ StaticHyperParameters: input.algorithms[0]?.static });
  });

  it('tunes every algorithm of the line by itself and chooses among all', async () => {
    const two = [...settings.algorithms, ...settings.algorithms];
    const input = inputOf({}, two);
    const { called, visited } = await train({}, input);
    expect(visited.filter((state) => state === 'TuneAlgorithm')).toHaveLength(2);
    const names = input.algorithms.map(({ job }) => `${job}-0-0`);
    expect(
      called<Tuning>('TuneAlgorithm')
        .map((each) => each.HyperParameterTuningJobName)
        .sort(),
    ).toEqual([...names].sort());
    expect(called('ChooseBest')).toEqual([
      {
        tuned: names.map((tuningJob, index) => ({
          tuningJob,
          algorithm: 'blazingtext',
          image: input.algorithms[index]?.image,
        })),
      },
    ]);
  });

  it.each(['empty', 'untrainable'] as const)('skips a line that is %s, in the words of the job', async (outcome) => {
    const { visited, entry } = await train({ Prepare: prepared({ outcome, explanation: '3 usable rows' }) });
    expect(visited).toEqual(['Prepare', 'IsThereSomethingToTrain', 'AnnounceSkipped']);
    expect(
      parseStrictly(trainingSkipped.detail, entry('AnnounceSkipped')?.Detail, 'TrainingSkipped').data,
    ).toMatchObject({
      reason: outcome,
      explanation: '3 usable rows',
    });
  });

  const last = {
    decisionId: 'd1',
    dataHash: message.dataHash,
    codeListHash: message.codeListHash,
    jobImage: 'jobs@sha256:1',
  };

  it('skips what is unchanged since the last decision', async () => {
    const { visited, entry } = await train({}, inputOf({ last }));
    expect(visited.at(-1)).toBe('AnnounceSkipped');
    expect(
      parseStrictly(trainingSkipped.detail, entry('AnnounceSkipped')?.Detail, 'TrainingSkipped').data,
    ).toMatchObject({
      reason: 'unchanged',
      explanation: 'the same rows, codes and job image as at decision d1',
    });
  });

  it.each([
    ['rows', { dataHash: '1'.repeat(64) }],
    ['codes', { codeListHash: '1'.repeat(64) }],
    ['job image', { jobImage: 'jobs@sha256:0' }],
  ])('trains again with other %s', async (_what, change) => {
    const { visited } = await train({}, inputOf({ last: { ...last, ...change } }));
    expect(visited.at(-1)).toBe('AnnounceModel');
  });

  it.each(['Prepare', 'TuneAlgorithm', 'CreateModel'])('waits for a quota or a throttle before %s', async (state) => {
    for (const error of ['SageMaker.ResourceLimitExceededException', 'SageMaker.ThrottlingException']) {
      const { status } = await train({ [state]: failing(error, 60, happy[state]!) });
      expect(status).toBe('SUCCEEDED');
    }
  });

  it.each(['Prepare', 'TuneAlgorithm', 'CreateModel'])(
    'tries %s again a few times for an error without a name',
    async (state) => {
      const error = 'SageMaker.AmazonSageMakerException';
      expect((await train({ [state]: failing(error, 3, happy[state]!) })).status).toBe('SUCCEEDED');
      expect(await train({ [state]: failing(error, 999, happy[state]!) })).toMatchObject({ status: 'FAILED', error });
    },
  );

  it('gives every attempt, after a retry or a redrive, names and outputs of its own, and goes on with what it got', async () => {
    const quota = 'SageMaker.ResourceLimitExceededException';
    const tasks = Object.fromEntries(
      ['Prepare', 'TuneAlgorithm', 'CreateModel'].map((state) => [state, failing(quota, 1, happy[state]!)]),
    );
    const input = inputOf();
    const { called, entry } = await train(tasks, input, 2);
    const prepare = called<Processing>('Prepare');
    expect(prepare.map((each) => each.ProcessingJobName)).toEqual([
      `${input.jobs.prepare}-2-0`,
      `${input.jobs.prepare}-2-1`,
    ]);
    for (const { ProcessingJobName, ProcessingOutputConfig } of prepare) {
      expect(ProcessingOutputConfig.Outputs.map(({ S3Output }) => S3Output.S3Uri)).toEqual(
        ['train', 'validation', 'test', 'labels', 'report'].map(
          (name) => `${input.output.prepared}${ProcessingJobName}/${name}`,
        ),
      );
    }
    const [, tuning] = called<Tuning>('TuneAlgorithm');
    expect(tuning?.HyperParameterTuningJobName).toBe(`${input.algorithms[0]?.job ?? ''}-2-1`);
    expect(tuning?.TrainingJobDefinition.OutputDataConfig).toMatchObject({
      S3OutputPath: `${input.output.models}${input.algorithms[0]?.job ?? ''}-2-1`,
    });
    const { data } = parseStrictly(modelTrained.detail, entry('AnnounceModel')?.Detail, 'ModelTrained');
    expect(data.model.name).toBe(`${input.jobs.model}-2-1`);
    expect(data.data.test.features).toBe(`${input.output.prepared}${input.jobs.prepare}-2-1/test/`);
  });

  it('takes a stopped job for a failure of the state that a redrive has to start at', async () => {
    const stopped = await train({ Prepare: prepared({}, 'Stopped') });
    expect(stopped).toMatchObject({ status: 'FAILED', cause: expect.stringContaining('ended as Stopped') });
    expect(stopped.visited.at(-1)).toBe('Prepare');
    const halted = await train({ TuneAlgorithm: tuned('Stopped') });
    expect(halted).toMatchObject({ status: 'FAILED', cause: expect.stringContaining('ended as Stopped') });
    expect(halted.visited.at(-1)).toBe('TuneAlgorithm');
  });

  it.each(['ChooseBest', 'AnnounceModel', 'AnnounceSkipped'])('tries %s again after a bad moment', async (state) => {
    const error = state === 'ChooseBest' ? 'ThrottlingException' : 'EventBridge.FailedEntry';
    const skipped = state === 'AnnounceSkipped' ? { Prepare: prepared({ outcome: 'empty' }) } : {};
    const { status } = await train({ ...skipped, [state]: failing(error, 3, happy[state]!) });
    expect(status).toBe('SUCCEEDED');
  });

  it.each([
    ['Prepare', 'States.TaskFailed'],
    ['TuneAlgorithm', 'States.TaskFailed'],
    ['ChooseBest', 'NoTrialSucceeded'],
    ['CreateModel', 'SageMaker.ResourceNotFoundException'],
  ])('fails where %s fails for good, uncaught, so that a redrive starts there', async (state, error) => {
    const walked = await train({ [state]: failing(error, 999, happy[state]!) });
    expect(walked).toMatchObject({ status: 'FAILED', error, cause: 'why' });
    expect(walked.visited.at(-1)).toBe(state);
  });

  // The last test: it looks back on the walks of all others.
  it('was walked in every state, choice, catcher and retrier', () => {
    expect(machine.unwalked()).toEqual([]);
  });
});
