/** A tuning job: its trials are training jobs, as many at once as it allows and the runner has room for. */
import { createHash } from 'node:crypto';
import { AwsError } from '../aws.ts';
import type { JobImage } from './bench.ts';
import { hasEnded, JobFailure, type Details, type Job, type JobBook } from './jobs.ts';
import type { Runner } from './runner.ts';
import { checkRanges, sample } from './sampling.ts';
import type { Requests } from './shapes.ts';

type TuningJob = Job<'HyperParameterTuning'>;
type Trial = Job<'Training'>;

/** With so many failures and no success SageMaker gives up (its FailureReason says so). */
const ATTEMPTS = 5;

/** Throws `ValidationException` for what SageMaker would refuse beyond the request's shape. */
export function checkTuning(request: Requests['HyperParameterTuning'], images: readonly JobImage[]): void {
  const { HyperParameterTuningJobConfig: config, TrainingJobDefinition: definition } = request;
  checkRanges(config.ParameterRanges, Object.keys(definition.StaticHyperParameters ?? {}));
  const { TrainingImage: uri } = definition.AlgorithmSpecification;
  const image = images.find((each) => each.image === uri);
  const { MetricName: metric } = config.HyperParameterTuningJobObjective;
  if (image === undefined || image.metrics?.some(({ Name }) => Name === metric) === true) return;
  throw new AwsError(
    'ValidationException',
    `The objective metric for the hyperparameter tuning job, [${metric}], isn't valid for the [${uri}] algorithm. ` +
      'Choose a valid objective metric.',
  );
}

/** Goes on with the search from where its trials are. */
export async function search(
  job: TuningJob,
  signal: AbortSignal,
  { book, runner }: { book: JobBook; runner: Runner },
): Promise<Details> {
  const goesOn = (): boolean => {
    const ended = trialsOf(job, book).filter(hasEnded);
    return !signal.aborted && (ended.length < ATTEMPTS || scored(job, ended).length > 0);
  };
  const queue = plan(job).values();
  const lane = async () => {
    for (const { name, hyperParameters } of queue) {
      if (!goesOn()) return;
      const trial =
        book.get('Training', name) ??
        book.create('Training', name, trialRequest(job, name, hyperParameters), { TuningJobArn: job.arn });
      if (!hasEnded(trial)) await runner.start(trial);
    }
  };
  const { MaxParallelTrainingJobs: parallel } = job.request.HyperParameterTuningJobConfig.ResourceLimits;
  await Promise.all(Array.from({ length: parallel }, lane));
  signal.throwIfAborted();
  const trials = trialsOf(job, book);
  if (scored(job, trials).length > 0) return {};
  throw new JobFailure(
    `No training job succeeded after ${trials.length} attempts. For additional details, please take a look at the ` +
      'training job failures by listing training jobs for the hyperparameter tuning job.',
  );
}

/** The trials so far, in order. */
export const trialsOf = (job: TuningJob, book: JobBook): Trial[] =>
  plan(job).flatMap(({ name }) => book.get('Training', name) ?? []);

/** Every trial that the job may come to, the same at every call. */
function plan({ name, arn, created, request }: TuningJob) {
  const { ResourceLimits, ParameterRanges, RandomSeed } = request.HyperParameterTuningJobConfig;
  return Array.from({ length: ResourceLimits.MaxNumberOfTrainingJobs }, (_, index) => {
    const number = index + 1;
    const digest = createHash('sha256').update(`${arn} ${created} ${number}`).digest('hex').slice(0, 8);
    return {
      name: `${name}-${String(number).padStart(3, '0')}-${digest}`,
      hyperParameters: sample(ParameterRanges, RandomSeed ?? created, number),
    };
  });
}

function trialRequest(job: TuningJob, name: string, tuned: Record<string, string>): Requests['Training'] {
  const { StaticHyperParameters, ...members } = describedDefinition(job.request);
  // A tuning job's tags are those of its training jobs too:
  // https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateHyperParameterTuningJob.html
  return {
    ...members,
    Tags: job.request.Tags,
    TrainingJobName: name,
    HyperParameters: { ...StaticHyperParameters, ...tuned },
  };
}

/** The definition with the static hyperparameter that SageMaker itself adds. */
function describedDefinition(request: Requests['HyperParameterTuning']) {
  const { TrainingJobDefinition: definition, HyperParameterTuningJobConfig: config } = request;
  const objective = { _tuning_objective_metric: config.HyperParameterTuningJobObjective.MetricName };
  return { ...definition, StaticHyperParameters: { ...definition.StaticHyperParameters, ...objective } };
}

/** The value that a trial is judged by; undefined until it has completed with one. */
export function objectiveOf(job: TuningJob, trial: Trial): number | undefined {
  if (trial.status !== 'Completed') return undefined;
  const { MetricName: name } = job.request.HyperParameterTuningJobConfig.HyperParameterTuningJobObjective;
  const metrics = trial.details['FinalMetricDataList'] as { MetricName: string; Value: number }[];
  return metrics.find(({ MetricName }) => MetricName === name)?.Value;
}

const scored = (job: TuningJob, trials: readonly Trial[]): { trial: Trial; value: number }[] =>
  trials.flatMap((trial) => {
    const value = objectiveOf(job, trial);
    return value === undefined ? [] : [{ trial, value }];
  });

/** What Describe shows of a tuning job besides its request and times. */
export function describeSearch(job: TuningJob, trials: readonly Trial[]): Details {
  const count = (...statuses: Job['status'][]) => trials.filter(({ status }) => statuses.includes(status)).length;
  const Succeeded = scored(job, trials).length;
  const Pending = trials.filter((trial) => !hasEnded(trial)).length;
  const best = bestOf(job, trials);
  return {
    TrainingJobDefinition: describedDefinition(job.request),
    TrainingJobStatusCounters: {
      Completed: count('Completed'),
      InProgress: count('InProgress', 'Stopping'),
      RetryableError: 0,
      NonRetryableError: count('Failed'),
      Stopped: count('Stopped'),
    },
    ObjectiveStatusCounters: { Succeeded, Pending, Failed: trials.length - Succeeded - Pending },
    BestTrainingJob: best === undefined ? undefined : summarizeTrial(job, best),
  };
}

/** Of several trials with the best value the first. */
function bestOf(job: TuningJob, trials: readonly Trial[]): Trial | undefined {
  const { Type } = job.request.HyperParameterTuningJobConfig.HyperParameterTuningJobObjective;
  const sign = Type === 'Maximize' ? -1 : 1;
  return scored(job, trials).sort((one, other) => sign * (one.value - other.value))[0]?.trial;
}

/** A `HyperParameterTrainingJobSummary`. */
export function summarizeTrial(job: TuningJob, trial: Trial): Details {
  const { HyperParameterTuningJobObjective, ParameterRanges } = job.request.HyperParameterTuningJobConfig;
  const tuned = Object.keys(sample(ParameterRanges, 0, 0));
  const values = Object.entries(trial.request.HyperParameters ?? {}).filter(([name]) => tuned.includes(name));
  const Value = objectiveOf(job, trial);
  const ended = Value === undefined ? 'Failed' : 'Succeeded';
  return {
    TrainingJobName: trial.name,
    TrainingJobArn: trial.arn,
    TuningJobName: job.name,
    CreationTime: trial.created,
    TrainingStartTime: trial.started,
    TrainingEndTime: trial.ended,
    TrainingJobStatus: trial.status,
    TunedHyperParameters: Object.fromEntries(values),
    FailureReason: trial.failureReason,
    ObjectiveStatus: hasEnded(trial) ? ended : 'Pending',
    FinalHyperParameterTuningJobObjectiveMetric:
      Value === undefined ? undefined : { ...HyperParameterTuningJobObjective, Value },
  };
}
