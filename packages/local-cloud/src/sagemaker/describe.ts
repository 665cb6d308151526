/** Jobs as SageMaker's API shows them. Members without a value are left out. */
import { hasEnded } from './jobs.ts';
import type { Job } from './jobs.ts';

/** What a list shows of a job. */
export function outlineJob({ kind, name, arn, status, created, modified, ...job }: Job): Record<string, unknown> {
  return withoutUndefined({
    [`${kind}JobName`]: name,
    [`${kind}JobArn`]: arn,
    [`${kind}JobStatus`]: status,
    CreationTime: created,
    LastModifiedTime: modified,
    [`${kind}EndTime`]: job.ended,
    FailureReason: job.failureReason,
  });
}

/** What Describe shows: the request as it was made, and what became of it. */
export function describeJob(job: Job): Record<string, unknown> {
  return withoutUndefined({
    ...job.request,
    Tags: undefined, // ListTags shows them
    ...outlineJob(job),
    ...(job.kind === 'HyperParameterTuning' ? {} : { [`${job.kind}StartTime`]: job.started }),
    ...(job.kind === 'Training' ? trainingMembers(job) : {}),
    ...job.details,
  });
}

function trainingMembers(job: Job): Record<string, unknown> {
  const seconds = job.started === undefined || job.ended === undefined ? undefined : Math.ceil(job.ended - job.started);
  return {
    SecondaryStatus: secondaryStatus(job),
    ModelArtifacts: { S3ModelArtifacts: '' }, // a required member, empty until there is a model
    TrainingTimeInSeconds: seconds,
    BillableTimeInSeconds: seconds,
  };
}

function secondaryStatus(job: Job): string {
  if (job.outOfTime === true) return 'MaxRuntimeExceeded';
  if (hasEnded(job) || job.status === 'Stopping') return job.status;
  return job.started === undefined ? 'Starting' : 'Training';
}

export const withoutUndefined = (members: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
