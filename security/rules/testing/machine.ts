/** For tests: a state machine in a template, and a SageMaker job in which all is well. */
import { attribute, ref, roleWith, sub, type Resources } from './templates.ts';

const quota = {
  ErrorEquals: ['SageMaker.ResourceLimitExceededException', 'SageMaker.ThrottlingException'],
  IntervalSeconds: 30,
  BackoffRate: 2,
  MaxDelaySeconds: 600,
  MaxAttempts: 200,
  JitterStrategy: 'FULL',
};
const name = (letter: string) =>
  `'dev-${letter}-' & $states.input.digest & $states.context.('-' & Execution.RedriveCount & '-' & State.RetryCount)`;

/** `${Name.Arn}` in its texts is resolved as in `Fn::Sub`. */
export const jobState = {
  Type: 'Task',
  Resource: 'arn:aws:states:::sagemaker:createProcessingJob.sync',
  Arguments: {
    ProcessingJobName: `{% ${name('p')} %}`,
    RoleArn: '${JobRole.Arn}',
    ProcessingOutputConfig: {
      KmsKeyId: '${DataKey.Arn}',
      Outputs: [{ OutputName: 'rows', S3Output: { S3Uri: `{% $states.input.output & ${name('p')} & '/rows' %}` } }],
    },
    ProcessingResources: {
      ClusterConfig: { InstanceType: 'ml.m5.xlarge', InstanceCount: 1, VolumeKmsKeyId: '${VolumeKey.Arn}' },
    },
    NetworkConfig: { EnableNetworkIsolation: true },
    StoppingCondition: { MaxRuntimeInSeconds: 3600 },
    Tags: [
      { Key: 'run', Value: '{% $states.input.runId %}' },
      { Key: 'line', Value: 'DE/weee' },
    ],
  },
  TimeoutSeconds: 7200,
  Retry: [quota],
  Next: 'Call',
};

export const callState = {
  Type: 'Task',
  Resource: '${Worker.Arn}',
  TimeoutSeconds: 60,
  Retry: [
    {
      ErrorEquals: ['Lambda.ServiceException'],
      IntervalSeconds: 2,
      MaxDelaySeconds: 60,
      MaxAttempts: 6,
      JitterStrategy: 'FULL',
    },
  ],
  End: true,
};

export const definition = {
  QueryLanguage: 'JSONata',
  TimeoutSeconds: 172800,
  StartAt: 'Job',
  States: { Job: jobState, Call: callState },
};

export const machineWith = (of: object): Resources => ({
  Machine: {
    Type: 'AWS::StepFunctions::StateMachine',
    Properties: {
      StateMachineName: 'regulabel-dev-training',
      StateMachineType: 'STANDARD',
      RoleArn: attribute('MachineRole'),
      TracingConfiguration: { Enabled: true },
      DefinitionString: sub(JSON.stringify(of)),
    },
  },
  MachineRole: roleWith('regulabel-dev-training-machine', 'states.amazonaws.com'),
  JobRole: roleWith('regulabel-dev-job', 'sagemaker.amazonaws.com'),
  Worker: { Type: 'AWS::Lambda::Function', Properties: { FunctionName: 'regulabel-dev-worker' } },
  DataKey: { Type: 'AWS::KMS::Key' },
  VolumeKey: { Type: 'AWS::KMS::Key' },
  Bucket: {
    Type: 'AWS::S3::Bucket',
    Properties: {
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          { ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: ref('DataKey') } },
        ],
      },
    },
  },
});
