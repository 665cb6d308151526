// Prepares what CloudFormation needs to take on again the data that an earlier `serverless remove` of a service kept:
// npm run bring-back -- SERVICE STAGE. Changes nothing; says what to type next. docs/deploy.md, "Removing".
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DescribeKeyCommand, KMSClient, ListResourceTagsCommand, paginateListKeys } from '@aws-sdk/client-kms';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { importOfKept, type Template } from './delivery/kept.ts';
import { readStage } from './delivery/stage.ts';
import { run, runMain } from './process.ts';

/** The stage's keys that are not on their way to deletion, by description. */
async function keysOf(client: KMSClient, stage: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for await (const { Keys = [] } of paginateListKeys({ client }, {})) {
    for (const { KeyId } of Keys) {
      const { KeyMetadata: key } = await client.send(new DescribeKeyCommand({ KeyId }));
      if (key?.KeyManager !== 'CUSTOMER' || key.KeyState !== 'Enabled' || key.KeyId === undefined) continue;
      const { Tags = [] } = await client.send(new ListResourceTagsCommand({ KeyId }));
      const ours = Tags.some(({ TagKey, TagValue }) => TagKey === 'regulabel' && TagValue === stage);
      if (ours) found.set(key.Description ?? '', key.KeyId);
    }
  }
  return found;
}

await runMain(async () => {
  const [service, stage, ...rest] = process.argv.slice(2);
  if (service === undefined || stage === undefined || rest.length > 0) {
    process.stderr.write('usage: npm run bring-back -- SERVICE STAGE\n');
    process.exitCode = 2;
    return;
  }
  const { region } = readStage(stage);
  const folder = join('services', service);
  process.exitCode = await run('serverless', ['package', '--stage', stage], folder);
  if (process.exitCode !== 0) return;
  const compiled = join(folder, '.serverless', 'cloudformation-template-update-stack.json');
  const { Account: account = '' } = await new STSClient({ region }).send(new GetCallerIdentityCommand({}));
  const place = { account, region, keys: await keysOf(new KMSClient({ region }), stage) };
  const { template, resources } = importOfKept(JSON.parse(await readFile(compiled, 'utf8')) as Template, place);
  const target = join(folder, '.serverless', 'bring-back');
  await mkdir(target, { recursive: true });
  await writeFile(join(target, 'template.json'), JSON.stringify(template, undefined, 2));
  await writeFile(join(target, 'resources.json'), JSON.stringify(resources, undefined, 2));
  const changeSet = `--region ${region} --stack-name regulabel-${stage}-${service} --change-set-name bring-back`;
  process.stdout.write(
    [
      `These take on ${resources.length} resources; then deploy:`,
      `aws cloudformation create-change-set ${changeSet} --change-set-type IMPORT --template-body file://${target}/template.json --resources-to-import file://${target}/resources.json`,
      `aws cloudformation wait change-set-create-complete ${changeSet}`,
      `aws cloudformation execute-change-set ${changeSet}`,
      `aws cloudformation wait stack-import-complete --region ${region} --stack-name regulabel-${stage}-${service}`,
      `npm run deploy -- ${service} ${stage}\n`,
    ].join('\n'),
  );
});
