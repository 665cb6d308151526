import { readFileSync } from 'node:fs';
import {
  dataBucket,
  operatorRoleArn,
  predictionsBucket,
  registryBucket,
  runsTable,
  stateMachineArn,
  winnersTable,
} from '@regulabel/shared/names';
import { expect, it } from '@jest/globals';

const place = { stage: '${sls:stage}', account: '${AWS::AccountId}', region: '${AWS::Region}' };
const template = (file: string) => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');

it('names in its templates what the other services look for, and theirs, as the shared package does', () => {
  expect(template('resources/storage.yml')).toContain(`BucketName: !Sub '${dataBucket(place)}'\n`);
  expect(template('resources/storage.yml')).toContain(`TableName: ${runsTable(place)}\n`);
  expect(template('serverless.yml')).toContain(`RUNS_TABLE: ${runsTable(place)}\n`);
  expect(template('resources/operator.yml')).toContain(`RoleName: ${operatorRoleArn(place).split('/').at(-1) ?? ''}\n`);
  expect(template('state-machine.yml')).toContain(
    `name: ${stateMachineArn(place, 'extract').replace(/.*stateMachine:/, '')}\n`,
  );
  for (const name of [predictionsBucket(place), registryBucket(place), winnersTable(place)]) {
    expect(template('resources/operator.yml')).toContain(name);
  }
});
