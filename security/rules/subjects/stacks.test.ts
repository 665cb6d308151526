import { describe, expect, it } from '@jest/globals';
import { found, ref, stackWith, sub } from '../testing/templates.ts';
import { stacks } from './stacks.ts';

const queue = (QueueName: unknown) => ({ Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName } } });
const exported = (Name: unknown) => ({ Outputs: { Bus: { Value: ref('Queue'), Export: { Name } } } });

describe('the rules on stacks', () => {
  it('find nothing where all is well, in what Serverless exports for itself neither', async () => {
    const stack = stackWith(queue('regulabel-dev-work'), 'ingest', exported('sls-regulabel-ingest-dev-Bucket'));
    expect(await found(stacks, stack)).toEqual([]);
  });

  it('find an export', async () => {
    const stack = stackWith(queue('regulabel-dev-work'), 'ingest', exported('bus'));
    expect(await found(stacks, stack)).toEqual(['stack-exports-nothing: Outputs.Bus: it is exported as bus']);
    const computed = stackWith(queue('regulabel-dev-work'), 'ingest', exported(sub('${AWS::StackName}-bus')));
    expect(await found(stacks, computed)).toEqual(['stack-exports-nothing: Outputs.Bus: it is exported as computed']);
  });

  it('find an import, wherever it is', async () => {
    const imported = { Outputs: { Bus: { Value: [{ 'Fn::ImportValue': 'bus' }] } } };
    expect(await found(stacks, stackWith(queue('regulabel-dev-work'), 'ingest', imported))).toEqual([
      'stack-imports-nothing: Outputs.Bus.Value.0: it imports a value of another stack',
    ]);
  });

  it.each(['work', 'regulabel-work', 'regulabel-developer-work', 'regulabel-staging-work'])(
    'find a name that another stage would have too: %s',
    async (name) => {
      expect(await found(stacks, stackWith(queue(name)))).toEqual([
        `names-tell-the-stage: Queue: another stage would have a ${name} too`,
      ]);
    },
  );

  it('find a name that the longest stage would make too long', async () => {
    const name = (length: number) => `regulabel-dev-${'x'.repeat(length - 14)}`;
    expect(await found(stacks, stackWith(queue(name(75))))).toEqual([]);
    expect(await found(stacks, stackWith(queue(name(76))))).toEqual([
      `names-fit-the-longest-stage: Queue: ${name(76)} may have 81 characters, AWS takes 80`,
    ]);
  });
});
