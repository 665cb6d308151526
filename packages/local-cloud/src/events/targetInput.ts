import type { EventEnvelope, Target } from './model.ts';

interface Origin {
  readonly ruleArn: string;
  /** ISO 8601. */
  readonly ingestionTime: string;
}

/** The text that a target gets for an event: the event, or what the target's Input, InputPath or InputTransformer makes of it. */
export function targetInput(target: Target, event: EventEnvelope, origin: Origin): string {
  if (target.Input !== undefined) return target.Input;
  if (target.InputPath !== undefined) return JSON.stringify(at(event, target.InputPath) ?? {});
  if (target.InputTransformer === undefined) return JSON.stringify(event);
  const { InputPathsMap = {}, InputTemplate } = target.InputTransformer;
  const values = new Map<string, unknown>(Object.entries(InputPathsMap).map(([name, path]) => [name, at(event, path)]));
  const { detail, ...withoutDetail } = event;
  values.set('aws.events.rule-arn', origin.ruleArn);
  values.set('aws.events.rule-name', origin.ruleArn.split('/').at(-1));
  values.set('aws.events.event.ingestion-time', origin.ingestionTime);
  values.set('aws.events.event', withoutDetail);
  values.set('aws.events.event.json', { ...withoutDetail, detail });
  return fill(InputTemplate, values);
}

/**
 * A variable that stands for a whole JSON value becomes one, a variable within a string its text. One without a value
 * leaves nothing: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
 */
function fill(template: string, values: ReadonlyMap<string, unknown>): string {
  let quoted = false;
  return template.replace(/\\.|"|<([A-Za-z0-9_.-]+)>/g, (found, name: string | undefined) => {
    if (found === '"') quoted = !quoted;
    if (name === undefined) return found;
    const value = values.get(name);
    if (value === undefined) return '';
    if (!quoted) return JSON.stringify(value);
    return JSON.stringify(typeof value === 'string' ? value : JSON.stringify(value)).slice(1, -1);
  });
}

/** Whether a path is of the kind that EventBridge reads: `$`, `.name`, `['name']`, `[0]`. */
export const isPath = (path: string): boolean => /^\$(\.[\w/-]+|\['[^']*'\]|\[\d+\])*$/.test(path);

function at(event: EventEnvelope, path: string): unknown {
  const steps = path.match(/[\w/-]+|(?<=\[')[^']*(?='\])/g) ?? [];
  return steps.reduce<unknown>((value, step) => (isContainer(value) ? value[step] : undefined), event);
}

const isContainer = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;
