import { z } from 'zod';
import { AwsError, arnOf, servicePrincipal, type Caller, type Cloud, type Output, type Service } from '../aws.ts';
import { policyFault } from '../iam.ts';
import { notSupported, operation } from '../operation.ts';
import { archiveOperations, Archives } from './archives.ts';
import { createDeliveries, type Delivery } from './delivery.ts';
import { parseJson } from './json.ts';
import type { Outbox } from './outbox.ts';
import { fieldsOf, patternOf, testEventPattern, type Fields } from './pattern.ts';
import { accept, busName, checkEntries, entry, type EventEnvelope } from './putEvents.ts';
import { replayOperations, Replays, type Buses, type ReplayedEvent } from './replays.ts';
import { inPages, NamePrefix, nameOf } from './requests.ts';

const MOST_TARGETS = 5;

const EventBusName = z.string().optional();
const newRule = {
  Name: nameOf(64),
  EventBusName,
  EventPattern: z.string().max(4096),
  State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
};
/** Of a target that is a queue; members of other kinds are refused. */
const target = z.strictObject({
  Id: nameOf(64),
  Arn: z.string().max(1600),
  DeadLetterConfig: z.strictObject({ Arn: z.string().optional() }).optional(),
});
type Target = z.output<typeof target>;

/** The timestamps are epoch seconds. */
interface Bus {
  readonly Name: string;
  readonly Arn: string;
  readonly CreationTime: number;
  readonly LastModifiedTime: number;
  readonly Policy?: string;
}
interface Rule extends z.output<z.ZodObject<typeof newRule>> {
  readonly Arn: string;
  readonly EventBusName: string;
}

/** EventBridge: buses, rules, PutEvents and the deliveries that follow, archives and replays. */
export function createEvents(cloud: Cloud): Service {
  const deliveries = createDeliveries(cloud, 'events.delivery');
  const archives = new Archives(cloud);
  const events = new EventBridge(cloud, deliveries, archives);
  const replays = new Replays(cloud, archives, events);
  return {
    name: 'events',
    guardOf: (arn) => ({ policy: events.policyOf(arn) }),
    operations: {
      CreateEventBus: operation({ Name: nameOf(256) }, ({ Name }) => events.createBus(Name)),
      DescribeEventBus: operation({ Name: EventBusName }, ({ Name }) => ({ ...events.bus(Name) })),
      ListEventBuses: inPages('EventBuses', 'Name', { NamePrefix }, (input) => events.buses(input.NamePrefix)),
      PutPermission: operation({ EventBusName, Policy: z.string() }, (input) =>
        events.putPolicy(events.bus(input.EventBusName), input.Policy),
      ),
      PutRule: operation(newRule, (input) => events.putRule(input)),
      DescribeRule: operation({ Name: nameOf(64), EventBusName }, (input) => ({
        ...events.rule(input.Name, input.EventBusName),
      })),
      ListRules: inPages('Rules', 'Name', { EventBusName, NamePrefix }, (input) =>
        events.rules(events.bus(input.EventBusName), input.NamePrefix),
      ),
      ListRuleNamesByTarget: inPages('RuleNames', undefined, { TargetArn: z.string(), EventBusName }, (input) =>
        events.rulesOf(input.TargetArn, events.bus(input.EventBusName)).map(({ Name }) => Name),
      ),
      PutTargets: operation({ Rule: nameOf(64), EventBusName, Targets: z.array(target).min(1) }, (input) =>
        events.putTargets(events.rule(input.Rule, input.EventBusName), input.Targets),
      ),
      ListTargetsByRule: inPages('Targets', 'Id', { Rule: nameOf(64), EventBusName }, (input) =>
        events.targets(events.rule(input.Rule, input.EventBusName)),
      ),
      PutEvents: operation({ Entries: z.array(entry) }, ({ Entries }, caller) => events.putEvents(Entries, caller)),
      TestEventPattern: operation({ EventPattern: z.string(), Event: z.string() }, ({ EventPattern, Event }) => ({
        Result: testEventPattern(EventPattern, Event),
      })),
      ...archiveOperations(archives, (bus) => events.bus(bus).Arn),
      ...replayOperations(replays),
    },
    resume: () => {
      deliveries.resume();
      replays.resume();
    },
    async close() {
      await replays.close();
      await deliveries.close();
    },
  };
}

class EventBridge implements Buses {
  readonly #cloud: Cloud;
  readonly #deliveries: Outbox<Delivery>;
  readonly #archives: Archives;
  readonly #buses;
  readonly #rules;
  readonly #targets;

  constructor(cloud: Cloud, deliveries: Outbox<Delivery>, archives: Archives) {
    this.#cloud = cloud;
    this.#deliveries = deliveries;
    this.#archives = archives;
    this.#buses = cloud.store.heldCollection<Bus>('events.bus');
    this.#rules = cloud.store.collection<Rule>('events.rule');
    this.#targets = cloud.store.collection<readonly Target[]>('events.targets');
    if (this.#buses.get('default') === undefined) this.createBus('default');
  }

  createBus(Name: string): Output {
    if (this.#buses.get(Name) !== undefined) {
      throw new AwsError('ResourceAlreadyExistsException', `Event bus ${Name} already exists.`);
    }
    const now = Date.now() / 1000;
    const Arn = arnOf(this.#cloud, 'events', `event-bus/${Name}`);
    this.#buses.put(Name, { Name, Arn, CreationTime: now, LastModifiedTime: now });
    return { EventBusArn: Arn };
  }

  bus(nameOrArn = 'default'): Bus {
    const bus = this.#buses.get(busName(nameOrArn));
    if (bus !== undefined) return bus;
    throw new AwsError('ResourceNotFoundException', `Event bus ${busName(nameOrArn)} does not exist.`);
  }

  buses(prefix?: string): Bus[] {
    return this.#buses.list(prefix).map(({ value }) => value);
  }

  policyOf(arn: string): string | undefined {
    return this.#buses.get(busName(arn))?.Policy;
  }

  putPolicy(bus: Bus, Policy: string): Output {
    const problem = policyFault(this.#cloud.store, Policy, 'events');
    if (problem !== undefined) throw new AwsError('ValidationException', problem);
    this.#buses.put(bus.Name, { ...bus, Policy, LastModifiedTime: Date.now() / 1000 });
    return undefined;
  }

  putRule(given: z.output<z.ZodObject<typeof newRule>>): Output {
    patternOf(given.EventPattern);
    const bus = this.bus(given.EventBusName).Name;
    const Arn = arnOf(this.#cloud, 'events', `rule/${bus === 'default' ? '' : `${bus}/`}${given.Name}`);
    this.#rules.put(`${bus}/${given.Name}`, { ...given, Arn, EventBusName: bus });
    return { RuleArn: Arn };
  }

  rule(name: string, busNameOrArn: string | undefined): Rule {
    const bus = this.bus(busNameOrArn).Name;
    const rule = this.#rules.get(`${bus}/${name}`);
    if (rule !== undefined) return rule;
    throw new AwsError('ResourceNotFoundException', `Rule ${name} does not exist on EventBus ${bus}.`);
  }

  rules(bus: Bus, prefix = ''): Rule[] {
    return this.#rules.list(`${bus.Name}/${prefix}`).map(({ value }) => value);
  }

  rulesOf(targetArn: string, bus: Bus): Rule[] {
    return this.rules(bus).filter((rule) => this.targets(rule).some(({ Arn }) => Arn === targetArn));
  }

  targets(rule: Rule): readonly Target[] {
    return this.#targets.get(rule.Arn) ?? [];
  }

  putTargets(rule: Rule, targets: readonly Target[]): Output {
    for (const { Arn } of targets) if (!Arn.startsWith('arn:aws:sqs:')) throw notSupported(`The target ${Arn}`);
    const all = new Map([...this.targets(rule), ...targets].map((each) => [each.Id, each]));
    if (all.size > MOST_TARGETS) {
      throw new AwsError('LimitExceededException', 'The requested resource exceeds the maximum number allowed.');
    }
    this.#targets.put(rule.Arn, [...all.values()]);
    return { FailedEntryCount: 0, FailedEntries: [] };
  }

  putEvents(entries: readonly z.output<typeof entry>[], caller: Caller): Output {
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

  replay(event: ReplayedEvent, { Arn: bus, FilterArns }: Parameters<Buses['replay']>[1]): void {
    const rules = this.rules(this.bus(bus)).filter(({ Arn }) => FilterArns?.includes(Arn) ?? true);
    this.#deliver(messageOf(event), rules, `${event['replay-name']}/${event.id}`);
  }

  #route(busName: string, event: EventEnvelope): void {
    const bus = this.#buses.get(busName);
    if (bus === undefined) {
      // AWS answers with an event id even so, and drops the event.
      this.#cloud.log(`events: dropped event ${event.id}, there is no event bus ${busName}`);
      return;
    }
    const message = messageOf(event);
    this.#archives.keep(bus.Arn, event, message.fields);
    this.#deliver(message, this.rules(bus), event.id);
  }

  /** `key` tells this round of deliveries of an event from others. */
  #deliver({ id, payload, fields }: Message, rules: readonly Rule[], key: string): void {
    for (const rule of rules) {
      if (rule.State === 'DISABLED' || !patternOf(rule.EventPattern).matches(fields)) continue;
      for (const { Id, Arn, DeadLetterConfig } of this.targets(rule)) {
        this.#deliveries.put(`${key}/${rule.Arn}/${Id}`, {
          id,
          target: Arn,
          payload,
          caller: servicePrincipal('events', rule.Arn),
          deadLetters: DeadLetterConfig?.Arn,
          origin: { RULE_ARN: rule.Arn },
        });
      }
    }
  }
}

/** An event on its way to rules. */
interface Message {
  readonly id: string;
  readonly payload: string;
  readonly fields: Fields;
}

function messageOf(event: EventEnvelope): Message {
  const payload = JSON.stringify(event);
  return { id: event.id, payload, fields: fieldsOf(parseJson(payload)) };
}
