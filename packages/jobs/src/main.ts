import { jobFiles } from './files.ts';
import { run } from './run.ts';

const files = jobFiles(process.env['SAGEMAKER_BASE_DIR'] ?? '/opt/ml');
const complain = (reason: string): void => {
  process.stderr.write(`${reason}\n`);
};
// Not awaited here: the bundle is CommonJS, which starts faster and knows no top-level await.
void run(process.argv.slice(2), files, complain).then((exitCode) => {
  process.exitCode = exitCode;
});
