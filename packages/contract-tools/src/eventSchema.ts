import type { EventEntry } from './contract.ts';
import type { Documentation } from './documentation.ts';
import { annotated, jsonSchemaOf, type Draft, type JsonSchema } from './jsonSchema.ts';

const text = (description: string): JsonSchema => ({
  ...annotated({ description, classification: 'internal' }),
  type: 'string',
});

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html */
const envelope = {
  version: text('Version of the envelope, by AWS.'),
  id: text("EventBridge's own id; it changes when the event is forwarded: de-duplicate on `detail.metadata.id`."),
  account: text('The AWS account of the bus.'),
  time: text('When EventBridge took the event; when it happened says `detail.metadata.time`.'),
  region: text('The AWS region of the bus.'),
  resources: { ...text('Empty.'), type: 'array', items: { type: 'string' } },
};

/** The JSON Schema of an event as EventBridge delivers it. */
export function eventSchemaOf(
  { title, contract }: EventEntry,
  documentation: Documentation,
  { draft, owner }: { draft: Draft; owner: string },
): JsonSchema {
  const { $schema, ...detail } = jsonSchemaOf(contract.detail, documentation, draft);
  const always = (description: string, value: string): JsonSchema => ({
    ...annotated({ description, classification: 'public' }),
    // Drafts before 6 have no const.
    ...(draft === 'draft-04' ? { enum: [value] } : { const: value }),
  });
  return {
    $schema,
    title,
    ...annotated(documentation),
    'x-owner': owner,
    // What the schema registry has in schemas that it discovers itself.
    'x-amazon-events-source': contract.source,
    'x-amazon-events-detail-type': contract.detailType,
    type: 'object',
    properties: {
      ...envelope,
      source: always('The service that emitted the event.', contract.source),
      'detail-type': always("The event's name and major version.", contract.detailType),
      detail: { ...annotated({ ...documentation, description: 'The event itself.' }), ...detail },
    },
    required: [...Object.keys(envelope), 'source', 'detail-type', 'detail'],
  };
}
