import { describe, expect, it } from '@jest/globals';
import { difference } from './templates.ts';

const resources = {
  Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'work', VisibilityTimeout: 180 } },
  Task: {
    Type: 'AWS::Lambda::Function',
    Properties: { Code: { S3Key: 'serverless/1/task.zip' }, Timeout: 30 } as Record<string, unknown>,
  },
  TaskVersion1: { Type: 'AWS::Lambda::Version', Properties: {} },
  Machine: {
    Type: 'AWS::StepFunctions::StateMachine',
    Properties: { StateMachineName: 'machine', DefinitionString: '{"StartAt":"A"}' },
  },
};
const before = { Resources: resources };
const { TaskVersion1, ...others } = resources;

describe('difference', () => {
  it('is none where only the packages have other names', () => {
    const Task = {
      ...resources.Task,
      Properties: { ...resources.Task.Properties, Code: { S3Key: 'serverless/2/task.zip' } },
    };
    const after = { Resources: { ...others, Task, TaskVersion2: TaskVersion1 } };
    expect(difference(before, after)).toEqual({ definitions: [], rest: [] });
  });

  it("names the state machines with another definition, and what else there is to such a machine's change", () => {
    const Properties = { StateMachineName: 'machine', DefinitionString: '{"StartAt":"B"}' };
    const Machine = { ...resources.Machine, Properties };
    expect(difference(before, { Resources: { ...resources, Machine } })).toEqual({
      definitions: ['Machine'],
      rest: [],
    });
    const renamed = { ...Machine, Properties: { ...Properties, StateMachineName: 'other' } };
    expect(difference(before, { Resources: { ...resources, Machine: renamed } })).toEqual({
      definitions: ['Machine'],
      rest: ['Machine (AWS::StepFunctions::StateMachine) has another StateMachineName'],
    });
  });

  it('says of everything else what it is', () => {
    const { Queue, Task, ...left } = resources;
    const after = {
      Resources: {
        ...left,
        Queue: { ...Queue, Properties: { QueueName: 'work', VisibilityTimeout: 60, DelaySeconds: 1 } },
        Task: { ...Task, Properties: { ...Task.Properties, Timeout: 60 } },
        Rule: { Type: 'AWS::Events::Rule', Properties: {} },
      },
    };
    expect(difference(before, after).rest).toEqual([
      'Queue (AWS::SQS::Queue) has another VisibilityTimeout, DelaySeconds',
      'Task (AWS::Lambda::Function) has another Timeout',
      'Rule (AWS::Events::Rule) is new',
    ]);
    expect(difference(after, before).rest).toContain('Rule (AWS::Events::Rule) is gone');
  });
});
