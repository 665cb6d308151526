import { jobFiles } from './files.ts';
import { run } from './run.ts';

const files = jobFiles(process.env['SAGEMAKER_BASE_DIR'] ?? '/opt/ml');
process.exitCode = await run(process.argv.slice(2), files, (reason) => {
  process.stderr.write(`${reason}\n`);
});
