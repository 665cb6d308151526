import * as z from 'zod';
import { count, hash, name, s3Uri, storedCatalogue } from '../values.ts';

/** A model as SageMaker has it, and what it came from. */
export const trainedModel = z.object({
  /** The SageMaker model's name. */
  name: z.string().regex(/^[A-Za-z0-9](-*[A-Za-z0-9]){0,62}$/),
  /** The algorithm's name in the catalogue, e.g. `blazingtext`. */
  algorithm: name,
  /** The container image that trained the model and serves it. */
  image: name,
  /** The model's `model.tar.gz`. */
  artifact: s3Uri,
  /** What the training job was told, static values and tuned ones. */
  hyperparameters: z.record(z.string(), z.string()),
  /** The SageMaker training job's name. */
  trainingJob: name,
  /** The SageMaker tuning job's name. */
  tuningJob: name,
  /** The measure that chose it among its tuning job's trials. */
  objective: z.object({
    /** The measure's name, e.g. `validation:accuracy`. */
    metric: name,
    /** What the model reached. */
    value: z.number(),
  }),
});
export type TrainedModel = z.infer<typeof trainedModel>;

/** The rows behind a model, and the ones kept from it. */
const trainingData = z.object({
  /** SHA-256 over the cleaned rows, whatever their order. */
  hash,
  /** SHA-256 over the codes that were valid. */
  codeListHash: hash,
  /** The catalogue that the run was pinned to. */
  catalogue: storedCatalogue,
  /** The image of the job container that prepared the rows, by digest. */
  jobImage: name,
  /** Cleaned rows by what they were used for. */
  rows: z.object({
    /** Rows that the model learnt from. */
    train: count,
    /** Rows that chose among the trials. */
    validation: count,
    /** Rows that no model sees before it is judged by them. */
    test: count,
  }),
  /** The held-out rows. */
  test: z.object({
    /** A prefix with the rows without their codes: JSON lines `{item_id, source, k}`. */
    features: s3Uri,
    /** A prefix with their codes. */
    labels: s3Uri,
    /** SHA-256 over the held-out rows, whatever their order. */
    hash,
  }),
  /** A prefix with the report of the preparation: rows by reason of exclusion, rows by code. */
  report: s3Uri,
});
export type TrainingData = z.infer<typeof trainingData>;

/** A model with the rows behind it. */
export const candidate = {
  /** The newly trained model. */
  model: trainedModel,
  /** The rows behind the model, and the ones kept from it. */
  data: trainingData,
};
