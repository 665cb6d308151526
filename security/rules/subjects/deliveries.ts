/** What AWS's services deliver by themselves. Nothing tells when they may not: the event, alarm or line of log is gone. */
import type { Context } from '@regulabel/local-cloud/policy/pattern';
import { each, finding, type Check, type Finding, type Rule } from '../rule.ts';
import { at, list, text } from '../template/json.ts';
import { decided, service } from '../template/policies.ts';
import { ofType, type Resource, type Stack } from '../template/stack.ts';
import { guarding, keyOf, known } from '../template/world.ts';

interface Delivery {
  readonly stack: Stack;
  /** The rule, alarm or budget that has something to deliver. */
  readonly from: Resource;
  readonly by: string;
  readonly action: string;
  /** ARN of the queue or topic. */
  readonly to: string;
}

function deliveriesOf(stack: Stack): Delivery[] {
  const toQueue = (from: Resource, arns: readonly unknown[]): Delivery[] =>
    arns
      .map(text)
      .filter((to) => to.startsWith('arn:aws:sqs:'))
      .map((to) => ({ stack, from, by: 'events.amazonaws.com', action: 'sqs:SendMessage', to }));
  const toTopic = (from: Resource, by: string, arns: readonly unknown[]): Delivery[] =>
    arns
      .map(text)
      .filter((to) => to.startsWith('arn:aws:sns:'))
      .map((to) => ({ stack, from, by, action: 'sns:Publish', to }));
  return [
    ...ofType(stack, 'AWS::Events::Rule').flatMap((rule) =>
      list(rule.properties['Targets']).flatMap((target) => [
        ...toQueue(rule, [at(target, 'Arn'), at(target, 'DeadLetterConfig', 'Arn')]),
        ...toTopic(rule, 'events.amazonaws.com', [at(target, 'Arn')]),
      ]),
    ),
    ...ofType(stack, 'AWS::CloudWatch::Alarm').flatMap((alarm) =>
      toTopic(alarm, 'cloudwatch.amazonaws.com', list(alarm.properties['AlarmActions'])),
    ),
    ...ofType(stack, 'AWS::Budgets::Budget').flatMap((budget) =>
      list(budget.properties['NotificationsWithSubscribers'])
        .flatMap((notification) => list(at(notification, 'Subscribers')))
        .flatMap((subscriber) => toTopic(budget, 'budgets.amazonaws.com', [at(subscriber, 'Address')])),
    ),
  ];
}

const eachDelivery =
  (problemOf: (delivery: Delivery, stacks: readonly Stack[]) => string | undefined): Check =>
  (stacks) =>
    stacks.flatMap(deliveriesOf).flatMap((delivery): Finding[] => {
      const what = problemOf(delivery, stacks);
      return what === undefined ? [] : [finding(delivery.stack, delivery.from, what)];
    });

/** What the service says of itself when it delivers for `from` of `account`. */
function sourceOf({ from, by, stack }: Delivery, account = stack.place.account): Context {
  const arn = from.arn.startsWith('arn:')
    ? from.arn
    : `arn:aws:${by.split('.')[0] ?? ''}::${stack.place.account}:${from.ref}`;
  return {
    'aws:sourcearn': arn.replace(`:${stack.place.account}:`, `:${account}:`),
    'aws:sourceaccount': account,
    'aws:securetransport': 'true',
  };
}

function mayDeliver({ by, action, to }: Delivery, stacks: readonly Stack[], context: Context): boolean {
  const target = known(stacks, to);
  if (target === undefined) return false;
  return decided({ principal: service(by), action, resource: to, context }, { resource: guarding(target) }).allowed;
}

/** CloudWatch Logs, for a group. https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html */
const LOG_USES = [
  'kms:Encrypt',
  'kms:Decrypt',
  'kms:ReEncryptFrom',
  'kms:ReEncryptTo',
  'kms:GenerateDataKey',
  'kms:DescribeKey',
];

export const deliveries: readonly Rule[] = [
  {
    name: 'event-target-has-dead-letters',
    remedy: "Set the target's DeadLetterConfig: without it EventBridge drops what it cannot deliver",
    check: (stacks) => [
      ...each('AWS::Events::Rule', ({ properties }) =>
        list(properties['Targets'])
          .filter((target) => at(target, 'DeadLetterConfig', 'Arn') === undefined)
          .map((target) => ({ in: `target ${text(at(target, 'Id'))}`, what: 'what cannot be delivered is dropped' })),
      )(stacks),
      ...each('AWS::Scheduler::Schedule', ({ properties }) =>
        at(properties, 'Target', 'DeadLetterConfig', 'Arn') === undefined ? 'a start that fails is dropped' : undefined,
      )(stacks),
    ],
  },
  {
    name: 'delivery-allowed',
    remedy:
      "Let the queue's or topic's policy admit the service, with aws:SourceArn (or aws:SourceAccount) of what delivers",
    check: eachDelivery((delivery, stacks) => {
      const { by, to } = delivery;
      if (known(stacks, to) === undefined) return `${to} is in none of the templates`;
      return mayDeliver(delivery, stacks, sourceOf(delivery)) ? undefined : `${by} may not deliver to ${to}`;
    }),
  },
  {
    name: 'delivery-for-this-account-only',
    remedy:
      "Narrow the statement by aws:SourceArn (or aws:SourceAccount): other accounts' rules and alarms come from the same service",
    check: eachDelivery((delivery, stacks) =>
      mayDeliver(delivery, stacks, sourceOf(delivery, '999999999999'))
        ? `${delivery.by} may deliver to ${delivery.to} for another account`
        : undefined,
    ),
  },
  {
    name: 'queue-takes-its-rule-only',
    remedy: 'Narrow the statement by ArnEquals aws:SourceArn to the rule',
    check: eachDelivery((delivery, stacks) => {
      if (delivery.action !== 'sqs:SendMessage') return undefined;
      const other = { ...sourceOf(delivery), 'aws:sourcearn': `${delivery.from.arn}-other` };
      return mayDeliver(delivery, stacks, other) ? `any rule of the account may deliver to ${delivery.to}` : undefined;
    }),
  },
  {
    name: 'delivery-key-usable',
    remedy:
      "Let the key's policy allow the service kms:GenerateDataKey and kms:Decrypt, without a condition on its source: it tells KMS none",
    check: eachDelivery(({ by, to }, stacks) => {
      const target = known(stacks, to);
      const key = target && keyOf(target.stack, target.resource);
      if (target === undefined || key === undefined) return undefined;
      const resource = guarding({ stack: target.stack, resource: key });
      const missing = ['kms:GenerateDataKey', 'kms:Decrypt'].filter(
        (action) =>
          !decided({ principal: service(by), action, resource: key.arn }, { resource, resourceDecides: true }).allowed,
      );
      return missing.length === 0
        ? undefined
        : `${by} may not ${missing.join(', ')} with ${key.id}, which encrypts ${to}`;
    }),
  },
  {
    name: 'log-key-usable',
    remedy:
      "Let the key's policy admit logs.<region>.amazonaws.com with ArnEquals (or ArnLike) kms:EncryptionContext:aws:logs:arn",
    check: each('AWS::Logs::LogGroup', (group, stack) => {
      const key = keyOf(stack, group);
      if (key === undefined) return undefined;
      const resource = guarding({ stack, resource: key });
      const may = (action: string, arn: string): boolean =>
        decided(
          {
            principal: service(`logs.${stack.place.region}.amazonaws.com`),
            action,
            resource: key.arn,
            context: { 'kms:encryptioncontext:aws:logs:arn': arn },
          },
          { resource, resourceDecides: true },
        ).allowed;
      const arn = group.arn.replace(/:\*$/, '');
      const missing = LOG_USES.filter((action) => !may(action, arn));
      if (missing.length > 0) return `CloudWatch Logs may not ${missing.join(', ')} with ${key.id}`;
      return may('kms:Decrypt', arn.replace(`:${stack.place.account}:`, ':999999999999:'))
        ? `CloudWatch Logs may use ${key.id} for another account's logs`
        : undefined;
    }),
  },
];
