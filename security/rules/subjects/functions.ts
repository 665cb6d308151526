import { each, type Rule } from '../rule.ts';
import { at, list, text } from '../template/json.ts';
import type { Resource, Stack } from '../template/stack.ts';
import { isWatched } from './alarms.ts';

/** https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html, those that the bundles are made for. */
const RUNTIMES = ['nodejs24.x'];
const LONGEST = 900;
const SECRET = /AKIA[0-9A-Z]{16}|-----BEGIN/;
const SECRET_NAME = /SECRET|PASSWORD|API_?KEY|ACCESS_?KEY/i;

export const functions: readonly Rule[] = [
  {
    name: 'function-times-out',
    remedy: `Set Timeout, 1 to ${LONGEST} seconds`,
    check: each('AWS::Lambda::Function', ({ properties }) => {
      const timeout = Number(properties['Timeout']);
      return timeout >= 1 && timeout <= LONGEST ? undefined : 'how long it may take is not said';
    }),
  },
  {
    name: 'function-traced',
    remedy: 'Set TracingConfig.Mode to Active',
    standsFor: ['CKV_AWS_50'],
    check: each('AWS::Lambda::Function', ({ properties }) =>
      at(properties, 'TracingConfig', 'Mode') === 'Active' ? undefined : 'its calls are missing in X-Ray',
    ),
  },
  {
    name: 'function-on-supported-runtime',
    remedy: `Set Runtime to ${RUNTIMES.join(' or ')}`,
    standsFor: ['AwsSolutions-L1', 'CKV_AWS_363'],
    check: each('AWS::Lambda::Function', ({ properties }) =>
      RUNTIMES.includes(text(properties['Runtime']))
        ? undefined
        : `it runs on ${text(properties['Runtime']) || 'nothing'}`,
    ),
  },
  {
    name: 'function-holds-no-secret',
    remedy: 'Read secrets where they are needed, from Secrets Manager',
    standsFor: ['CKV_AWS_45'],
    check: each('AWS::Lambda::Function', ({ properties }) =>
      Object.entries((at(properties, 'Environment', 'Variables') ?? {}) as Record<string, unknown>)
        .filter(([name, value]) => SECRET_NAME.test(name) || SECRET.test(text(value)))
        .map(([name]) => ({ in: `variable ${name}`, what: 'it looks like a secret, and everybody may read it' })),
    ),
  },
  {
    name: 'function-reports-its-failures-one-by-one',
    remedy: 'Set FunctionResponseTypes to ReportBatchItemFailures: one bad message must not take the others along',
    check: each('AWS::Lambda::EventSourceMapping', ({ properties }) =>
      list(properties['FunctionResponseTypes']).includes('ReportBatchItemFailures')
        ? undefined
        : 'a batch fails as a whole',
    ),
  },
  {
    name: 'function-failures-noticed',
    remedy: 'Alarm on its Errors, or give it an on-failure destination: who starts it does not wait for its answer',
    standsFor: ['CKV_AWS_116'],
    check: each('AWS::Lambda::Function', (lambda, stack) =>
      !isStartedUnwatched(stack, lambda) ||
      at(lambda.properties, 'DeadLetterConfig', 'TargetArn') !== undefined ||
      isWatched(stack, { namespace: 'AWS/Lambda', name: 'Errors', value: lambda.ref })
        ? undefined
        : 'when it fails, what it was to do is dropped and nobody hears of it',
    ),
  },
  {
    name: 'function-invoked-by-known-source',
    remedy: 'Set SourceArn (or SourceAccount) on the permission of a service',
    standsFor: ['CKV_AWS_364'],
    check: each('AWS::Lambda::Permission', ({ properties }) =>
      text(properties['Principal']).endsWith('.amazonaws.com') &&
      properties['SourceArn'] === undefined &&
      properties['SourceAccount'] === undefined
        ? 'any account may have the service invoke it'
        : undefined,
    ),
  },
];

/** Scheduler and EventBridge invoke asynchronously. https://docs.aws.amazon.com/lambda/latest/dg/invocation-async.html */
const isStartedUnwatched = ({ resources }: Stack, { arn }: Resource): boolean =>
  resources.some(
    ({ type, properties }) =>
      (type === 'AWS::Scheduler::Schedule' && at(properties, 'Target', 'Arn') === arn) ||
      (type === 'AWS::Events::Rule' && list(properties['Targets']).some((target) => at(target, 'Arn') === arn)),
  );
