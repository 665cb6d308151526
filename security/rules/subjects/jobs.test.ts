import { describe, expect, it } from '@jest/globals';
import { definition, jobState, machineWith } from '../testing/machine.ts';
import { changed, found, stackWith } from '../testing/templates.ts';
import { jobNames } from './jobNames.ts';
import { jobs } from './jobs.ts';

const findings = (of: object) => found([...jobs, ...jobNames], stackWith(machineWith(of)));
const args = 'States.Job.Arguments';
const counts = "$states.context.Execution.RedriveCount & '-' & $states.context.State.RetryCount";

const tuningName = `$states.input.job & '-' & ${counts}`;
const tuning = {
  ...jobState,
  Resource: 'arn:aws:states:::sagemaker:createHyperParameterTuningJob.sync',
  Arguments: {
    HyperParameterTuningJobName: `{% ${tuningName} %}`,
    TrainingJobDefinition: {
      OutputDataConfig: { S3OutputPath: `{% $output & ${tuningName} %}`, KmsKeyId: '${DataKey.Arn}' },
      ResourceConfig: { InstanceType: 'ml.c5.xlarge', InstanceCount: 1, VolumeKmsKeyId: '${VolumeKey.Arn}' },
      StoppingCondition: { MaxRuntimeInSeconds: 3600 },
      EnableNetworkIsolation: true,
      RoleArn: '${JobRole.Arn}',
    },
    Tags: jobState.Arguments.Tags,
  },
};
const transformName = `'dev-x' & $substring($states.input.role, 0, 1) & '-' & $input.digest & '-' & ${counts}`;
const transform = {
  ...jobState,
  Resource: 'arn:aws:states:::sagemaker:createTransformJob.sync',
  Arguments: {
    TransformJobName: `{% ${transformName} %}`,
    TransformOutput: { S3OutputPath: `{% $input.output.work & ${transformName} %}`, KmsKeyId: '${DataKey.Arn}' },
    TransformResources: { InstanceType: 'ml.m5.xlarge', InstanceCount: 4, VolumeKmsKeyId: '${VolumeKey.Arn}' },
    Tags: jobState.Arguments.Tags,
  },
};
const model = {
  ...jobState,
  Resource: 'arn:aws:states:::sagemaker:createModel',
  Arguments: {
    ModelName: `{% $input.jobs.model & '-' & ${counts} %}`,
    ExecutionRoleArn: '${JobRole.Arn}',
    EnableNetworkIsolation: true,
    Tags: jobState.Arguments.Tags,
  },
};
const doing = (Job: object) => ({ ...definition, States: { ...definition.States, Job } });

describe('the rules on SageMaker jobs', () => {
  it.each([
    ['a processing job', jobState],
    ['a tuning job', tuning],
    ['a transform job, whose instances do not talk to each other', transform],
    ['a model', model],
  ])('find nothing where all is well with %s', async (_kind, state) => {
    expect(await findings(doing(state))).toEqual([]);
  });

  it.each<[string, string, unknown]>([
    ['job-volume-key: .*its disks', `${args}.ProcessingResources.ClusterConfig.VolumeKmsKeyId`, undefined],
    [
      'job-volume-key: .*its disks',
      `${args}.ProcessingResources.ClusterConfig.VolumeKmsKeyId`,
      'alias/regulabel-dev-volume',
    ],
    [
      'job-volume-key: .*volume key DataKey opens data',
      `${args}.ProcessingResources.ClusterConfig.VolumeKmsKeyId`,
      '${DataKey.Arn}',
    ],
    ['job-output-key', `${args}.ProcessingOutputConfig.KmsKeyId`, undefined],
    ['job-output-key', `${args}.ProcessingOutputConfig.KmsKeyId`, 'arn:aws:kms:eu-west-1:111122223333:key/other'],
    ['job-isolated', `${args}.NetworkConfig`, undefined],
    ['job-isolated', `${args}.NetworkConfig.EnableNetworkIsolation`, false],
    [
      'job-encrypts-between-containers: .*its 2 instances',
      `${args}.ProcessingResources.ClusterConfig.InstanceCount`,
      2,
    ],
    [
      'job-encrypts-between-containers: .*its possibly many',
      `${args}.ProcessingResources.ClusterConfig.InstanceCount`,
      '{% $n %}',
    ],
    [
      'job-on-encrypted-disks: .*ml.m5d.xlarge',
      `${args}.ProcessingResources.ClusterConfig.InstanceType`,
      'ml.m5d.xlarge',
    ],
    ['job-on-encrypted-disks', `${args}.ProcessingResources.ClusterConfig.InstanceType`, '{% $type %}'],
    ['job-stops: .*a job that hangs', `${args}.StoppingCondition`, undefined],
    ['job-stops: .*gives up after 7200 s', `${args}.StoppingCondition.MaxRuntimeInSeconds`, 7200],
    ['job-role-by-hand', `${args}.RoleArn`, 'arn:aws:iam::111122223333:role/regulabel-dev-elsewhere'],
    ['job-tagged: .*by line', `${args}.Tags`, [{ Key: 'run', Value: 'x' }]],
    ['job-tagged: .*by run and line', `${args}.Tags`, undefined],
    [
      'job-outputs-under-its-name: .*it writes to s3://fixed/rows',
      `${args}.ProcessingOutputConfig.Outputs.0.S3Output.S3Uri`,
      's3://fixed/rows',
    ],
    ['job-outputs-under-its-name: .*does not say', `${args}.ProcessingOutputConfig.Outputs`, '{% $outputs %}'],
  ])('find %s', async (problem, path, value) => {
    const problems = await findings(changed(definition, path, value));
    expect(problems).toEqual([expect.stringMatching(new RegExp(`^${problem}`))]);
    expect(problems[0]).toContain(': Machine, state Job: ');
  });

  it('let several instances talk to each other encrypted', async () => {
    const several = changed(definition, `${args}.ProcessingResources.ClusterConfig.InstanceCount`, 2);
    const encrypted = changed(several, `${args}.NetworkConfig.EnableInterContainerTrafficEncryption`, true);
    expect(await findings(encrypted)).toEqual([]);
  });

  it('find a name that is used again after a redrive or a retry', async () => {
    const once = changed(model, 'Arguments.ModelName', '{% $input.jobs.model %}');
    expect(await findings(doing(once))).toEqual([
      'job-name-used-once: Machine, state Job: its name {input.jobs.model} lacks ' +
        'states.context.Execution.RedriveCount and states.context.State.RetryCount',
    ]);
    const retried = changed(model, 'Arguments.ModelName', '{% $input.jobs.model & $states.context.State.RetryCount %}');
    expect(await findings(doing(retried))).toEqual([
      expect.stringContaining('lacks states.context.Execution.RedriveCount'),
    ]);
  });

  it('find a name that does not begin with the stage', async () => {
    const named = changed(model, 'Arguments.ModelName', `{% 'model-' & $input.digest & ${counts} %}`);
    expect(await findings(doing(named))).toEqual([expect.stringContaining('job-name-begins-with-the-stage')]);
  });

  it('find a name that is too long for the longest stage', async () => {
    // 8 of the stage, -t- and 12 digits, then -1000-200: 32 characters, all that there are.
    const longer = changed(
      tuning,
      'Arguments.HyperParameterTuningJobName',
      `{% $states.input.job & '--' & ${counts} %}`,
    );
    expect(await findings(doing(longer))).toEqual(
      expect.arrayContaining([
        'job-name-fits: Machine, state Job: its name may have 33 characters, SageMaker takes 32',
      ]),
    );
    const often = changed(tuning, 'Retry.0.MaxAttempts', 1000);
    expect(await findings(doing(often))).toEqual([expect.stringContaining('its name may have 33 characters')]);
    const fixed = `dev-${'x'.repeat(40)}`;
    const literal = changed(model, 'Arguments.ModelName', `{% '${fixed}' & $input.digest & ${counts} %}`);
    expect(await findings(doing(literal))).toEqual([expect.stringContaining('its name may have 69 characters')]);
  });

  it('find a name of which nobody knows how long it is', async () => {
    const unknown = changed(model, 'Arguments.ModelName', `{% 'dev-' & $somewhere & ${counts} %}`);
    expect(await findings(doing(unknown))).toEqual([expect.stringContaining('add its parts to LONGEST_PARTS')]);
  });

  it('find a job of a kind that they know nothing of', async () => {
    const labeling = { ...jobState, Resource: 'arn:aws:states:::sagemaker:createLabelingJob.sync' };
    expect(await findings(doing(labeling))).toEqual([
      'job-known: Machine, state Job: no rule knows arn:aws:states:::sagemaker:createLabelingJob.sync',
    ]);
  });
});
