import type { TrainedModel, TrainingData } from './training/trainedModel.ts';

/** What many examples share. */
export const trainingRun = { runId: 'training-20261101T020000Z' };
export const inferenceRun = { runId: 'inference-20261101T020000Z' };
export const line = { country: 'DE', scheme: 'weee' };
export const catalogueVersion = '0123456789abcdef';
export const hash = '2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae';
export const decisionId = '0123456789abcdef0123456789abcdef';
export const formerDecisionId = 'fedcba9876543210fedcba9876543210';
export const modelName = 'dev-m-0123456789abcdef-0-0';
export const formerModelName = 'dev-m-fedcba9876543210-0-0';
export const jobImage = '111122223333.dkr.ecr.eu-west-1.amazonaws.com/regulabel-dev-jobs@sha256:0';

export const executionArn = (machine: string): string =>
  `arn:aws:states:eu-west-1:111122223333:execution:regulabel-dev-${machine}:example`;

export const inBucket = (kind: 'data' | 'models' | 'predictions' | 'registry', key: string): string =>
  `s3://regulabel-dev-${kind}-111122223333-eu-west-1/${key}`;

export const catalogue = { version: catalogueVersion, uri: inBucket('data', `catalogue/${catalogueVersion}.json`) };
export const predictions = inBucket(
  'predictions',
  'production/month=2026-10/run=inference-20261101T020000Z/country=DE/scheme=weee/dev-c-0123456789ab-0-0/',
);
export const summary = inBucket(
  'predictions',
  'summary/production/inference-20261101T020000Z/DE/weee/dev-c-0123456789ab-0-0/',
);

export const failed = (machine: string, error: string, cause: string) => ({
  executionArn: executionArn(machine),
  status: 'FAILED' as const,
  error,
  cause,
});
/** Stopped by a person: there is neither error nor cause. */
export const aborted = (machine: string) => ({
  executionArn: executionArn(machine),
  status: 'ABORTED' as const,
  error: 'Aborted',
  cause: '',
});

export const model: TrainedModel = {
  name: modelName,
  algorithm: 'blazingtext',
  image: '685385470294.dkr.ecr.eu-west-1.amazonaws.com/blazingtext:1',
  artifact: inBucket('models', 'models/training-20261101T020000Z/DE/weee/dev-t-0-0-001/output/model.tar.gz'),
  hyperparameters: { mode: 'supervised', epochs: '15' },
  trainingJob: 'dev-t-0123456789ab-0-0-001-abcdef01',
  tuningJob: 'dev-t-0123456789ab-0-0',
  objective: { metric: 'validation:accuracy', value: 0.91 },
};

export const data: TrainingData = {
  hash,
  codeListHash: hash,
  catalogue,
  jobImage,
  rows: { train: 800, validation: 100, test: 100 },
  test: {
    features: inBucket('models', 'prepared/training-20261101T020000Z/DE/weee/dev-p-0/test/'),
    labels: inBucket('models', 'prepared/training-20261101T020000Z/DE/weee/dev-p-0/labels/'),
    hash,
  },
  report: inBucket('models', 'prepared/training-20261101T020000Z/DE/weee/dev-p-0/report/'),
};
