import { describe, expect, it } from '@jest/globals';
import { surroundingsOf } from './surroundings.ts';

const template = {
  Resources: {
    Key: { Type: 'AWS::KMS::Key', Properties: { KeyPolicy: { Statement: [{ Sid: 'Own' }] } } },
    Bucket: { Type: 'AWS::S3::Bucket', Properties: { KMSMasterKeyID: { 'Fn::GetAtt': ['Key', 'Arn'] } } },
    Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'work' } },
    Rule: { Type: 'AWS::Events::Rule', Properties: {} },
    Task: { Type: 'AWS::Lambda::Function', Properties: { Role: { 'Fn::GetAtt': ['QueueRole', 'Arn'] } } },
    QueueRole: { Type: 'AWS::IAM::Role', Properties: { Resource: { 'Fn::GetAtt': ['Queue', 'Arn'] } } },
    KeyRole: {
      Type: 'AWS::IAM::Role',
      Properties: { Resource: { 'Fn::Sub': '${Key.Arn}/${AWS::Region}' } },
    },
    Machine: {
      Type: 'AWS::StepFunctions::StateMachine',
      Properties: {
        StateMachineName: 'machine',
        StateMachineType: 'STANDARD',
        RoleArn: { 'Fn::GetAtt': ['KeyRole', 'Arn'] },
        DefinitionString: { 'Fn::Sub': ['{"Queue":"${q}"}', { q: { 'Fn::GetAtt': ['Queue', 'Arn'] } }] },
        LoggingConfiguration: { Destinations: [{ 'Fn::GetAtt': ['Log', 'Arn'] }] },
      },
    },
    Log: { Type: 'AWS::Logs::LogGroup', Properties: {} },
  },
};

describe('surroundingsOf', () => {
  const { Resources } = surroundingsOf(template);

  it('keeps what holds something, and who may use it; nothing that acts', () => {
    expect(Object.keys(Resources).sort()).toEqual(['Bucket', 'Key', 'KeyRole', 'Machine']);
    expect(Resources['Bucket']).toEqual(template.Resources.Bucket);
  });

  it('lets the account use the keys, beside whom they admit already', () => {
    expect(Resources['Key']!.Properties['KeyPolicy']).toMatchObject({
      Statement: [{ Sid: 'Own' }, { Action: 'kms:*' }],
    });
  });

  it('has state machines that start and end, under their own names', () => {
    const { DefinitionString, ...named } = Resources['Machine']!.Properties;
    expect(named).toEqual({
      StateMachineName: 'machine',
      StateMachineType: 'STANDARD',
      RoleArn: { 'Fn::GetAtt': ['KeyRole', 'Arn'] },
    });
    expect(JSON.parse(String(DefinitionString))).toMatchObject({ States: { Asked: { Type: 'Pass', End: true } } });
  });
});
