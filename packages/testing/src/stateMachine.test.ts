import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { loadStateMachine } from './stateMachine.ts';

describe('loadStateMachine', () => {
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'state-machine-'))));
  afterEach(() => rm(folder, { recursive: true }));

  const write = async (text: string) => {
    const file = join(folder, 'state-machine.yml');
    await writeFile(file, text);
    return file;
  };

  it('gives the definition of stage dev with CloudFormation tags as their text', async () => {
    const file = await write(`
name: machine
role: !GetAtt MachineRole.Arn
definition:
  StartAt: Work
  States:
    Work:
      Type: Task
      Resource: !GetAtt DecideLambdaFunction.Arn
      Arguments: { Topic: !Sub 'arn:\${AWS::Region}', Key: !Ref Key, Bus: 'regulabel-\${sls:stage}' }
`);
    expect(loadStateMachine(file)).toEqual({
      StartAt: 'Work',
      States: {
        Work: {
          Type: 'Task',
          Resource: 'DecideLambdaFunction.Arn',
          Arguments: { Topic: 'arn:${AWS::Region}', Key: 'Key', Bus: 'regulabel-dev' },
        },
      },
    });
  });

  it('names a file without a definition', async () => {
    const file = await write('name: machine');
    expect(() => loadStateMachine(file)).toThrow(/state-machine\.yml has no state machine/);
  });

  it('refuses a tag whose meaning it does not know', async () => {
    const file = await write('definition: { StartAt: Work, States: { Work: { Resource: !ImportValue shared } } }');
    expect(() => loadStateMachine(file)).toThrow(/!ImportValue/);
  });
});
