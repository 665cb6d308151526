import { describe, expect, it } from '@jest/globals';
import { attribute, ref, stackWith, sub } from '../testing/templates.ts';

const one = (resource: object, others: object = {}) => stackWith({ It: resource, ...others }).resources[0];

describe('a stack', () => {
  it.each([
    ['AWS::S3::Bucket', { BucketName: sub('b-${AWS::AccountId}') }, 'b-111122223333', 'arn:aws:s3:::b-111122223333'],
    [
      'AWS::SQS::Queue',
      { QueueName: 'q' },
      'https://sqs.eu-west-1.amazonaws.com/111122223333/q',
      'arn:aws:sqs:eu-west-1:111122223333:q',
    ],
    [
      'AWS::SNS::Topic',
      { TopicName: 't' },
      'arn:aws:sns:eu-west-1:111122223333:t',
      'arn:aws:sns:eu-west-1:111122223333:t',
    ],
    ['AWS::DynamoDB::Table', { TableName: 't' }, 't', 'arn:aws:dynamodb:eu-west-1:111122223333:table/t'],
    ['AWS::IAM::Role', { RoleName: 'r' }, 'r', 'arn:aws:iam::111122223333:role/r'],
    ['AWS::Lambda::Function', { FunctionName: 'f' }, 'f', 'arn:aws:lambda:eu-west-1:111122223333:function:f'],
    ['AWS::Logs::LogGroup', { LogGroupName: '/g' }, '/g', 'arn:aws:logs:eu-west-1:111122223333:log-group:/g:*'],
    ['AWS::Events::Rule', { Name: 'r' }, 'r', 'arn:aws:events:eu-west-1:111122223333:rule/r'],
    ['AWS::Events::Rule', { Name: 'r', EventBusName: 'b' }, 'b|r', 'arn:aws:events:eu-west-1:111122223333:rule/b/r'],
    ['AWS::KMS::Key', {}, 'regulabel-dev-ingest-It', 'arn:aws:kms:eu-west-1:111122223333:key/regulabel-dev-ingest-It'],
    ['AWS::Made::Up', {}, 'regulabel-dev-ingest-It', 'regulabel-dev-ingest-It'],
  ])('knows what refers to an %s', (Type, Properties, reference, arn) => {
    expect(one({ Type, Properties })).toMatchObject({ ref: reference, arn });
  });

  it('resolves what refers to others, circles among policies included', () => {
    const key = {
      Type: 'AWS::KMS::Key',
      Properties: { Description: attribute('Role'), Other: sub('${Queue.QueueName}!') },
    };
    const role = { Type: 'AWS::IAM::Role', Properties: { RoleName: 'r', Description: attribute('It') } };
    const queue = { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'q', Seconds: ref('AWS::NoValue') } };
    expect(one(key, { Role: role, Queue: queue })?.properties).toEqual({
      Description: 'arn:aws:iam::111122223333:role/r',
      Other: 'q!',
    });
    expect(stackWith({ Queue: queue }).resources[0]?.properties).toEqual({ QueueName: 'q' });
  });

  it('refuses what refers to nothing', () => {
    expect(() => one({ Type: 'AWS::SQS::Queue', Properties: { KmsMasterKeyId: ref('Nothing') } })).toThrow(
      'regulabel-dev-ingest: there is no resource named Nothing',
    );
  });
});
