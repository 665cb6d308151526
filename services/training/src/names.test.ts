import { readFileSync } from 'node:fs';
import {
  dataBucket,
  jobImageParameter,
  modelsBucket,
  predictionsBucket,
  stateMachineArn,
  winnersTable,
} from '@regulabel/shared/names';
import { expect, it } from '@jest/globals';

const place = { stage: '${sls:stage}', account: '${AWS::AccountId}', region: '${AWS::Region}' };
const template = (file: string) => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');

it('names in its templates what the other services look for, and theirs, as the shared package does', () => {
  expect(template('resources/storage.yml')).toContain(`BucketName: !Sub '${modelsBucket(place)}'\n`);
  expect(template('resources/rules.yml')).toContain(`name: [!Sub '${dataBucket(place)}']\n`);
  expect(template('resources/rules.yml')).toContain(stateMachineArn(place, 'training'));
  expect(template('state-machine.yml')).toContain(
    `name: ${stateMachineArn(place, 'training').replace(/.*stateMachine:/, '')}\n`,
  );
  expect(template('resources/jobRoles.yml')).toContain(`${predictionsBucket(place)}/work/*`);
  expect(template('functions.yml')).toContain(`WINNERS_TABLE: ${winnersTable(place)}\n`);
  expect(template('functions.yml')).toContain(`JOB_IMAGE_PARAMETER: ${jobImageParameter(place)}\n`);
});
