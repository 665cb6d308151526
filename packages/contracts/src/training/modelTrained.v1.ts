import * as z from 'zod';
import { defineEvent } from '../event.ts';
import { arn, catalogueVersion, count, country, hash, runId, s3Uri, scheme } from '../values.ts';

/** A model as SageMaker has it, and what it came from. */
export const trainedModel = z.object({
  /** The SageMaker model's name. */
  name: z.string().regex(/^[A-Za-z0-9](-*[A-Za-z0-9]){0,62}$/),
  algorithm: z.string().min(1),
  image: z.string().min(1),
  artifact: s3Uri,
  hyperparameters: z.record(z.string(), z.string()),
  trainingJob: z.string().min(1),
  tuningJob: z.string().min(1),
  /** The measure that chose it among its tuning job's trials. */
  objective: z.object({ metric: z.string().min(1), value: z.number() }),
});
export type TrainedModel = z.infer<typeof trainedModel>;

/** The rows behind a model, and the ones kept from it. */
export const trainingData = z.object({
  /** Order-independent, over the cleaned rows. */
  hash,
  /** Of the codes that were valid. */
  codeListHash: hash,
  catalogue: z.object({ version: catalogueVersion, uri: s3Uri }),
  jobImage: z.string().min(1),
  rows: z.object({ train: count, validation: count, test: count }),
  /** The held-out rows without their codes: JSON lines `{item_id, source, k}` under this prefix. */
  test: z.object({ features: s3Uri, labels: s3Uri, hash }),
  /** Report of the preparation: rows by reason of exclusion, rows by code. */
  report: s3Uri,
});
export type TrainingData = z.infer<typeof trainingData>;

/** A candidate: the best of its line's trials, ready to be compared with the winner. */
export const modelTrained = defineEvent({
  producer: 'training',
  detailType: 'ModelTrained.v1',
  schemaVersion: '1.0',
  data: z.object({ runId, country, scheme, executionArn: arn, model: trainedModel, data: trainingData }),
  example: {
    runId: 'training-20261101T020000Z',
    country: 'DE',
    scheme: 'weee',
    executionArn: 'arn:aws:states:eu-west-1:111122223333:execution:regulabel-dev-training:example',
    model: {
      name: 'dev-m-0123456789abcdef-0-0',
      algorithm: 'blazingtext',
      image: '685385470294.dkr.ecr.eu-west-1.amazonaws.com/blazingtext:1',
      artifact: 's3://regulabel-dev-models-111122223333-eu-west-1/models/x/dev-t-0-0-001/output/model.tar.gz',
      hyperparameters: { mode: 'supervised', epochs: '15' },
      trainingJob: 'dev-t-0123456789ab-0-0-001-abcdef01',
      tuningJob: 'dev-t-0123456789ab-0-0',
      objective: { metric: 'validation:accuracy', value: 0.91 },
    },
    data: {
      hash: '2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae',
      codeListHash: '2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae',
      catalogue: {
        version: '0123456789abcdef',
        uri: 's3://regulabel-dev-data-111122223333-eu-west-1/catalogue/0123456789abcdef.json',
      },
      jobImage: '111122223333.dkr.ecr.eu-west-1.amazonaws.com/regulabel-dev-jobs@sha256:0',
      rows: { train: 800, validation: 100, test: 100 },
      test: {
        features: 's3://regulabel-dev-models-111122223333-eu-west-1/prepared/x/test/',
        labels: 's3://regulabel-dev-models-111122223333-eu-west-1/prepared/x/labels/',
        hash: '2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae',
      },
      report: 's3://regulabel-dev-models-111122223333-eu-west-1/prepared/x/report/',
    },
  },
});
