import { Scalar, stringify } from 'yaml';
import type { EventEntry } from './contract.ts';

/** An event pattern of EventBridge. */
export type Pattern = Readonly<Record<string, unknown>>;

/** Which part of an event one may want alone: by a field that says whose it is. */
const PARTS: Readonly<Record<string, readonly string[]>> = { caller: ['evaluation', 'production'] };

/** Everything that is ours, for archives and monitors. */
export const everything: Pattern = { source: [{ prefix: 'regulabel.' }] };

/** The patterns of an event by the names of their files: `evaluation/modelPromoted.v1`, `inference/inferenceCompleted.v1.production`. */
export function patternsOf({ module, contract }: EventEntry): Readonly<Record<string, Pattern>> {
  const whole = { source: [contract.source], 'detail-type': [contract.detailType] };
  const parts = Object.entries(PARTS)
    .filter(([field]) => field in contract.data.shape)
    .flatMap(([field, values]) =>
      values.map((value) => [`${module}.${value}`, { ...whole, detail: { data: { [field]: [value] } } }] as const),
    );
  return { [module]: whole, ...Object.fromEntries(parts) };
}

/** A template with one rule that sends what `pattern` matches to a queue: deployable as it is, or to be copied from. */
export function ruleTemplateOf(pattern: Pattern, description: string): string {
  const queue = (what: string) => ({ Type: 'String', Description: what });
  const template = {
    AWSTemplateFormatVersion: quoted('2010-09-09'),
    Description: description,
    Parameters: {
      Stage: { Type: 'String', Description: 'The stage of Regulabel whose events are wanted, e.g. prod' },
      QueueArn: queue(
        'The queue that gets the events. Its policy, and its key if it has one, have to admit events.amazonaws.com',
      ),
      DeadLetterQueueArn: queue('The queue that gets what EventBridge could not deliver, with the same admission'),
    },
    Resources: {
      Rule: {
        Type: 'AWS::Events::Rule',
        Properties: {
          EventBusName: { 'Fn::Sub': 'regulabel-${Stage}' },
          EventPattern: pattern,
          Targets: [
            { Id: 'queue', Arn: { Ref: 'QueueArn' }, DeadLetterConfig: { Arn: { Ref: 'DeadLetterQueueArn' } } },
          ],
        },
      },
    },
    Outputs: {
      RuleArn: { Description: "aws:SourceArn of the queues' policies", Value: { 'Fn::GetAtt': ['Rule', 'Arn'] } },
    },
  };
  return stringify(template, { lineWidth: 0 });
}

/** A text that some readers of YAML would take for a date. */
function quoted(text: string): Scalar {
  const scalar = new Scalar(text);
  scalar.type = Scalar.QUOTE_SINGLE;
  return scalar;
}
