// The image that SageMaker's processing jobs run (packages/jobs): docs/deploy.md.
//   npm run job-image -- build         builds the image of the commit and runs a program in it (Podman, on Linux, x64)
//   npm run job-image -- push STAGE    the same, then pushes it, waits for its scan, and names it for the stage
import { ECRClient } from '@aws-sdk/client-ecr';
import { SSMClient } from '@aws-sdk/client-ssm';
import { buildImage, checkedOutCommit, localImage } from './delivery/build.ts';
import { readAcceptedFindings } from './delivery/findings.ts';
import { pushImage } from './delivery/push.ts';
import { readStage } from './delivery/stage.ts';
import { mustRun, runMain } from './process.ts';

const USAGE = 'usage: npm run job-image -- build | push STAGE';

await runMain(async () => {
  const [verb, stage, ...rest] = process.argv.slice(2);
  if (rest.length > 0 || !(verb === 'build' ? stage === undefined : verb === 'push' && stage !== undefined)) {
    process.stderr.write(`${USAGE}\n`);
    process.exitCode = 2;
    return;
  }
  // Before anything is built: a stage that is not there has no place to push to.
  const region = stage === undefined ? undefined : readStage(stage).region;
  const commit = await checkedOutCommit();
  await buildImage(commit);
  if (stage === undefined || region === undefined) return;
  const cloud = {
    ecr: new ECRClient({ region }),
    ssm: new SSMClient({ region }),
    podman: (args: readonly string[]) => mustRun('podman', args),
    say: (line: string) => process.stderr.write(`${line}\n`),
  };
  const image = { stage, commit, local: localImage(commit) };
  process.stdout.write(`${await pushImage(cloud, image, await readAcceptedFindings())}\n`);
});
