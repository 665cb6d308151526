import { valid } from '@regulabel/contracts/example';
import { buildEvent } from '@regulabel/contracts/testing';
import { stringify } from 'yaml';
import type { EventEntry } from './contract.ts';
import { documentationOf, type Documentation } from './documentation.ts';
import { eventSchemaOf } from './eventSchema.ts';
import type { Owners } from './owners.ts';

/** The AsyncAPI 3 document of everything that goes over our bus, as YAML. */
export function asyncApiOf(
  events: readonly EventEntry[],
  documentation: ReadonlyMap<string, Documentation>,
  { version, owners }: { version: string; owners: Owners },
): string {
  const message = (event: EventEntry) => {
    const { module, title, producer, contract, examples } = event;
    const about = documentationOf(module, documentation);
    const payload = eventSchemaOf(event, about, { draft: 'draft-07', owner: owners.ownerOf(producer) });
    return {
      name: title,
      title,
      summary: about.description,
      contentType: 'application/json',
      // AsyncAPI has a dialect of its own, of which draft-07 is a part.
      payload: { ...payload, $schema: undefined },
      examples: Object.keys(valid<unknown>(examples)).map((name) => ({
        name,
        payload: buildEvent(contract, {}, name),
      })),
    };
  };
  const document = {
    asyncapi: '3.0.0',
    info: {
      title: 'Regulabel',
      version,
      description: 'The events of Regulabel: how models are trained, compared and used, run by run and line by line.',
      license: { name: 'MIT' },
    },
    defaultContentType: 'application/json',
    channels: {
      bus: {
        address: 'regulabel-{stage}',
        title: 'The event bus',
        description: 'An EventBridge bus. Delivered at least once, in any order: de-duplicate on detail.metadata.id.',
        parameters: { stage: { description: 'The stage, e.g. prod.' } },
        messages: Object.fromEntries(events.map(({ title }) => [title, { $ref: `#/components/messages/${title}` }])),
      },
    },
    operations: Object.fromEntries(
      [...Map.groupBy(events, ({ producer }) => producer)].map(([producer, emitted]) => [
        producer,
        {
          action: 'send',
          title: `What ${producer} emits`,
          channel: { $ref: '#/channels/bus' },
          messages: emitted.map(({ title }) => ({ $ref: `#/channels/bus/messages/${title}` })),
        },
      ]),
    ),
    components: { messages: Object.fromEntries(events.map((event) => [event.title, message(event)])) },
  };
  return stringify(document, { lineWidth: 0, aliasDuplicateObjects: false });
}
