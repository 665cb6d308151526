import { each, type Rule } from '../rule.ts';
import { at, text } from '../template/json.ts';
import { onlyOverTls, policiesOn, statementsOf } from '../template/policies.ts';
import { ofType } from '../template/stack.ts';
import { deadLetterArns } from '../template/world.ts';
import { underOwnKey } from './encryption.ts';

const FOURTEEN_DAYS = 14 * 24 * 3600;
const RECEIVES = 5;
/** https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html */
const TIMES_FUNCTION_TIMEOUT = 6;

export const queues: readonly Rule[] = [
  {
    name: 'queue-encrypted',
    remedy: "Set KmsMasterKeyId to a key of the same template: services cannot deliver under SQS's own key",
    standsFor: ['AwsSolutions-SQS2', 'CKV_AWS_27'],
    check: each('AWS::SQS::Queue', underOwnKey('messages')),
  },
  {
    name: 'queue-has-dead-letters',
    remedy: `Give it a RedrivePolicy with maxReceiveCount ${RECEIVES} to a queue of the same template that keeps messages for 14 days`,
    standsFor: ['AwsSolutions-SQS3'],
    check: each('AWS::SQS::Queue', (queue, stack) => {
      if (deadLetterArns(stack).has(queue.arn))
        return Number(queue.properties['MessageRetentionPeriod']) === FOURTEEN_DAYS
          ? undefined
          : 'dead letters are thrown away before their 14 days are over';
      const target = text(at(queue.properties, 'RedrivePolicy', 'deadLetterTargetArn'));
      if (!ofType(stack, 'AWS::SQS::Queue').some(({ arn }) => arn === target))
        return 'what nobody can handle comes back until it is thrown away';
      return Number(at(queue.properties, 'RedrivePolicy', 'maxReceiveCount')) === RECEIVES
        ? undefined
        : `a message is not tried ${RECEIVES} times`;
    }),
  },
  {
    name: 'queue-tls-only',
    remedy: 'Give it a policy that denies sqs:* to everybody where aws:SecureTransport is false',
    standsFor: ['AwsSolutions-SQS4'],
    check: each('AWS::SQS::Queue', (queue, stack) =>
      onlyOverTls(
        policiesOn(stack, queue).flatMap(statementsOf),
        ['sqs:SendMessage', 'sqs:ReceiveMessage', 'sqs:DeleteMessage'].map((action) => ({
          action,
          resource: queue.arn,
        })),
      )
        ? undefined
        : 'it answers over plain HTTP',
    ),
  },
  {
    name: 'queue-outwaits-its-function',
    remedy: `Set VisibilityTimeout to at least ${TIMES_FUNCTION_TIMEOUT} times the function's Timeout`,
    check: each('AWS::Lambda::EventSourceMapping', ({ properties }, stack) => {
      const queue = ofType(stack, 'AWS::SQS::Queue').find(({ arn }) => arn === properties['EventSourceArn']);
      const reader = ofType(stack, 'AWS::Lambda::Function').find(({ ref, arn }) =>
        [ref, arn].includes(text(properties['FunctionName'])),
      );
      if (queue === undefined || reader === undefined) return 'it joins no queue and function of this stack';
      const timeout = Number(reader.properties['Timeout'] ?? 3);
      const visibility = Number(queue.properties['VisibilityTimeout'] ?? 30);
      return visibility >= TIMES_FUNCTION_TIMEOUT * timeout
        ? undefined
        : `messages of ${queue.id} come back after ${visibility} s while ${reader.id}, which may take ${timeout} s, still has them`;
    }),
  },
];
