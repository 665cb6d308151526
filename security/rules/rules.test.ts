import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { each, report, violationsOf } from './rule.ts';
import { rules } from './rules.ts';
import { changed, stackWith } from './testing/templates.ts';

describe('the rules', () => {
  it('have a name of their own, and say what to do', () => {
    expect(new Set(rules.map(({ name }) => name)).size).toBe(rules.length);
    for (const { name, remedy } of rules) {
      expect(name).toMatch(/^[a-z]+(-[a-z]+)+$/);
      expect(remedy).toMatch(/^[A-Z].*[^.]$/);
    }
  });

  it('are each shown to find something', () => {
    const tests = globSync('*/*.test.ts', { cwd: import.meta.dirname })
      .map((file) => readFileSync(`${import.meta.dirname}/${file}`, 'utf8'))
      .join('\n');
    const unproven = rules.filter(({ name }) => !new RegExp(`(?<![\\w-])${name}(?![\\w-])`).test(tests));
    expect(unproven.map(({ name }) => name)).toEqual([]);
  });

  it('stay silent about a stack that has nothing', async () => {
    expect(await violationsOf(rules, [stackWith({})])).toEqual([]);
  });
});

describe('report', () => {
  const queue = { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'a' } };
  const short = {
    name: 'queue-long-name',
    remedy: 'Take more letters',
    standsFor: ['X-1'],
    check: each('AWS::SQS::Queue', ({ properties }) =>
      properties['QueueName'] === 'a' ? [{ in: 'its name', what: 'too short' }, 'hard to find'] : undefined,
    ),
  };

  it('tells each rule once, what to do, and every place', async () => {
    const stacks = [stackWith({ Queue: queue, Other: changed(queue, 'Properties.QueueName', 'work') })];
    expect(report(await violationsOf([short], stacks))).toEqual([
      'queue-long-name, X-1',
      '  Take more letters.',
      '  - regulabel-dev-ingest: Queue, its name: too short',
      '  - regulabel-dev-ingest: Queue: hard to find',
    ]);
  });
});
