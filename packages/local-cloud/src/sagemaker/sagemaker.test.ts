import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { BUCKET, EmbeddedServices, eventually, OTHER_ROLE, ROLE } from '../testing/embeddedServices.ts';
import { createSagemaker } from './sagemaker.ts';

/** One program for all images: what it does is in its first argument. */
const PROGRAM = `
import { createServer } from 'node:http';
import fs from 'node:fs';
import path from 'node:path';
const base = process.env.SAGEMAKER_BASE_DIR;
const at = (...parts) => path.join(base, ...parts);
const read = (...parts) => fs.readFileSync(at(...parts), 'utf8');
const write = (name, text) => { fs.mkdirSync(path.dirname(at(name)), { recursive: true }); fs.writeFileSync(at(name), text); };
const list = (folder) => fs.readdirSync(at(folder), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile()).map((entry) => path.relative(at(folder), path.join(entry.parentPath, entry.name))).sort();
const [role, ...args] = process.argv.slice(2);
const roles = {
  process() {
    if (args[0] === 'fail') { write('output/message', 'no rows'); process.exit(3); }
    if (args[0] === 'wait') return setInterval(() => {}, 1000);
    write('processing/output/report/seen.json', JSON.stringify({
      args, cwd: process.cwd() === fs.realpathSync(base), env: process.env, inputs: list('processing/input'),
      config: JSON.parse(read('config/processingjobconfig.json')), hosts: JSON.parse(read('config/resourceconfig.json')),
    }));
    write('processing/output/report/deep/er.txt', 'deep');
    write('output/message', 'all went well');
  },
  train() {
    const parameters = JSON.parse(read('input/config/hyperparameters.json'));
    console.log('starting');
    if (parameters.fail) { write('output/failure', 'too few rows'); process.exit(1); }
    if (parameters.wait) return setInterval(() => {}, 1000);
    console.log('#validation_accuracy: 0.1');
    console.log('#validation_accuracy: ' + (parameters.x ?? '0.75'));
    write('model/model.txt', JSON.stringify({ parameters, train: read('input/data/train/rows.txt'), channels: JSON.parse(read('input/config/inputdataconfig.json')) }));
  },
  serve() {
    const model = read('model/model.txt');
    createServer((request, response) => {
      if (request.url === '/ping') return response.end();
      const chunks = [];
      request.on('data', (chunk) => chunks.push(chunk)).on('end', () => {
        const lines = Buffer.concat(chunks).toString().trim().split('\\n').map((line) => JSON.parse(line));
        if (lines.some((line) => line.source === 'crash')) return response.writeHead(500).end();
        if (lines.some((line) => line.source === 'bad')) return response.writeHead(400).end('bad');
        const kept = lines.filter((line) => line.source !== 'swallow');
        const answer = kept.map((line) => JSON.stringify({ of: line, with: lines.length, trained: model.length > 0 })).join('\\n');
        setTimeout(() => response.end(answer), lines[0].source === 'slow' ? 50 : 0);
      });
    }).listen(Number(process.env.SAGEMAKER_BIND_TO_PORT), '127.0.0.1');
  },
};
roles[args[0] in roles ? args.shift() : role]();
`;

const METRICS = [{ Name: 'validation:accuracy', Regex: '#validation_accuracy: ([0-9.]+)' }];

let folder: string;
let cloud: EmbeddedServices;
let images: { image: string; command: string[]; metrics?: typeof METRICS }[];

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'images-'));
  const program = path.join(folder, 'program.mjs');
  await writeFile(program, PROGRAM);
  images = [
    { image: 'registry/process:1', command: [process.execPath, program, 'process'] },
    { image: 'registry/algorithm:1', command: [process.execPath, program, 'train'], metrics: METRICS },
    { image: 'registry/broken:1', command: [path.join(folder, 'missing')] },
  ];
});
afterAll(() => rm(folder, { recursive: true, force: true }));
afterEach(() => cloud.stop());

const start = async (slots = 2): Promise<void> => {
  cloud = await EmbeddedServices.start([(each) => createSagemaker(each, images, slots)]);
};
const api = (operation: string, input: Record<string, unknown>) => cloud.as('sagemaker', operation, input);
const ended = (kind: string, name: string) =>
  eventually(async () => {
    const job = await api(`Describe${kind}Job`, { [`${kind}JobName`]: name });
    return ['InProgress', 'Stopping'].includes(String(job[`${kind}JobStatus`])) ? undefined : job;
  });
const running = (kind: string, name: string) =>
  eventually(async () => {
    const job = await api(`Describe${kind}Job`, { [`${kind}JobName`]: name });
    return job[`${kind}StartTime`] === undefined ? undefined : job;
  });

/** A zombie that nobody has waited for yet is not alive. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    if (process.platform !== 'linux') return true;
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3) !== 'Z';
  } catch {
    return false;
  }
}

const cluster = { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 10 };
const input = (name: string, uri: string) => ({
  InputName: name,
  S3Input: { S3Uri: uri, LocalPath: `/opt/ml/processing/input/${name}`, S3DataType: 'S3Prefix', S3InputMode: 'File' },
});
const processingJob = (name: string, changes: Record<string, unknown> = {}) => ({
  ProcessingJobName: name,
  RoleArn: ROLE,
  AppSpecification: { ImageUri: 'registry/process:1' },
  ProcessingResources: { ClusterConfig: cluster },
  ...changes,
});
const withArguments = (...args: string[]) => ({
  AppSpecification: { ImageUri: 'registry/process:1', ContainerArguments: args },
});
const training = {
  RoleArn: ROLE,
  AlgorithmSpecification: { TrainingImage: 'registry/algorithm:1', TrainingInputMode: 'File' },
  InputDataConfig: [
    { ChannelName: 'train', DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: `s3://${BUCKET}/train/` } } },
  ],
  OutputDataConfig: { S3OutputPath: `s3://${BUCKET}/models` },
  ResourceConfig: cluster,
  StoppingCondition: { MaxRuntimeInSeconds: 600 },
};
const trainingJob = (name: string, parameters: Record<string, string> = {}) => ({
  TrainingJobName: name,
  HyperParameters: parameters,
  ...training,
});

describe('a processing job', () => {
  it('gives its program inputs, configuration and its role, and stores its outputs', async () => {
    await start();
    await cloud.put('in/rows/a.csv', 'a');
    await cloud.put('in/rows/deep/b.csv', 'b');
    const report = {
      S3Uri: `s3://${BUCKET}/out`,
      LocalPath: '/opt/ml/processing/output/report',
      S3UploadMode: 'EndOfJob',
    };
    const { ProcessingJobArn: arn } = await api('CreateProcessingJob', {
      ...processingJob('job'),
      ...withArguments('--month', '2026-01'),
      ProcessingInputs: [input('rows', `s3://${BUCKET}/in/rows`)],
      ProcessingOutputConfig: { Outputs: [{ OutputName: 'report', S3Output: report }] },
      Tags: [{ Key: 'run', Value: '1' }],
    });
    expect(arn).toBe('arn:aws:sagemaker:eu-west-1:111122223333:processing-job/job');

    const job = await ended('Processing', 'job');
    expect(job['FailureReason']).toBeUndefined();
    expect(job).toMatchObject({ ProcessingJobStatus: 'Completed', ExitMessage: 'all went well', RoleArn: ROLE });
    expect(job['Tags']).toBeUndefined();
    expect(await cloud.keys('out')).toEqual(['out/deep/er.txt', 'out/seen.json']);
    const seen = JSON.parse(await cloud.get('out/seen.json')) as { env: Record<string, string> };
    expect(seen).toMatchObject({
      args: ['--month', '2026-01'],
      cwd: true,
      inputs: ['rows/a.csv', 'rows/deep/b.csv'],
      config: { ProcessingJobArn: arn, ProcessingJobName: 'job' },
      hosts: { current_host: 'algo-1', hosts: ['algo-1'] },
      env: {
        PROCESSING_JOB_ARN: arn,
        AWS_REGION: 'eu-west-1',
        AWS_ENDPOINT_URL: cloud.endpoint,
        AWS_ACCESS_KEY_ID: `KEY-OF-${ROLE}`,
      },
    });
    expect(Object.keys(seen.env)).not.toContain('NODE_OPTIONS');
    expect(existsSync(path.join(cloud.stateDir, 'sagemaker', 'jobs', 'Processing', 'job'))).toBe(false);
    expect(await api('ListTags', { ResourceArn: arn })).toEqual({ Tags: [{ Key: 'run', Value: '1' }] });
  });

  it('has no credentials when it is isolated from the network', async () => {
    await start();
    const output = { S3Uri: `s3://${BUCKET}/out`, LocalPath: '/opt/ml/processing/output', S3UploadMode: 'EndOfJob' };
    await cloud.put('in/rows', 'a');
    await api('CreateProcessingJob', {
      ...processingJob('isolated'),
      ProcessingInputs: [input('rows', `s3://${BUCKET}/in/`)],
      ProcessingOutputConfig: { Outputs: [{ OutputName: 'all', S3Output: output }] },
      NetworkConfig: { EnableNetworkIsolation: true },
    });
    await ended('Processing', 'isolated');
    const { env } = JSON.parse(await cloud.get('out/report/seen.json')) as { env: Record<string, string> };
    expect(env).not.toHaveProperty('AWS_ACCESS_KEY_ID');
    expect(env).not.toHaveProperty('AWS_ENDPOINT_URL');
    expect(env).toMatchObject({ AWS_SHARED_CREDENTIALS_FILE: os.devNull, AWS_EC2_METADATA_DISABLED: 'true' });
  });

  it('fails with its exit code, keeping the message and the log', async () => {
    await start();
    await api('CreateProcessingJob', processingJob('failing', withArguments('fail')));
    expect(await ended('Processing', 'failing')).toMatchObject({
      ProcessingJobStatus: 'Failed',
      FailureReason: expect.stringMatching(/^AlgorithmError: .*exit code: 3$/) as unknown,
      ExitMessage: 'no rows',
    });
    expect(existsSync(path.join(cloud.stateDir, 'sagemaker/logs/Processing/failing.log'))).toBe(true);
  });

  it.each([
    [
      'an image that is not there',
      { AppSpecification: { ImageUri: 'registry/none:9' } },
      /^ClientError: .*registry\/none:9/,
    ],
    [
      'a command that cannot start',
      { AppSpecification: { ImageUri: 'registry/broken:1' } },
      /^ClientError: cannot start/,
    ],
    [
      'no input data',
      { ProcessingInputs: [input('rows', `s3://${BUCKET}/none/`)] },
      /^ClientError: No S3 objects found/,
    ],
    [
      'a bucket that is not there',
      { ProcessingInputs: [input('rows', 's3://no-such-bucket/x')] },
      /^ClientError: NoSuchBucket/,
    ],
  ])('fails for %s, naming it', async (_, changes, reason) => {
    await start();
    await api('CreateProcessingJob', processingJob('failing', changes));
    const job = await ended('Processing', 'failing');
    expect(job['ProcessingJobStatus']).toBe('Failed');
    expect(job['FailureReason']).toMatch(reason);
  });

  it('is stopped on request, and after MaxRuntimeInSeconds', async () => {
    await start();
    await api('CreateProcessingJob', processingJob('asked', withArguments('wait')));
    await running('Processing', 'asked');
    await api('StopProcessingJob', { ProcessingJobName: 'asked' });
    expect(await ended('Processing', 'asked')).toMatchObject({ ProcessingJobStatus: 'Stopped' });
    await expect(api('StopProcessingJob', { ProcessingJobName: 'asked' })).rejects.toThrow('in status Stopped');

    await api('CreateProcessingJob', {
      ...processingJob('late', withArguments('wait')),
      StoppingCondition: { MaxRuntimeInSeconds: 1 },
    });
    expect(await ended('Processing', 'late')).toMatchObject({ ProcessingJobStatus: 'Stopped' });
  });
});

describe('requests', () => {
  it.each([
    [
      'a name that AWS refuses',
      { ProcessingJobName: 'a_b' },
      'ValidationException',
      "Value 'a_b' at 'processingJobName'",
    ],
    [
      'a name that is too long',
      { ProcessingJobName: 'a'.repeat(64) },
      'ValidationException',
      'less than or equal to 63',
    ],
    ['a missing member', { AppSpecification: undefined }, 'ValidationException', "Value null at 'appSpecification'"],
    ['a role that does not exist', { RoleArn: `${ROLE}-gone` }, 'ValidationException', 'Could not assume role'],
    [
      'a role that does not trust it',
      { RoleArn: OTHER_ROLE },
      'ValidationException',
      "Please ensure that the role exists and allows principal 'sagemaker.amazonaws.com' to assume the role.",
    ],
    ['a member without support', { ExperimentConfig: {} }, 'NotImplemented', 'ExperimentConfig'],
    [
      'more machines than one',
      { ProcessingResources: { ClusterConfig: { ...cluster, InstanceCount: 2 } } },
      'NotImplemented',
      'InstanceCount',
    ],
    [
      'a path out of its folder',
      {
        ProcessingInputs: [
          {
            InputName: 'x',
            S3Input: { ...input('x', 's3://b/k').S3Input, LocalPath: '/opt/ml/processing/../..' },
          },
        ],
      },
      'ValidationException',
      'localPath',
    ],
  ])('are refused with %s', async (_, changes, code, message) => {
    await start();
    await expect(api('CreateProcessingJob', processingJob('job', changes))).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message) as unknown,
    });
  });

  it('find a name taken for ever, also by a job that failed', async () => {
    await start();
    await api('CreateProcessingJob', processingJob('job', withArguments('fail')));
    await ended('Processing', 'job');
    await expect(api('CreateProcessingJob', processingJob('job'))).rejects.toMatchObject({ code: 'ResourceInUse' });
  });

  it('say in each kind of job own words that there is none', async () => {
    await start();
    const missing = (kind: string) => api(`Describe${kind}Job`, { [`${kind}JobName`]: 'none' });
    await expect(missing('Processing')).rejects.toMatchObject({ code: 'ValidationException' });
    await expect(missing('Training')).rejects.toThrow('Requested resource not found.');
    await expect(missing('Transform')).rejects.toThrow('Could not find requested job with name: none');
    await expect(missing('HyperParameterTuning')).rejects.toMatchObject({ code: 'ResourceNotFound' });
    await expect(api('DescribeModel', { ModelName: 'none' })).rejects.toThrow(/^Could not find model "arn:/);
  });

  it('list jobs by status, in order, page by page', async () => {
    await start();
    for (const name of ['b', 'a', 'c']) {
      await api('CreateProcessingJob', processingJob(name, withArguments('fail')));
      await ended('Processing', name);
    }
    const names = async (request: Record<string, unknown>) => {
      const { ProcessingJobSummaries: jobs } = await api('ListProcessingJobs', request);
      return (jobs as { ProcessingJobName: string }[]).map((job) => job.ProcessingJobName).join('');
    };
    expect(await names({})).toBe('bac');
    expect(await names({ StatusEquals: 'Failed' })).toBe('bac');
    expect(await names({ StatusEquals: 'Completed' })).toBe('');
    const { NextToken } = await api('ListProcessingJobs', { MaxResults: 2 });
    expect(await names({ MaxResults: 2, NextToken })).toBe('c');
    expect(await names({ SortBy: 'Name', SortOrder: 'Descending' })).toBe('cba');
    expect(await names({ NameContains: 'a' })).toBe('a');
    const { ProcessingJobSummaries: summaries } = await api('ListProcessingJobs', { SortBy: 'Name' });
    const [a] = summaries as { CreationTime: number }[];
    expect(summaries).toMatchObject([{ ProcessingJobName: 'a', ExitMessage: 'no rows' }, {}, {}]);
    expect(await names({ CreationTimeAfter: a!.CreationTime })).toBe('c');
    expect(await names({ CreationTimeBefore: a!.CreationTime })).toBe('b');
    expect(await names({ LastModifiedTimeBefore: a!.CreationTime })).toBe('b');
    await expect(names({ SortBy: 'Size' })).rejects.toMatchObject({ code: 'ValidationException' });
  });
});

describe('a training job', () => {
  it('reads its channels, stores its model and tells its metrics', async () => {
    await start();
    await cloud.put('train/rows.txt', 'some rows');
    await api('CreateTrainingJob', trainingJob('trained', { depth: '3' }));
    expect(await ended('Training', 'trained')).toMatchObject({
      TrainingJobStatus: 'Completed',
      SecondaryStatus: 'Completed',
      ModelArtifacts: { S3ModelArtifacts: `s3://${BUCKET}/models/trained/output/model.tar.gz` },
      FinalMetricDataList: [{ MetricName: 'validation:accuracy', Value: 0.75 }],
      HyperParameters: { depth: '3' },
    });
    expect(await cloud.keys('models')).toEqual(['models/trained/output/model.tar.gz']);
    expect(await readFile(path.join(cloud.stateDir, 'sagemaker/logs/Training/trained.log'), 'utf8')).toMatch(
      /^starting/,
    );
  });

  it("fails with the algorithm's own words", async () => {
    await start();
    await cloud.put('train/rows.txt', 'some rows');
    await api('CreateTrainingJob', trainingJob('failing', { fail: 'yes' }));
    expect(await ended('Training', 'failing')).toMatchObject({
      TrainingJobStatus: 'Failed',
      FailureReason: 'AlgorithmError: too few rows, exit code: 1',
    });
  });

  it('starts again from its beginning after its server was stopped in the middle', async () => {
    await start();
    await cloud.put('train/rows.txt', 'some rows');
    await api('CreateTrainingJob', trainingJob('long', { wait: 'yes' }));
    await running('Training', 'long');
    await cloud.close();
    cloud = await EmbeddedServices.start([(each) => createSagemaker(each, images, 1)], cloud.stateDir);
    const again = await eventually(async () => {
      const job = await api('DescribeTrainingJob', { TrainingJobName: 'long' });
      return job['SecondaryStatus'] === 'Training' ? job : undefined;
    });
    expect(again['TrainingJobStatus']).toBe('InProgress');
    await api('StopTrainingJob', { TrainingJobName: 'long' });
    expect(await ended('Training', 'long')).toMatchObject({ TrainingJobStatus: 'Stopped', SecondaryStatus: 'Stopped' });
  });

  it('goes when its server is killed', async () => {
    const { pid, server, stateDir } = await serverWithJob();
    server.kill('SIGKILL');
    await eventually(() => (isAlive(pid) ? undefined : true));
    cloud = await EmbeddedServices.start([], stateDir);
  });

  it('is killed at the next start when all that could have ended it was killed too', async () => {
    const { pid, server, stateDir } = await serverWithJob();
    const launcher = parentOf(pid);
    process.kill(launcher, 'SIGSTOP');
    server.kill('SIGKILL');
    await once(server, 'exit');
    process.kill(launcher, 'SIGKILL');
    expect(isAlive(pid)).toBe(true);

    cloud = await EmbeddedServices.start([(each) => createSagemaker(each, images, 1)], stateDir);
    await eventually(() => (isAlive(pid) ? undefined : true));
    const restarted = await eventually(() => {
      const job = cloud.store.collection<{ child?: { pid: number } }>('sagemaker/training-job').get('long');
      return job?.child?.pid === pid ? undefined : job?.child?.pid;
    });
    expect(isAlive(restarted)).toBe(true);
    await api('StopTrainingJob', { TrainingJobName: 'long' });
    await ended('Training', 'long');
    expect(isAlive(restarted)).toBe(false);
  });
});

/** A server of its own process, in the middle of a job of this pid. */
async function serverWithJob() {
  await start();
  const { stateDir } = cloud;
  await cloud.close();
  const program = path.join(import.meta.dirname, '..', 'testing', 'trainForever.ts');
  const args = ['--disable-warning=ExperimentalWarning', program, stateDir, JSON.stringify(images)];
  const server = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'], env: {} });
  const pid = Number(((await once(server.stdout, 'data')) as [Buffer])[0].toString());
  return { pid, server, stateDir };
}

const parentOf = (pid: number): number =>
  Number(execFileSync('ps', ['-o', 'ppid=', '-p', String(pid)], { encoding: 'utf8' }));

const range = { Name: 'x', MinValue: '0.1', MaxValue: '0.9' };
const tuningJob = (name: string, changes: Record<string, unknown> = {}, parameters: Record<string, string> = {}) => ({
  HyperParameterTuningJobName: name,
  HyperParameterTuningJobConfig: {
    Strategy: 'Random',
    HyperParameterTuningJobObjective: { Type: 'Maximize', MetricName: 'validation:accuracy' },
    ResourceLimits: { MaxNumberOfTrainingJobs: 4, MaxParallelTrainingJobs: 2 },
    ParameterRanges: { ContinuousParameterRanges: [range] },
    RandomSeed: 7,
    ...changes,
  },
  TrainingJobDefinition: { ...training, StaticHyperParameters: { mode: 'supervised', ...parameters } },
});

interface Summary {
  TrainingJobName: string;
  TunedHyperParameters: { x: string };
  FinalHyperParameterTuningJobObjectiveMetric?: { Value: number };
}

describe('a tuning job', () => {
  const trialsOf = async (name: string, request: Record<string, unknown> = {}) => {
    const answer = await api('ListTrainingJobsForHyperParameterTuningJob', {
      HyperParameterTuningJobName: name,
      ...request,
    });
    return answer['TrainingJobSummaries'] as Summary[];
  };

  it('runs its trials, the same for the same seed, and names the best', async () => {
    await start();
    await cloud.put('train/rows.txt', 'some rows');
    const Tags = [{ Key: 'line', Value: 'one' }];
    await api('CreateHyperParameterTuningJob', { ...tuningJob('one'), Tags });
    await api('CreateHyperParameterTuningJob', tuningJob('two'));
    const job = await ended('HyperParameterTuning', 'one');
    await ended('HyperParameterTuning', 'two');
    const [trials, others] = [await trialsOf('one'), await trialsOf('two')];
    expect(trials.map((trial) => trial.TrainingJobName)).toEqual(
      [1, 2, 3, 4].map((n) => expect.stringMatching(new RegExp(`^one-00${n}-[0-9a-f]{8}$`)) as unknown),
    );
    const values = trials.map((trial) => trial.TunedHyperParameters.x);
    expect(new Set(values).size).toBe(4);
    expect(others.map((trial) => trial.TunedHyperParameters.x)).toEqual(values);

    const best = Math.max(...values.map(Number));
    const order = { SortBy: 'FinalObjectiveMetricValue', SortOrder: 'Descending', MaxResults: 1 };
    expect((await trialsOf('one', order)).map((trial) => Number(trial.TunedHyperParameters.x))).toEqual([best]);
    expect(job).toMatchObject({
      HyperParameterTuningJobStatus: 'Completed',
      TrainingJobStatusCounters: { Completed: 4, InProgress: 0, NonRetryableError: 0, Stopped: 0 },
      ObjectiveStatusCounters: { Succeeded: 4, Pending: 0, Failed: 0 },
      BestTrainingJob: {
        TunedHyperParameters: { x: String(best) },
        FinalHyperParameterTuningJobObjectiveMetric: { MetricName: 'validation:accuracy', Value: best },
        ObjectiveStatus: 'Succeeded',
      },
    });
    expect(await trialsOf('one', { StatusEquals: 'Completed', MaxResults: 1 })).toEqual(trials.slice(0, 1));
    const trial = await api('DescribeTrainingJob', { TrainingJobName: trials[0]?.TrainingJobName });
    expect(trial).toMatchObject({
      TuningJobArn: job['HyperParameterTuningJobArn'],
      HyperParameters: { mode: 'supervised', _tuning_objective_metric: 'validation:accuracy', x: values[0] },
    });
    const { TrainingJobArn: ResourceArn } = trial;
    expect(await api('ListTags', { ResourceArn })).toEqual({ Tags });
  });

  it('gives up after five failures without a success', async () => {
    await start();
    await cloud.put('train/rows.txt', 'some rows');
    const limits = { ResourceLimits: { MaxNumberOfTrainingJobs: 9, MaxParallelTrainingJobs: 1 } };
    await api('CreateHyperParameterTuningJob', tuningJob('vain', limits, { fail: 'yes' }));
    expect(await ended('HyperParameterTuning', 'vain')).toMatchObject({
      HyperParameterTuningJobStatus: 'Failed',
      FailureReason: expect.stringContaining('No training job succeeded after 5 attempts') as unknown,
      TrainingJobStatusCounters: { NonRetryableError: 5 },
    });
  });

  it('stops its trials when it is stopped', async () => {
    await start();
    await cloud.put('train/rows.txt', 'some rows');
    await api('CreateHyperParameterTuningJob', tuningJob('long', {}, { wait: 'yes' }));
    await eventually(async () => ((await trialsOf('long')).length === 2 ? true : undefined));
    await api('StopHyperParameterTuningJob', { HyperParameterTuningJobName: 'long' });
    expect(await ended('HyperParameterTuning', 'long')).toMatchObject({
      HyperParameterTuningJobStatus: 'Stopped',
      TrainingJobStatusCounters: { Stopped: 2, InProgress: 0 },
    });
  });

  it('goes on after its server was stopped, keeping the trials that have ended', async () => {
    await start(1);
    await cloud.put('train/rows.txt', 'some rows');
    await api('CreateHyperParameterTuningJob', tuningJob('job'));
    const first = await eventually(async () =>
      (await trialsOf('job')).find((trial) => trial.FinalHyperParameterTuningJobObjectiveMetric !== undefined),
    );
    await cloud.close();
    cloud = await EmbeddedServices.start([(each) => createSagemaker(each, images, 1)], cloud.stateDir);
    expect(await ended('HyperParameterTuning', 'job')).toMatchObject({ TrainingJobStatusCounters: { Completed: 4 } });
    expect(await trialsOf('job')).toContainEqual(first);
  });

  it.each([
    [
      'a metric that the algorithm does not have',
      { HyperParameterTuningJobObjective: { Type: 'Maximize', MetricName: 'no' } },
      'ValidationException',
    ],
    [
      'a range upside down',
      { ParameterRanges: { IntegerParameterRanges: [{ ...range, MinValue: '3', MaxValue: '2' }] } },
      'ValidationException',
    ],
    ['another strategy', { Strategy: 'Bayesian' }, 'NotImplemented'],
    ['early stopping', { TrainingJobEarlyStoppingType: 'Auto' }, 'NotImplemented'],
  ])('is refused with %s', async (_, changes, code) => {
    await start();
    await expect(api('CreateHyperParameterTuningJob', tuningJob('job', changes))).rejects.toMatchObject({ code });
  });

  it('may have a name of 32 characters, not more', async () => {
    await start();
    await expect(api('CreateHyperParameterTuningJob', tuningJob('a'.repeat(33)))).rejects.toThrow(
      'less than or equal to 32',
    );
  });
});

describe('a transform job', () => {
  const model = (name = 'model') => ({
    ModelName: name,
    ExecutionRoleArn: ROLE,
    PrimaryContainer: {
      Image: 'registry/algorithm:1',
      ModelDataUrl: `s3://${BUCKET}/models/trained/output/model.tar.gz`,
    },
  });
  const transformJob = (name: string, changes: Record<string, unknown> = {}) => ({
    TransformJobName: name,
    ModelName: 'model',
    MaxPayloadInMB: 1,
    BatchStrategy: 'MultiRecord',
    TransformInput: {
      ContentType: 'application/jsonlines',
      SplitType: 'Line',
      DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: `s3://${BUCKET}/items/` } },
    },
    TransformOutput: { S3OutputPath: `s3://${BUCKET}/answers`, Accept: 'application/jsonlines', AssembleWith: 'Line' },
    TransformResources: { InstanceType: 'ml.m5.large', InstanceCount: 1 },
    DataProcessing: {
      InputFilter: "$['source','k']",
      JoinSource: 'Input',
      OutputFilter: "$['id','SageMakerOutput']",
    },
    ...changes,
  });
  const item = (id: number, source = 'text') => JSON.stringify({ id, source, k: 2, secret: 'x' });
  const startWithModel = async () => {
    await start();
    await cloud.put('train/rows.txt', 'some rows');
    await api('CreateTrainingJob', trainingJob('trained'));
    await ended('Training', 'trained');
    await api('CreateModel', model());
  };

  it('answers every record in order, below the same relative keys', async () => {
    await startWithModel();
    const long = 'y'.repeat(2000);
    const many = Array.from({ length: 2000 }, (_, id) => item(id, id % 700 === 0 ? 'slow' : long));
    await cloud.put('items/a.jsonl', many.join('\n'));
    await cloud.put('items/deep/b.jsonl', `${item(1)}\n${item(2)}\n`);
    await api('CreateTransformJob', transformJob('job'));
    expect(await ended('Transform', 'job')).toMatchObject({ TransformJobStatus: 'Completed', ModelName: 'model' });
    expect(await cloud.keys('answers')).toEqual(['answers/a.jsonl.out', 'answers/deep/b.jsonl.out']);
    const answers = (await cloud.get('answers/a.jsonl.out')).trim().split('\n');
    const parsed = answers.map((line) => JSON.parse(line) as { id: number; SageMakerOutput: { with: number } });
    expect(parsed.map(({ id }) => id)).toEqual(many.map((_, id) => id));
    expect(Math.max(...parsed.map((each) => each.SageMakerOutput.with))).toBeLessThan(600);
    expect(await cloud.get('answers/deep/b.jsonl.out')).toBe(
      [1, 2]
        .map(
          (id) =>
            `${JSON.stringify({ id, SageMakerOutput: { of: { source: 'text', k: 2 }, with: 2, trained: true } })}\n`,
        )
        .join(''),
    );
  });

  it.each([
    [
      'the model answers fewer records than it was asked',
      item(1, 'swallow'),
      /^ClientError: .*items\/a.jsonl.* 1 records to 2/,
    ],
    ['the model refuses a request', item(1, 'bad'), /^ClientError: .*400/],
    ['the model breaks', item(1, 'crash'), /^AlgorithmError: .*500/],
    ['a record is no JSON', 'no json', /^ClientError: .*record 1 of the input is no JSON/],
    ['a record lacks what the filter takes', '{"id":1}', /^ClientError: .*the filter/],
    ['a record is larger than the payload', item(1, 'z'.repeat(2 ** 20)), /^ClientError: .*MaxPayloadInMB/],
  ])('fails when %s, and stores nothing', async (_, line, reason) => {
    await startWithModel();
    await cloud.put('items/a.jsonl', `${line}\n${item(2)}`);
    await api('CreateTransformJob', transformJob('job'));
    const job = await ended('Transform', 'job');
    expect(job['FailureReason']).toMatch(reason);
    expect(await cloud.keys('answers')).toEqual([]);
  });

  it('needs a model, and a model its artifact', async () => {
    await startWithModel();
    await expect(api('CreateTransformJob', transformJob('job', { ModelName: 'none' }))).rejects.toThrow(
      'Could not find model',
    );
    await expect(api('CreateModel', model())).rejects.toThrow('Cannot create already existing model');
    const container = { ...model().PrimaryContainer, ModelDataUrl: `s3://${BUCKET}/none.tar.gz` };
    await expect(api('CreateModel', { ...model('other'), PrimaryContainer: container })).rejects.toThrow(
      'Could not access model data',
    );
    expect((await api('ListModels', {}))['Models']).toMatchObject([{ ModelName: 'model' }]);
  });

  it('fails when the model archive is none', async () => {
    await startWithModel();
    await cloud.put('models/trained/output/model.tar.gz', 'no archive');
    await cloud.put('items/a.jsonl', item(1));
    await api('CreateTransformJob', transformJob('job'));
    expect((await ended('Transform', 'job'))['FailureReason']).toMatch(/^ClientError: .*no model archive/);
  });

  it('refuses a filter that it does not understand', async () => {
    await startWithModel();
    const job = transformJob('job', { DataProcessing: { InputFilter: '$[1:]' } });
    await expect(api('CreateTransformJob', job)).rejects.toMatchObject({ code: 'ValidationException' });
  });
});
