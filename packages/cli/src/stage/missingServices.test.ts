import { ResourceNotFoundException } from '@aws-sdk/client-dynamodb';
import { DescribeStateMachineCommand, SFNClient, StateMachineDoesNotExist } from '@aws-sdk/client-sfn';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { exampleSession } from '../session.fixture.ts';
import { whatIsMissing } from './missingServices.ts';

const sfn = mockClient(SFNClient);
const notThere = new ResourceNotFoundException({ message: 'Requested resource not found', $metadata: {} });

beforeEach(() => {
  sfn.reset();
  sfn.on(DescribeStateMachineCommand).resolves({});
});

describe('whatIsMissing', () => {
  it('names the services that a stage lacks when a table of one is not there', async () => {
    for (const machine of ['training', 'comparison']) {
      sfn
        .on(DescribeStateMachineCommand, {
          stateMachineArn: `arn:aws:states:eu-west-1:111122223333:stateMachine:regulabel-dev-${machine}`,
        })
        .rejects(new StateMachineDoesNotExist({ message: 'no', $metadata: {} }));
    }
    expect(await whatIsMissing(exampleSession, notThere)).toMatchObject({
      name: 'CommandError',
      message:
        'stage dev lacks training, evaluation in account 111122223333, eu-west-1: deploy what is missing with `npx serverless deploy --stage dev` in its folder below services/',
      cause: notThere,
    });
  });

  it('leaves the error as it is when every service is deployed, and asks nothing for an error of another kind', async () => {
    expect(await whatIsMissing(exampleSession, notThere)).toBe(notThere);
    sfn.reset();
    const other = new Error('something else');
    expect(await whatIsMissing(exampleSession, other)).toBe(other);
    expect(sfn.calls()).toHaveLength(0);
  });
});
