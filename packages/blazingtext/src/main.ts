import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { Model } from './engine.ts';
import { AlgorithmFailure } from './failure.ts';
import { modelServer } from './server.ts';
import { train } from './train.ts';

/** SageMaker shows what stands in `output/failure`, up to this many characters, as the job's failure reason. */
const REASON_CHARACTERS = 1024;

const base = process.env['SAGEMAKER_BASE_DIR'] ?? '/opt/ml';
const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

async function serve(): Promise<void> {
  const path = join(base, 'model', 'model.bin');
  const model = await Model.load(readModel(path));
  const server = modelServer((source, k) => model.predict(source, k));
  server.listen(Number(process.env['SAGEMAKER_BIND_TO_PORT'] ?? '8080'), '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  print(`Serving on port ${typeof address === 'object' && address ? address.port : ''}`);
  process.once('SIGTERM', () => {
    server.close();
    server.closeIdleConnections();
  });
}

function readModel(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new AlgorithmFailure(`${path} can't be read.`, { cause });
  }
}

async function run(command: string | undefined): Promise<void> {
  if (command === 'train') return train(base, print);
  if (command === 'serve') return serve();
  process.stderr.write(`usage: main.ts train|serve, not "${command ?? ''}"\n`);
  process.exitCode = 2;
}

function fail(error: unknown): void {
  const reason = error instanceof Error ? error.message : String(error);
  process.stderr.write(
    `${error instanceof AlgorithmFailure || !(error instanceof Error) ? reason : (error.stack ?? reason)}\n`,
  );
  mkdirSync(join(base, 'output'), { recursive: true });
  writeFileSync(join(base, 'output', 'failure'), reason.slice(0, REASON_CHARACTERS));
  process.exitCode = 1;
}

// Not awaited here: the bundle is CommonJS, which starts faster and knows no top-level await.
run(process.argv[2]).catch(fail);
