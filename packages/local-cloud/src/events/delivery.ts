import { createHash } from 'node:crypto';
import { AwsError, roleSession, servicePrincipal, type Caller, type Cloud } from '../aws.ts';
import { sendDeadLetter } from './deadLetter.ts';
import { invokeTarget, targetKind } from './invokeTarget.ts';
import type { EventEnvelope, Target } from './model.ts';
import { Outbox } from './outbox.ts';
import { targetInput } from './targetInput.ts';

/** One event on its way to one target of a rule. */
export interface Delivery {
  readonly event: EventEnvelope;
  readonly ruleArn: string;
  readonly target: Target;
  /** ISO 8601. */
  readonly ingestionTime: string;
}

const SELF = servicePrincipal('events');

/** The events that EventBridge has accepted and not yet brought to their targets. */
export const createDeliveries = (cloud: Cloud): Outbox<Delivery> =>
  new Outbox(cloud, 'events.outbox', {
    deliver: (delivery) => deliver(cloud, delivery),
    retryPolicy: ({ target }) => target.RetryPolicy,
    giveUp: ({ event, ruleArn, target }, failure) =>
      sendDeadLetter(
        cloud,
        {
          what: `event ${event.id} of ${ruleArn} to ${target.Arn}`,
          queue: target.DeadLetterConfig?.Arn,
          body: JSON.stringify(event),
          attributes: { RULE_ARN: ruleArn, TARGET_ARN: target.Arn },
          caller: SELF,
        },
        failure,
      ),
  });

async function deliver(cloud: Cloud, { event, ruleArn, target, ingestionTime }: Delivery): Promise<void> {
  const caller = target.RoleArn === undefined ? SELF : roleSession(target.RoleArn, event.id.replaceAll('-', ''));
  if (targetKind(target.Arn).service === 'events') {
    // Only services may put `aws.*` events; EventBridge itself carries them on.
    await putOn(cloud, target.Arn, event, event.source.startsWith('aws.') ? SELF : caller);
    return;
  }
  const place = createHash('sha256').update(`${ruleArn}/${target.Id}`).digest('hex').slice(0, 36);
  await invokeTarget(cloud, {
    targetArn: target.Arn,
    payload: targetInput(target, event, { ruleArn, ingestionTime }),
    executionName: `${event.id}_${place}`,
    caller,
  });
}

async function putOn(cloud: Cloud, bus: string, event: EventEnvelope, caller: Caller): Promise<void> {
  const entry = {
    EventBusName: bus,
    Source: event.source,
    DetailType: event['detail-type'],
    Detail: JSON.stringify(event.detail),
    Resources: event.resources,
    Time: Date.parse(event.time) / 1000,
  };
  const { Entries } = await cloud.call('events', 'PutEvents', { Entries: [entry] }, caller);
  const [failed] = (Entries as { ErrorCode?: string; ErrorMessage?: string }[]).filter(({ ErrorCode }) => ErrorCode);
  if (failed !== undefined) throw new AwsError(failed.ErrorCode ?? '', failed.ErrorMessage ?? '');
}
