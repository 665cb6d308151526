import { getFastTextModule } from 'fasttext.wasm.js';
import type { FastText, FastTextModule } from 'fasttext.wasm.js';
import { AlgorithmFailure } from './failure.ts';
import type { Hyperparameters } from './hyperparameters.ts';
import { initialVectors, vocabulary } from './initialVectors.ts';

/** The most probable labels first; `prob` is between 0 and 1. BlazingText answers in this shape. */
export interface Prediction {
  readonly label: string[];
  readonly prob: number[];
}

export interface Accuracy {
  /** Share of the examples whose label came out first. NaN without examples. */
  readonly accuracy: number;
  /** Lines whose label the model knows; fastText passes over the others. */
  readonly examples: number;
}

/** A supervised fastText model. Each has an engine of its own, whose memory only ever grows. */
export class Model {
  readonly #module: FastTextModule;
  readonly #fastText: FastText;

  private constructor(module: FastTextModule, fastText: FastText) {
    this.#module = module;
    this.#fastText = fastText;
  }

  /**
   * Trains on lines `__label__X token token`. The same lines and hyperparameters give the same model, byte by byte: fastText
   * runs in one thread from a fixed seed.
   */
  static async train(lines: Uint8Array, hyperparameters: Hyperparameters): Promise<Model> {
    const module = await getFastTextModule();
    const fastText = new module.FastText();
    const words = vocabulary(lines, hyperparameters.min_count);
    if (words.length === 0) {
      throw new AlgorithmFailure(
        `No token occurs ${hyperparameters.min_count} times in the training lines: lower min_count.`,
      );
    }
    module.FS.writeFile(TEXT, lines);
    module.FS.writeFile(VECTORS, initialVectors(words, hyperparameters.vector_dim));
    const args = Object.assign(new module.Args(), {
      input: TEXT,
      pretrainedVectors: VECTORS,
      model: module.ModelName.supervised,
      loss: module.LossName.softmax,
      lr: hyperparameters.learning_rate,
      epoch: hyperparameters.epochs,
      dim: hyperparameters.vector_dim,
      minCount: hyperparameters.min_count,
      wordNgrams: hyperparameters.word_ngrams,
      // Single words need no buckets. fastText's own program then allocates none; these bindings crash with none.
      bucket: hyperparameters.word_ngrams > 1 ? hyperparameters.buckets : 1,
      minn: 0,
      maxn: 0,
      seed: 0,
      thread: 1,
      verbose: 0,
    });
    attempt('Training failed in the engine: the learning_rate is so high that it diverges, or memory is short', () => {
      fastText.train(args, () => undefined);
    });
    module.FS.unlink(TEXT);
    module.FS.unlink(VECTORS);
    return new Model(module, fastText);
  }

  static async load(bytes: Uint8Array): Promise<Model> {
    const module = await getFastTextModule();
    const fastText = new module.FastText();
    module.FS.writeFile(MODEL, bytes);
    attempt('The model file is not one of fastText, or needs more memory than the engine has', () => {
      fastText.loadModel(MODEL);
    });
    module.FS.unlink(MODEL);
    return new Model(module, fastText);
  }

  /** The bytes of `model.bin`, as fastText and BlazingText read and write it. */
  save(): Uint8Array {
    attempt('The engine could not save the model', () => {
      this.#fastText.saveModel(MODEL);
    });
    const bytes = this.#module.FS.readFile(MODEL);
    this.#module.FS.unlink(MODEL);
    return bytes;
  }

  test(lines: Uint8Array): Accuracy {
    this.#module.FS.writeFile(TEXT, lines);
    const meter = attempt('The engine could not test the model', () => this.#fastText.test(TEXT, 1, 0));
    const result = { accuracy: meter.precision, examples: meter.nexamples() };
    meter.delete();
    this.#module.FS.unlink(TEXT);
    return result;
  }

  predict(source: string, k: number): Prediction {
    // One line: fastText ends a text at its first line break, and expects one.
    const found = this.#fastText.predict(`${source.replaceAll('\n', ' ')}\n`, k, 0);
    const label: string[] = [];
    const prob: number[] = [];
    for (let at = 0; at < found.size(); at++) {
      const [probability, name] = found.get(at);
      label.push(name);
      // fastText adds 0.00001 before its logarithm: sure answers come out above 1.
      prob.push(Math.min(1, probability));
    }
    found.delete();
    return { label, prob };
  }
}

const TEXT = 'text.txt';
const VECTORS = 'vectors.txt';
const MODEL = 'model.bin';

/** C++ exceptions arrive as bare numbers, without a message. */
function attempt<Result>(problem: string, work: () => Result): Result {
  try {
    return work();
  } catch (cause) {
    throw new AlgorithmFailure(`${problem}.`, { cause });
  }
}
