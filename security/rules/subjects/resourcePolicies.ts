import { each, type Problem, type Rule } from '../rule.ts';
import { openToAll, policiesOn, statementsOf } from '../template/policies.ts';
import type { Resource, Stack } from '../template/stack.ts';

const TYPES = ['AWS::S3::BucketPolicy', 'AWS::SQS::QueuePolicy', 'AWS::SNS::TopicPolicy'];

const eachPolicy = (problemsOf: (policy: Resource) => readonly Problem[]) => (stacks: readonly Stack[]) =>
  TYPES.flatMap((type) => each(type, problemsOf)(stacks));

export const resourcePolicies: readonly Rule[] = [
  {
    name: 'policy-not-for-everybody',
    remedy: 'Name the service that delivers, with the ARN of its source, or the account',
    standsFor: [
      'AwsSolutions-S5',
      'guard sqs_queuepolicy_no_wildcard_principal',
      'guard sns_topicpolicy_no_wildcard_principal',
    ],
    check: eachPolicy((policy) =>
      openToAll(statementsOf(policy)).map((origin) => ({ in: `statement ${origin}`, what: 'its principal is *' })),
    ),
  },
  {
    name: 'policy-without-wildcard-action',
    remedy: 'List the actions',
    standsFor: ['guard sqs_queuepolicy_no_wildcard_action'],
    check: eachPolicy((policy) =>
      statementsOf(policy)
        .filter(({ effect, actions }) => effect === 'Allow' && (actions.allBut || actions.patterns.some(isWild)))
        .map(({ origin, actions }) => ({
          in: `statement ${origin}`,
          what: actions.allBut ? 'it allows all but what NotAction names' : `it allows ${actions.patterns.join(', ')}`,
        })),
    ),
  },
  {
    name: 'policy-is-the-only-one',
    remedy: 'Put all statements on a queue or topic into one policy: the last one deployed wins',
    check: (stacks) =>
      ['AWS::SQS::Queue', 'AWS::SNS::Topic'].flatMap((type) =>
        each(type, (guarded, stack) => {
          const ids = policiesOn(stack, guarded).map(({ id }) => id);
          return ids.length > 1 ? `several policies overwrite each other: ${ids.join(', ')}` : undefined;
        })(stacks),
      ),
  },
];

const isWild = (pattern: string): boolean => /[*?]/.test(pattern);
