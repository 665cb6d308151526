import { z } from 'zod';
import { AwsError, type Caller, type Cloud, type Output, type Service } from '../aws.ts';
import { notSupported, operation } from '../operation.ts';
import { createDeliveries, type Delivery } from './delivery.ts';
import { INVOCABLE, targetKind } from './invokeTarget.ts';
import { parseJson } from './json.ts';
import { busParameter, newBus, nameOf, newRule, target, type EventEnvelope, type Target } from './model.ts';
import type { Outbox } from './outbox.ts';
import { compilePattern, fieldsOf, testEventPattern, type Fields, type Pattern } from './pattern.ts';
import { accept, busName, checkEntries, entry, type Entry } from './putEvents.ts';
import { isPath } from './targetInput.ts';

type Bus = z.output<typeof newBus> & { Arn: string; CreationTime: number; LastModifiedTime: number; Policy?: string };
type Rule = z.output<typeof newRule> & { Arn: string; EventPattern: string; EventBusName: string };

const MOST_TARGETS = 5;

/** EventBridge: buses, rules, PutEvents, and the deliveries that follow. */
export function createEvents(cloud: Cloud): Service {
  const deliveries = createDeliveries(cloud);
  const events = new EventBridge(cloud, deliveries);
  const prefix = z.string().optional();
  const rule = { Rule: nameOf(64), EventBusName: busParameter };
  return {
    name: 'events',
    operations: {
      CreateEventBus: operation(newBus.shape, (bus) => events.createBus(bus)),
      DescribeEventBus: operation({ Name: busParameter }, ({ Name }) => events.bus(Name)),
      ListEventBuses: operation({ NamePrefix: prefix }, ({ NamePrefix }) => ({ EventBuses: events.buses(NamePrefix) })),
      PutPermission: operation({ EventBusName: busParameter, Policy: z.string() }, ({ EventBusName, Policy }) =>
        events.putPolicy(EventBusName, Policy),
      ),
      PutRule: operation(newRule.shape, (given) => events.putRule(given)),
      DescribeRule: operation({ Name: nameOf(64), EventBusName: busParameter }, ({ Name, EventBusName }) =>
        events.rule(Name, EventBusName),
      ),
      ListRules: operation({ EventBusName: busParameter, NamePrefix: prefix }, ({ EventBusName, NamePrefix }) => ({
        Rules: events.rules(EventBusName, NamePrefix),
      })),
      PutTargets: operation({ ...rule, Targets: z.array(target).min(1).max(100) }, ({ Rule, EventBusName, Targets }) =>
        events.putTargets(events.rule(Rule, EventBusName), Targets),
      ),
      ListTargetsByRule: operation(rule, ({ Rule, EventBusName }) => ({
        Targets: events.targets(events.rule(Rule, EventBusName)),
      })),
      PutEvents: operation({ Entries: z.array(entry) }, ({ Entries }, caller) => events.putEvents(Entries, caller)),
      TestEventPattern: operation({ EventPattern: z.string(), Event: z.string() }, ({ EventPattern, Event }) => ({
        Result: testEventPattern(EventPattern, Event),
      })),
    },
    resume: () => {
      deliveries.resume();
    },
    close: () => deliveries.close(),
  };
}

class EventBridge {
  readonly #cloud: Cloud;
  readonly #deliveries: Outbox<Delivery>;
  readonly #buses;
  readonly #rules;
  readonly #targets;
  readonly #patterns = new Map<string, Pattern>();

  constructor(cloud: Cloud, deliveries: Outbox<Delivery>) {
    this.#cloud = cloud;
    this.#deliveries = deliveries;
    this.#buses = cloud.store.collection<Bus>('events.bus');
    this.#rules = cloud.store.collection<Rule>('events.rule');
    this.#targets = cloud.store.collection<readonly Target[]>('events.targets');
    if (this.#buses.get('default') === undefined) this.createBus({ Name: 'default' });
  }

  createBus(bus: z.output<typeof newBus>): Output {
    if (this.#buses.get(bus.Name) !== undefined) {
      throw new AwsError('ResourceAlreadyExistsException', `Event bus ${bus.Name} already exists.`);
    }
    const now = Date.now() / 1000;
    const Arn = this.#arn(`event-bus/${bus.Name}`);
    this.#buses.put(bus.Name, { ...bus, Arn, CreationTime: now, LastModifiedTime: now });
    return { EventBusArn: Arn, Description: bus.Description, KmsKeyIdentifier: bus.KmsKeyIdentifier };
  }

  bus(nameOrArn = 'default'): Bus {
    const bus = this.#buses.get(busName(nameOrArn));
    if (bus !== undefined) return bus;
    throw new AwsError('ResourceNotFoundException', `Event bus ${busName(nameOrArn)} does not exist.`);
  }

  buses(prefix?: string): Bus[] {
    return this.#buses.list(prefix).map(({ value }) => value);
  }

  putPolicy(nameOrArn: string | undefined, Policy: string): Output {
    const bus = this.bus(nameOrArn);
    this.#buses.put(bus.Name, { ...bus, Policy, LastModifiedTime: Date.now() / 1000 });
    return undefined;
  }

  putRule(given: z.output<typeof newRule>): Output {
    const { Name, EventPattern } = given;
    if (given.ScheduleExpression !== undefined)
      throw notSupported('A rule with a schedule (use EventBridge Scheduler)');
    if (EventPattern === undefined) {
      throw new AwsError('ValidationException', 'Parameter(s) EventPattern or ScheduleExpression must be specified.');
    }
    compilePattern(EventPattern);
    const EventBusName = this.bus(given.EventBusName).Name;
    const Arn = this.#arn(`rule/${EventBusName === 'default' ? '' : `${EventBusName}/`}${Name}`);
    this.#rules.put(`${EventBusName}/${Name}`, { ...given, Arn, EventPattern, EventBusName });
    return { RuleArn: Arn };
  }

  rule(name: string, bus: string | undefined): Rule {
    const EventBusName = this.bus(bus).Name;
    const rule = this.#rules.get(`${EventBusName}/${name}`);
    if (rule !== undefined) return rule;
    throw new AwsError('ResourceNotFoundException', `Rule ${name} does not exist on EventBus ${EventBusName}.`);
  }

  rules(bus: string | undefined, prefix = ''): Rule[] {
    return this.#rules.list(`${this.bus(bus).Name}/${prefix}`).map(({ value }) => value);
  }

  targets(rule: Rule): readonly Target[] {
    return this.#targets.get(rule.Arn) ?? [];
  }

  putTargets(rule: Rule, targets: readonly Target[]): Output {
    for (const each of targets) checkTarget(each);
    const all = new Map([...this.targets(rule), ...targets].map((each) => [each.Id, each]));
    if (all.size > MOST_TARGETS) {
      throw new AwsError('LimitExceededException', 'The requested resource exceeds the maximum number allowed.');
    }
    this.#targets.put(rule.Arn, [...all.values()]);
    return { FailedEntryCount: 0, FailedEntries: [] };
  }

  putEvents(entries: readonly Entry[], caller: Caller): Output {
    checkEntries(entries);
    const outcomes = entries.map((each) => accept(this.#cloud, each, caller));
    this.#cloud.store.transaction(() => {
      for (const outcome of outcomes) if ('event' in outcome) this.#route(outcome.bus, outcome.event);
    });
    return {
      FailedEntryCount: outcomes.filter((outcome) => 'ErrorCode' in outcome).length,
      Entries: outcomes.map((outcome) => ('event' in outcome ? { EventId: outcome.event.id } : outcome)),
    };
  }

  #route(bus: string, event: EventEnvelope): void {
    if (this.#buses.get(bus) === undefined) {
      // AWS answers with an event id even so, and drops the event.
      this.#cloud.log(`events: dropped event ${event.id}, there is no event bus ${bus}`);
      return;
    }
    const fields = eventFields(event);
    const ingestionTime = new Date().toISOString();
    for (const rule of this.rules(bus)) {
      if (rule.State === 'DISABLED' || !this.#pattern(rule.EventPattern).matches(fields)) continue;
      for (const target of this.targets(rule)) {
        this.#deliveries.put(`${event.id}/${rule.Arn}/${target.Id}`, {
          event,
          ruleArn: rule.Arn,
          target,
          ingestionTime,
        });
      }
    }
  }

  #pattern(text: string): Pattern {
    const pattern = this.#patterns.get(text) ?? compilePattern(text);
    this.#patterns.set(text, pattern);
    return pattern;
  }

  #arn(resource: string): string {
    return `arn:aws:events:${this.#cloud.region}:${this.#cloud.account}:${resource}`;
  }
}

function eventFields(event: EventEnvelope): Fields {
  const json = parseJson(JSON.stringify(event));
  if (json === undefined) throw new Error(`Event ${event.id} is empty`);
  return fieldsOf(json);
}

function checkTarget({ Arn, RoleArn, Input, InputPath, InputTransformer }: Target): void {
  const { service } = targetKind(Arn);
  if (service !== 'events' && !INVOCABLE.has(service)) throw notSupported(`The target ${Arn}`);
  if (['states', 'events'].includes(service) && RoleArn === undefined) {
    throw new AwsError('ValidationException', `RoleArn is required for target ${Arn}.`);
  }
  if ([Input, InputPath, InputTransformer].filter((given) => given !== undefined).length > 1) {
    throw new AwsError('ValidationException', 'Only one of Input, InputPath, or InputTransformer must be provided.');
  }
  for (const path of [InputPath ?? '$', ...Object.values(InputTransformer?.InputPathsMap ?? {})]) {
    if (!isPath(path)) throw notSupported(`The path ${path} of a target`);
  }
}
