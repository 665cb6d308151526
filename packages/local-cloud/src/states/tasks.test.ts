import { describe, expect, it, jest } from '@jest/globals';
import { AwsError, type Cloud, type Input } from '../aws.ts';
import type { Json } from '../asl/definition.ts';
import type { Attempt } from '../asl/frame.ts';
import type { Execution, TaskCall } from '../asl/run.ts';
import { Store } from '../store.ts';
import { doTask, stopOf } from './tasks.ts';

const execution = {
  id: 'arn:aws:states:eu-west-1:111122223333:execution:machine:one',
  name: 'one',
  roleArn: 'arn:aws:iam::111122223333:role/machine',
  machine: { id: 'arn:aws:states:eu-west-1:111122223333:stateMachine:machine', name: 'machine' },
} as Execution;

type Answer = (operation: string, input: Input) => Record<string, unknown>;

/** A cloud that answers with `answer`, and what was called. */
function cloudOf(answer: Answer) {
  const calls: { service: string; operation: string; input: Input; caller: string }[] = [];
  const call: Cloud['call'] = (service, operation, input, { arn }) => {
    calls.push({ service, operation, input, caller: arn });
    return Promise.resolve().then(() => answer(operation, input));
  };
  return { calls, cloud: { call, store: new Store(':memory:') } as Cloud };
}

const attemptOf = (resource: string, args: Json, more: Partial<Attempt> = {}): Attempt => ({
  id: '0:2:0:0',
  state: 'A',
  resource,
  arguments: args,
  ...more,
});

function perform(cloud: Cloud, attempt: Attempt, more: Partial<TaskCall> = {}, signal = new AbortController().signal) {
  return doTask(cloud, { execution, attempt, resumed: false, submitted: () => undefined, ...more }, signal);
}

describe('lambda:invoke', () => {
  const attempt = attemptOf('arn:aws:states:::lambda:invoke', { FunctionName: 'f', Payload: { a: 1 } });

  it('calls as the role of the machine, and answers with the parsed payload', async () => {
    const { cloud, calls } = cloudOf(() => ({
      StatusCode: 200,
      ExecutedVersion: '$LATEST',
      Payload: Buffer.from('{"b":2}'),
    }));
    await expect(perform(cloud, attempt)).resolves.toMatchObject({
      StatusCode: 200,
      ExecutedVersion: '$LATEST',
      Payload: { b: 2 },
    });
    expect(calls).toEqual([
      {
        service: 'lambda',
        operation: 'Invoke',
        input: { FunctionName: 'f', Payload: '{"a":1}' },
        caller: 'arn:aws:sts::111122223333:assumed-role/machine/one',
      },
    ]);
  });

  it('fails with the type of the error that the function threw, its JSON being the cause', async () => {
    const thrown = '{"errorType":"NotYet","errorMessage":"later"}';
    const { cloud } = cloudOf(() => ({ StatusCode: 200, FunctionError: 'Unhandled', Payload: thrown }));
    await expect(perform(cloud, attempt)).rejects.toMatchObject({ error: 'NotYet', message: thrown });
  });

  it('by the ARN of the function gives the payload alone', async () => {
    const { cloud } = cloudOf(() => ({ Payload: '[1]' }));
    const arn = 'arn:aws:lambda:eu-west-1:111122223333:function:f';
    await expect(perform(cloud, attemptOf(arn, { a: 1 }))).resolves.toEqual([1]);
  });
});

describe('events:putEvents', () => {
  const attempt = attemptOf('arn:aws:states:::events:putEvents', { Entries: [{ Source: 's', Detail: { a: 1 } }] });

  it('sends the detail as text, with the execution among the resources', async () => {
    const { cloud, calls } = cloudOf(() => ({ FailedEntryCount: 0, Entries: [{ EventId: 'e' }] }));
    await expect(perform(cloud, attempt)).resolves.toMatchObject({ FailedEntryCount: 0 });
    expect(calls[0]!.input).toEqual({
      Entries: [{ Source: 's', Detail: '{"a":1}', Resources: [execution.id, execution.machine.id] }],
    });
  });

  it('fails when an entry failed', async () => {
    const { cloud } = cloudOf(() => ({ FailedEntryCount: 1, Entries: [{ ErrorCode: 'X' }] }));
    await expect(perform(cloud, attempt)).rejects.toMatchObject({ error: 'EventBridge.FailedEntry' });
  });
});

describe('The name of an error', () => {
  it.each([
    ['sns:publish', 'ValidationException', 'SNS.AmazonSNSException'],
    ['lambda:invoke', 'AccessDeniedException', 'Lambda.AWSLambdaException'],
    ['sagemaker:createModel', 'ResourceLimitExceeded', 'SageMaker.ResourceLimitExceededException'],
    ['aws-sdk:dynamodb:putItem', 'ConditionalCheckFailedException', 'DynamoDb.ConditionalCheckFailedException'],
    ['aws-sdk:dynamodb:putItem', 'AccessDeniedException', 'DynamoDb.DynamoDbException'],
    ['aws-sdk:ssm:getParameter', 'ParameterNotFound', 'Ssm.ParameterNotFoundException'],
    ['aws-sdk:redshiftdata:executeStatement', 'ValidationException', 'RedshiftData.ValidationException'],
  ])('of %s for %s is %s', async (resource, code, name) => {
    const { cloud } = cloudOf(() => {
      throw new AwsError(code, 'no');
    });
    await expect(perform(cloud, attemptOf(`arn:aws:states:::${resource}`, {}))).rejects.toMatchObject({ error: name });
  });
});

describe('aws-sdk integrations', () => {
  it('answer with times as text', async () => {
    const { cloud, calls } = cloudOf(() => ({ Status: 'STARTED', CreatedAt: 0 }));
    const attempt = attemptOf('arn:aws:states:::aws-sdk:redshiftdata:describeStatement', { Id: 'i' });
    await expect(perform(cloud, attempt)).resolves.toEqual({
      Status: 'STARTED',
      CreatedAt: '1970-01-01T00:00:00.000Z',
    });
    expect(calls[0]).toMatchObject({ service: 'redshift-data', operation: 'DescribeStatement', input: { Id: 'i' } });
  });
});

describe('A SageMaker job', () => {
  const resource = 'arn:aws:states:::sagemaker:createProcessingJob.sync';
  const attempt = attemptOf(resource, { ProcessingJobName: 'job' });
  const statuses =
    (...seen: string[]): Answer =>
    (operation) =>
      operation === 'CreateProcessingJob'
        ? { ProcessingJobArn: 'arn' }
        : { ProcessingJobName: 'job', ProcessingJobStatus: seen.shift() ?? 'InProgress', CreationTime: 1.5 };

  it('is created, marked, and awaited; its description is the result', async () => {
    const { cloud, calls } = cloudOf(statuses('InProgress', 'Completed'));
    const submitted = jest.fn();
    const result = perform(cloud, attempt, { submitted });
    await new Promise(setImmediate);
    expect(calls).toHaveLength(2);
    cloud.store.collection('sagemaker/processing-job').put('job', {});
    await expect(result).resolves.toEqual({
      ProcessingJobName: 'job',
      ProcessingJobStatus: 'Completed',
      CreationTime: 1500,
    });
    expect(submitted).toHaveBeenCalledTimes(1);
    expect(calls.map(({ operation }) => operation)).toEqual([
      'CreateProcessingJob',
      'DescribeProcessingJob',
      'DescribeProcessingJob',
    ]);
    expect(calls[0]!.input['Tags']).toEqual([{ Key: 'MANAGED_BY_AWS', Value: 'STARTED_BY_STEP_FUNCTIONS' }]);
  });

  it.each(['Failed', 'Stopped'])('that is %s fails the task, its description being the cause', async (status) => {
    const { cloud } = cloudOf(statuses(status));
    await expect(perform(cloud, attempt)).rejects.toMatchObject({
      error: 'States.TaskFailed',
      message: expect.stringContaining(`"ProcessingJobStatus":"${status}"`),
    });
  });

  it('whose name is taken fails, unless this very attempt may have created it', async () => {
    const taken = (): Answer => {
      const later = statuses('Completed');
      return (operation, input) => {
        if (operation === 'CreateProcessingJob') throw new AwsError('ResourceInUse', 'taken');
        return later(operation, input);
      };
    };
    await expect(perform(cloudOf(taken()).cloud, attempt)).rejects.toMatchObject({
      error: 'SageMaker.ResourceInUseException',
    });
    await expect(perform(cloudOf(taken()).cloud, attempt, { resumed: true })).resolves.toMatchObject({
      ProcessingJobName: 'job',
    });
  });

  it('that was submitted before is only awaited', async () => {
    const { cloud, calls } = cloudOf(statuses('Completed'));
    await perform(cloud, { ...attempt, submitted: {} }, { resumed: true });
    expect(calls.map(({ operation }) => operation)).toEqual(['DescribeProcessingJob']);
  });

  it('is no longer awaited once the attempt is over, and is then stopped by an errand', async () => {
    const over = new AbortController();
    const { cloud } = cloudOf(statuses());
    const waiting = perform(cloud, attempt, {}, over.signal);
    await new Promise(setImmediate);
    over.abort(new Error('over'));
    await expect(waiting).rejects.toThrow('over');
    expect(stopOf(execution, attempt)).toMatchObject({
      service: 'sagemaker',
      operation: 'StopProcessingJob',
      input: { ProcessingJobName: 'job' },
    });
    expect(stopOf(execution, attemptOf('arn:aws:states:::lambda:invoke', {}))).toBeUndefined();
  });
});
