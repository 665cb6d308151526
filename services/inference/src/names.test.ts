import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import {
  dataBucket,
  jobImageParameter,
  predictionsBucket,
  stateMachineArn,
  winnersTable,
} from '@regulabel/shared/names';

const place = { stage: '${sls:stage}', account: '${AWS::AccountId}', region: '${AWS::Region}' };
const template = (file: string) => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');

it('names in its templates what the other services look for, and theirs, as the shared package does', () => {
  expect(template('resources/storage.yml')).toContain(`BucketName: !Sub ${predictionsBucket(place)}\n`);
  expect(template('resources/rules.yml')).toContain(dataBucket(place));
  expect(template('resources/rules.yml')).toContain(stateMachineArn(place, 'inference'));
  expect(template('functions.yml')).toContain(`WINNERS_TABLE: ${winnersTable(place)}\n`);
  expect(template('functions.yml')).toContain(`JOB_IMAGE_PARAMETER: ${jobImageParameter(place)}\n`);
});
