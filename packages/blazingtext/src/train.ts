import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Model } from './engine.ts';
import { AlgorithmFailure } from './failure.ts';
import { parseHyperparameters } from './hyperparameters.ts';

/**
 * A training job by SageMaker's file contract below `base` (`/opt/ml`). Prints what BlazingText prints, since a training
 * job's metrics are read from its log: `#validation_accuracy: 0.9072`.
 */
export async function train(base: string, print: (line: string) => void): Promise<void> {
  const hyperparameters = parseHyperparameters(readJson(join(base, 'input', 'config', 'hyperparameters.json')));
  const training = channel(base, 'train');
  const validation = channel(base, 'validation');
  if (training === undefined) throw new AlgorithmFailure('The channel "train" is missing.');
  checkLines(training);
  const begun = performance.now();
  const model = await Model.train(training, hyperparameters);
  print('-------------- Done training.. ');
  print(`Total training time in seconds: ${((performance.now() - begun) / 1000).toFixed(2)}`);
  report('train', model, training, print);
  if (validation !== undefined) report('validation', model, validation, print);
  mkdirSync(join(base, 'model'), { recursive: true });
  writeFileSync(join(base, 'model', 'model.bin'), model.save());
}

function report(name: 'train' | 'validation', model: Model, lines: Uint8Array, print: (line: string) => void): void {
  const { accuracy, examples } = model.test(lines);
  if (examples === 0) throw new AlgorithmFailure(`No line of the channel "${name}" has a label that was trained.`);
  print(`#${name}_accuracy: ${accuracy.toFixed(4)}`);
  print(`Number of ${name} examples: ${examples}`);
}

/** BlazingText reads one file per channel. */
function channel(base: string, name: string): Uint8Array | undefined {
  const folder = join(base, 'input', 'data', name);
  if (!existsSync(folder)) return undefined;
  const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
  const [file] = files;
  if (file === undefined || files.length > 1) {
    throw new AlgorithmFailure(`The channel "${name}" has ${files.length} files; exactly one is needed.`);
  }
  return readFileSync(join(folder, file.name));
}

const LABEL = '__label__';

/** fastText would take lines without a label for nothing, and crash when there is no label at all. */
function checkLines(training: Uint8Array): void {
  const text = Buffer.from(training.buffer, training.byteOffset, training.byteLength);
  if (text.includes(LABEL)) return;
  throw new AlgorithmFailure(`The channel "train" has no labelled line (${LABEL}<label> <token> <token> ...).`);
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new AlgorithmFailure(`${path} can't be read as JSON.`, { cause });
  }
}
