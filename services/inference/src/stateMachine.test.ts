import { describe, expect, it } from '@jest/globals';
import { inferenceCompleted } from '@regulabel/contracts/inference/inferenceCompleted.v1';
import { parseStrictly } from '@regulabel/contracts/parse';
import { loadStateMachine } from '@regulabel/testing/stateMachine';
import { rememberWalks } from '@regulabel/testing/walkedWays';
import { executionInputExample } from './executionInput.fixture.ts';

const machine = rememberWalks(loadStateMachine(new URL('../state-machine.yml', import.meta.url)));

interface ProcessingJob {
  ProcessingJobName: string;
  AppSpecification: { ContainerArguments: string[] };
  ProcessingInputs: { InputName: string; S3Input: { S3Uri: string } }[];
  ProcessingOutputConfig: { Outputs: { OutputName: string; S3Output: { S3Uri: string } }[] };
}
interface TransformJob {
  TransformJobName: string;
  ModelName: string;
  TransformInput: { DataSource: { S3DataSource: { S3Uri: string } } };
  TransformOutput: { S3OutputPath: string };
  DataProcessing: unknown;
}

/** Runs the machine against a SageMaker whose jobs end as `status` says, and keeps what it was asked for. */
async function label(
  caller: 'evaluation' | 'production',
  { status = {}, redriveCount = 0, fail = {} }: Partial<Options> = {},
) {
  const jobs: { processing: ProcessingJob[]; transform: TransformJob[] } = { processing: [], transform: [] };
  const events: { DetailType: string; Source: string; Detail: unknown }[] = [];
  const attempt = (state: string) => {
    const error = fail[state]?.shift();
    if (error !== undefined) throw Object.assign(new Error(error), { error, cause: 'because' });
  };
  const process = (state: string) => (args: unknown) => {
    const job = args as ProcessingJob;
    jobs.processing.push(job);
    attempt(state);
    return { ...job, ProcessingJobStatus: status[state] ?? 'Completed' };
  };
  const result = await machine.walk({
    input: executionInputExample(caller),
    context: { executionName: 'DE-weee', stateMachineName: 'regulabel-dev-inference', redriveCount },
    tasks: {
      Prepare: process('Prepare'),
      Transform: (args) => {
        const job = args as unknown as TransformJob;
        jobs.transform.push(job);
        attempt('Transform');
        return { ...job, TransformJobStatus: status['Transform'] ?? 'Completed' };
      },
      Collect: process('Collect'),
      AnnounceCompleted: (args) => {
        attempt('AnnounceCompleted');
        events.push(...(args as unknown as { Entries: typeof events }).Entries);
        return { FailedEntryCount: 0 };
      },
    },
  });
  return { ...result, jobs, announced: events };
}
interface Options {
  status: Record<string, string>;
  redriveCount: number;
  /** Errors of a state's first attempts. */
  fail: Record<string, string[]>;
}

const names = ({ processing, transform }: Awaited<ReturnType<typeof label>>['jobs']) => [
  ...processing.map(({ ProcessingJobName }) => ProcessingJobName),
  ...transform.map(({ TransformJobName }) => TransformJobName),
];
const outputs = ({ processing, transform }: Awaited<ReturnType<typeof label>>['jobs']) => [
  ...processing.flatMap((job) =>
    job.ProcessingOutputConfig.Outputs.map(({ S3Output }) => [job.ProcessingJobName, S3Output.S3Uri] as const),
  ),
  ...transform.map((job) => [job.TransformJobName, job.TransformOutput.S3OutputPath] as const),
];

describe('the inference state machine', () => {
  it.each([
    ['production', ['winner']],
    ['evaluation', ['candidate', 'winner']],
  ] as const)('labels with the models that %s asks for, and announces it', async (caller, roles) => {
    const { status, announced, jobs } = await label(caller);
    expect(status).toBe('SUCCEEDED');
    expect(jobs.transform).toHaveLength(roles.length);
    expect(announced).toMatchObject([{ Source: 'regulabel.inference', DetailType: 'InferenceCompleted.v1' }]);
    const { data, metadata } = parseStrictly(inferenceCompleted.detail, announced[0]!.Detail, 'detail');
    const input = executionInputExample(caller);
    expect(data).toMatchObject({ caller, runId: input.runId, month: '2026-10', rows: 100 });
    expect(data.models.map(({ role }) => role)).toEqual(roles);
    expect(data.comparison).toEqual(input.comparison);
    const predictions = jobs.processing.slice(1).map((job) => job.ProcessingOutputConfig.Outputs[0]!.S3Output.S3Uri);
    expect(data.models.map((model) => model.predictions)).toEqual(predictions.map((uri) => `${uri}/`));
    expect(metadata).toMatchObject({ correlationId: input.runId, causationId: data.executionArn });
  });

  it('gives each job what the job before wrote, as SageMaker reported it', async () => {
    const { jobs } = await label('evaluation');
    const [prepare, ...collects] = jobs.processing;
    const written = (name: string) =>
      prepare!.ProcessingOutputConfig.Outputs.find(({ OutputName }) => OutputName === name)!.S3Output.S3Uri;
    for (const { TransformInput } of jobs.transform) {
      expect(TransformInput.DataSource.S3DataSource.S3Uri).toBe(`${written('records')}/`);
    }
    expect(collects).toHaveLength(2);
    for (const { ProcessingInputs } of collects) {
      const [transformed, items] = ProcessingInputs.map(({ S3Input }) => S3Input.S3Uri);
      expect(jobs.transform.map(({ TransformOutput }) => `${TransformOutput.S3OutputPath}/`)).toContain(transformed);
      expect(items).toBe(`${written('items')}/`);
    }
  });

  it('starts the jobs with the arguments they are agreed on', async () => {
    const { jobs } = await label('production');
    expect(jobs.processing.map(({ AppSpecification }) => AppSpecification.ContainerArguments.join(' '))).toEqual([
      'prepare-inference --caller production --rows 100',
      'collect --country DE --scheme weee --caller production --month 2026-10 --run inference-20261101T040000Z ' +
        '--model dev-m-fedcba987654-0-0 --code-list 0123456789abcdef --rows 100',
    ]);
    expect(jobs.transform[0]).toMatchObject({
      ModelName: 'dev-m-fedcba987654-0-0',
      DataProcessing: {
        InputFilter: "$['source','k']",
        JoinSource: 'Input',
        OutputFilter: "$['item_id','SageMakerOutput']",
      },
    });
  });

  it('names every job as SageMaker allows, by itself, and every output after its job', async () => {
    const { jobs } = await label('evaluation');
    expect(new Set(names(jobs)).size).toBe(5);
    for (const name of names(jobs)) expect(name).toMatch(/^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/);
    for (const [name, uri] of outputs(jobs)) expect(`${uri}/`).toContain(`/${name}/`);
    for (const [, uri] of outputs(jobs)) expect(uri).toMatch(/^s3:\/\/[A-Za-z0-9._/=-]+[^/]$/);
  });

  it('uses no name of before a redrive again', async () => {
    const [before, after] = [await label('evaluation'), await label('evaluation', { redriveCount: 1 })];
    expect(names(after.jobs).filter((name) => names(before.jobs).includes(name))).toEqual([]);
  });

  it.each(['Prepare', 'Transform', 'Collect'])(
    'waits in %s while a quota is used up, with a new name each time',
    async (state) => {
      const quota = 'SageMaker.ResourceLimitExceededException';
      const { status, jobs } = await label('production', { fail: { [state]: Array<string>(20).fill(quota) } });
      expect(status).toBe('SUCCEEDED');
      expect(new Set(names(jobs)).size).toBe(names(jobs).length);
      expect(names(jobs)).toHaveLength(3 + 20);
    },
  );

  it.each(['Prepare', 'Transform', 'Collect'])(
    'tries %s again a few times after an error that SageMaker does not name, and then gives up',
    async (state) => {
      const unnamed = 'SageMaker.AmazonSageMakerException';
      const passing = await label('production', { fail: { [state]: [unnamed, 'SageMaker.SdkClientException'] } });
      expect(passing.status).toBe('SUCCEEDED');
      expect(names(passing.jobs)).toHaveLength(3 + 2);
      const lasting = await label('production', { fail: { [state]: Array<string>(100).fill(unnamed) } });
      expect(lasting).toMatchObject({ status: 'FAILED', error: unnamed });
      expect(lasting.visited.at(-1)).toBe(state);
    },
  );

  it.each(['Prepare', 'Transform', 'Collect'])(
    'fails in %s, with what the job said, when the job fails',
    async (state) => {
      const { status, error, cause, visited } = await label('production', { fail: { [state]: ['States.TaskFailed'] } });
      expect({ status, error, cause }).toEqual({ status: 'FAILED', error: 'States.TaskFailed', cause: 'because' });
      expect(visited.at(-1)).toBe(state);
    },
  );

  it.each(['Prepare', 'Transform', 'Collect'])(
    'fails in %s when the job was stopped, so that a redrive starts it again',
    async (state) => {
      const { status, cause, visited } = await label('production', { status: { [state]: 'Stopped' } });
      expect(status).toBe('FAILED');
      expect(cause).toMatch(/The job dev-\S+ ended as Stopped/);
      expect(visited.at(-1)).toBe(state);
    },
  );

  it('announces again when EventBridge did not take the event', async () => {
    const { status, announced } = await label('production', {
      fail: { AnnounceCompleted: ['EventBridge.FailedEntry'] },
    });
    expect(status).toBe('SUCCEEDED');
    expect(announced).toHaveLength(1);
  });

  // The last test: it looks back on the walks of all others.
  it('was walked in every state, choice, catcher and retrier', () => {
    expect(machine.unwalked()).toEqual([]);
  });
});
