import { each, type Rule } from '../rule.ts';
import { onlyOverTls, policiesOn, statementsOf } from '../template/policies.ts';
import { underOwnKey } from './encryption.ts';

export const topics: readonly Rule[] = [
  {
    name: 'topic-encrypted',
    remedy: "Set KmsMasterKeyId to a key of the same template: services cannot publish under SNS's own key",
    standsFor: ['AwsSolutions-SNS2', 'CKV_AWS_26'],
    check: each('AWS::SNS::Topic', underOwnKey('notices')),
  },
  {
    name: 'topic-tls-only',
    remedy:
      'Give it a policy that denies sns:Publish to everybody where aws:SecureTransport is false (SNS takes no sns:* there)',
    standsFor: ['AwsSolutions-SNS3'],
    check: each('AWS::SNS::Topic', (topic, stack) =>
      onlyOverTls(policiesOn(stack, topic).flatMap(statementsOf), [{ action: 'sns:Publish', resource: topic.arn }])
        ? undefined
        : 'it takes notices over plain HTTP',
    ),
  },
];
