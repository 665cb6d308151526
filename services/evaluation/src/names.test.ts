import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import {
  jobImageParameter,
  predictionsBucket,
  registryBucket,
  stateMachineArn,
  winnersTable,
} from '@regulabel/shared/names';

const place = { stage: '${sls:stage}', account: '${AWS::AccountId}', region: '${AWS::Region}' };
const template = (file: string) => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');

it('names in its templates what the other services look for, and theirs, as the shared package does', () => {
  expect(template('resources/storage.yml')).toContain(`TableName: ${winnersTable(place)}\n`);
  expect(template('resources/storage.yml')).toContain(`BucketName: !Sub ${registryBucket(place)}\n`);
  expect(template('resources/rules.yml')).toContain(stateMachineArn(place, 'comparison'));
  expect(template('functions.yml')).toContain(`INFERENCE_MACHINE_ARN: !Sub ${stateMachineArn(place, 'inference')}\n`);
  expect(template('functions.yml')).toContain(`PREDICTIONS_BUCKET: !Sub ${predictionsBucket(place)}\n`);
  expect(template('functions.yml')).toContain(`JOB_IMAGE_PARAMETER: ${jobImageParameter(place)}\n`);
});
