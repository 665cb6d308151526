// Deploys one service to one stage, as the workflows do: npm run deploy -- SERVICE STAGE. Refuses with JobImageMissing when
// the service would start jobs without an image: ingest comes first, then the image, then the others in any order.
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SSMClient } from '@aws-sdk/client-ssm';
import { readJobImage } from '@regulabel/shared/aws/jobImage';
import { jobImageParameter } from '@regulabel/shared/names';
import { readStage } from './delivery/stage.ts';
import { run, runMain } from './process.ts';

/** It owns the repository that the image is pushed to, so it cannot wait for the image. */
const FIRST = 'ingest';

const services = readdirSync(join(dirname(import.meta.dirname), 'services'));

await runMain(async () => {
  const [service = '', stage, ...rest] = process.argv.slice(2);
  if (!services.includes(service) || stage === undefined || rest.length > 0) {
    process.stderr.write(`usage: npm run deploy -- SERVICE STAGE; services are ${services.join(', ')}\n`);
    process.exitCode = 2;
    return;
  }
  const { region } = readStage(stage);
  if (service !== FIRST) await readJobImage(new SSMClient({ region }), jobImageParameter({ stage }));
  process.exitCode = await run('serverless', ['deploy', '--stage', stage], join('services', service));
});
