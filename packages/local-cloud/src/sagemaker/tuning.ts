import { createHash } from 'node:crypto';
import { AwsError } from '../aws.ts';
import { hasEnded, now } from './jobs.ts';
import type { Job, JobBook } from './jobs.ts';
import type { JobImage, Runner } from './runner.ts';
import { checkRanges, sample } from './sampling.ts';
import type { Requests } from './shapes.ts';
import { metricsOf } from './training.ts';

type TuningJob = Job<'HyperParameterTuning'>;

/** With so many failures and no success SageMaker gives up (its FailureReason says so). */
const ATTEMPTS = 5;

interface Trial {
  readonly name: string;
  readonly hyperParameters: Readonly<Record<string, string>>;
}

/** A tuning job: its trials are training jobs, as many at once as it allows and the runner has room for. */
export class Tuner {
  readonly #book: JobBook;
  readonly #runner: Runner;
  readonly #images: readonly JobImage[];
  readonly #searches = new Map<string, Promise<void>>();

  constructor(book: JobBook, runner: Runner, images: readonly JobImage[]) {
    this.#book = book;
    this.#runner = runner;
    this.#images = images;
  }

  /** Throws `ValidationException` for what SageMaker would refuse beyond the request's shape. */
  check({
    HyperParameterTuningJobConfig: config,
    TrainingJobDefinition: definition,
  }: Requests['HyperParameterTuning']): void {
    checkRanges(config.ParameterRanges ?? {}, Object.keys(definition.StaticHyperParameters ?? {}));
    const { TrainingImage: image, MetricDefinitions } = definition.AlgorithmSpecification;
    const known = this.#images.find((each) => each.image === image);
    const { MetricName: metric } = config.HyperParameterTuningJobObjective;
    if (known === undefined || metricsOf(known, MetricDefinitions).some(({ Name }) => Name === metric)) return;
    throw new AwsError(
      'ValidationException',
      `The objective metric for the hyperparameter tuning job, [${metric}], isn't valid for the [${image}] algorithm. ` +
        'Choose a valid objective metric.',
    );
  }

  /** Goes on with the search from where its trials are. */
  start(job: TuningJob): void {
    const search = this.#search(job).finally(() => this.#searches.delete(job.arn));
    this.#searches.set(job.arn, search);
  }

  stop(job: TuningJob): void {
    if (hasEnded(job)) return;
    this.#book.update(job, { status: 'Stopping', modified: now() });
    for (const trial of this.trials(job)) this.#runner.stop(trial);
  }

  /** Resolves when no search is under way any more; the runner has been closed before. */
  async close(): Promise<void> {
    await Promise.all(this.#searches.values());
  }

  /** The trials so far, in order. */
  trials(job: TuningJob): Job<'Training'>[] {
    return plan(job).flatMap(({ name }) => this.#book.get('Training', name) ?? []);
  }

  async #search(job: TuningJob): Promise<void> {
    const { MaxParallelTrainingJobs: parallel } = job.request.HyperParameterTuningJobConfig.ResourceLimits;
    const queue = plan(job).values();
    const lane = async () => {
      for (const trial of queue) {
        if (this.#goesOn(job)) await this.#run(job, trial);
      }
    };
    await Promise.all(Array.from({ length: parallel }, lane));
    if (!this.#runner.closed) this.#conclude(job);
  }

  #goesOn(job: TuningJob): boolean {
    if (this.#runner.closed || this.#book.get('HyperParameterTuning', job.name)?.status === 'Stopping') return false;
    const ended = this.trials(job).filter(hasEnded);
    return ended.length < ATTEMPTS || ended.some((trial) => objectiveOf(job, trial) !== undefined);
  }

  async #run(job: TuningJob, { name, hyperParameters }: Trial): Promise<void> {
    const trial =
      this.#book.get('Training', name) ??
      this.#book.create('Training', name, trialRequest(job, name, hyperParameters), { TuningJobArn: job.arn });
    if (!hasEnded(trial)) await this.#runner.start(trial, job.arn);
  }

  #conclude(job: TuningJob): void {
    const trials = this.trials(job);
    const ended = { ended: now(), modified: now() };
    if (this.#book.get('HyperParameterTuning', job.name)?.status === 'Stopping') {
      this.#book.update(job, { ...ended, status: 'Stopped' });
    } else if (trials.some((trial) => objectiveOf(job, trial) !== undefined)) {
      this.#book.update(job, { ...ended, status: 'Completed' });
    } else {
      const failureReason =
        `No training job succeeded after ${trials.length} attempts. For additional details, please take a look at the ` +
        'training job failures by listing training jobs for the hyperparameter tuning job.';
      this.#book.update(job, { ...ended, status: 'Failed', failureReason });
    }
  }
}

/** Every trial that the job may come to, the same at every call. */
function plan(job: TuningJob): Trial[] {
  const { HyperParameterTuningJobConfig: config } = job.request;
  const seed = config.RandomSeed ?? Number.parseInt(digest(job, 'seed'), 16);
  return Array.from({ length: config.ResourceLimits.MaxNumberOfTrainingJobs }, (_, index) => ({
    name: `${job.name}-${String(index + 1).padStart(3, '0')}-${digest(job, String(index + 1))}`,
    hyperParameters: sample(config.ParameterRanges ?? {}, seed, index + 1),
  }));
}

const digest = (job: TuningJob, what: string): string =>
  createHash('sha256').update(`${job.arn} ${job.created} ${what}`).digest('hex').slice(0, 8);

function trialRequest(job: TuningJob, name: string, tuned: Trial['hyperParameters']): Requests['Training'] {
  const { StaticHyperParameters, ...members } = describedDefinition(job.request);
  return { ...members, TrainingJobName: name, HyperParameters: { ...StaticHyperParameters, ...tuned } };
}

/** The definition with the static hyperparameter that SageMaker itself adds. */
function describedDefinition(request: Requests['HyperParameterTuning']) {
  const { TrainingJobDefinition: definition, HyperParameterTuningJobConfig: config } = request;
  const objective = { _tuning_objective_metric: config.HyperParameterTuningJobObjective.MetricName };
  return { ...definition, StaticHyperParameters: { ...definition.StaticHyperParameters, ...objective } };
}

/** The value that a trial is judged by; undefined until it has completed with one. */
export function objectiveOf(job: TuningJob, trial: Job<'Training'>): number | undefined {
  if (trial.status !== 'Completed') return undefined;
  const { MetricName: name } = job.request.HyperParameterTuningJobConfig.HyperParameterTuningJobObjective;
  const metrics = (trial.details['FinalMetricDataList'] ?? []) as { MetricName: string; Value: number }[];
  return metrics.find(({ MetricName }) => MetricName === name)?.Value;
}

/** What Describe shows of a tuning job besides its request and times. */
export function describeSearch(job: TuningJob, trials: readonly Job<'Training'>[]): Record<string, unknown> {
  const count = (...statuses: Job['status'][]) => trials.filter(({ status }) => statuses.includes(status)).length;
  const scored = trials.filter((trial) => objectiveOf(job, trial) !== undefined);
  const pending = trials.filter((trial) => !hasEnded(trial)).length;
  const best = bestOf(job, scored);
  return {
    TrainingJobDefinition: describedDefinition(job.request),
    TrainingJobStatusCounters: {
      Completed: count('Completed'),
      InProgress: count('InProgress', 'Stopping'),
      RetryableError: 0,
      NonRetryableError: count('Failed'),
      Stopped: count('Stopped'),
    },
    ObjectiveStatusCounters: {
      Succeeded: scored.length,
      Pending: pending,
      Failed: trials.length - scored.length - pending,
    },
    ...(best === undefined ? {} : { BestTrainingJob: summarizeTrial(job, best) }),
  };
}

function bestOf(job: TuningJob, scored: readonly Job<'Training'>[]): Job<'Training'> | undefined {
  const sign = job.request.HyperParameterTuningJobConfig.HyperParameterTuningJobObjective.Type === 'Maximize' ? 1 : -1;
  const score = (trial: Job<'Training'>) => sign * (objectiveOf(job, trial) ?? Number.NaN);
  const top = Math.max(...scored.map(score));
  return scored.find((trial) => score(trial) === top);
}

/** A `HyperParameterTrainingJobSummary`. */
export function summarizeTrial(job: TuningJob, trial: Job<'Training'>): Record<string, unknown> {
  const { HyperParameterTuningJobObjective: objective, ParameterRanges: ranges = {} } =
    job.request.HyperParameterTuningJobConfig;
  const tuned = Object.keys(sample(ranges, 0, 0));
  const values = Object.entries(trial.request.HyperParameters ?? {}).filter(([name]) => tuned.includes(name));
  const value = objectiveOf(job, trial);
  const ended = value === undefined ? 'Failed' : 'Succeeded';
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
    ...(value === undefined ? {} : { FinalHyperParameterTuningJobObjectiveMetric: { ...objective, Value: value } }),
  };
}
