import * as z from 'zod';
import { AlgorithmFailure } from './failure.ts';

/** SageMaker hands every hyperparameter over as a string. */
const whole = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, 'a whole number is needed')
    .transform(Number)
    .pipe(z.int().min(min).max(max));
const flag = z.enum(['True', 'true', 'False', 'false']);

/**
 * Of BlazingText's supervised mode, with its defaults
 * (https://docs.aws.amazon.com/sagemaker/latest/dg/blazingtext_hyperparameters.html).
 */
const schema = z.strictObject({
  mode: z.literal('supervised', 'only "supervised" is implemented here'),
  buckets: whole(1, 10_000_000).default(2_000_000),
  epochs: whole(1, 1000).default(5),
  learning_rate: z
    .string()
    .regex(/^\d+(\.\d*)?(e-?\d+)?$|^\.\d+$/i, 'a number is needed')
    .transform(Number)
    .pipe(z.number().positive().max(100))
    .default(0.05),
  min_count: whole(0, 1_000_000).default(5),
  vector_dim: whole(1, 2000).default(100),
  word_ngrams: whole(1, 10).default(2),
  early_stopping: flag
    .refine((value) => value.toLowerCase() === 'false', 'the engine here can not stop early; set it to "False"')
    .default('False'),
  /** The next two only matter to early stopping. */
  min_epochs: whole(1, 1000).default(5),
  patience: whole(1, 1000).default(4),
  /** Added by SageMaker's tuning. */
  _tuning_objective_metric: z.string().optional(),
});
export type Hyperparameters = z.infer<typeof schema>;

/** The engine addresses 2 GiB; vectors are float32 and take half of it while a model is saved or loaded. */
const MAXIMUM_VALUES = 128 * 1024 * 1024;

/** Reads `hyperparameters.json`. Throws {@link AlgorithmFailure} that names every value that can't be. */
export function parseHyperparameters(value: unknown): Hyperparameters {
  const result = schema.safeParse(value);
  if (!result.success) {
    const problems = result.error.issues.map(({ path, message }) => [...path.map(String), message].join(': '));
    throw new AlgorithmFailure(`Hyperparameters: ${problems.join('; ')}.`, { cause: result.error });
  }
  const { buckets, vector_dim, word_ngrams } = result.data;
  if (word_ngrams > 1 && buckets * vector_dim > MAXIMUM_VALUES) {
    throw new AlgorithmFailure(
      `Hyperparameters: buckets ${buckets} x vector_dim ${vector_dim} is more than the engine here can hold (${MAXIMUM_VALUES}); lower one of them.`,
    );
  }
  return result.data;
}
