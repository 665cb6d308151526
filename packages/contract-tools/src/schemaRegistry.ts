import type { EventContract, Producer } from '@regulabel/contracts/event';
import type { EventEntry } from './contract.ts';
import type { JsonSchema } from './jsonSchema.ts';

/** An event as the schema registry has it. */
interface RegistrySchema {
  readonly event: EventEntry;
  readonly description: string;
  /** Draft-04, the only draft that the registry takes. */
  readonly schema: JsonSchema;
}

/** The service that has the bus and the registry in its template. */
const OWNER: Producer = 'ingest';
/** Its logical id there. */
const REGISTRY = 'SchemaRegistry';

/**
 * The resources with which a service puts the schemas of its own events into the registry of the stage, for its template.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-eventschemas-schema.html
 */
export function registryResourcesOf(producer: Producer, schemas: readonly RegistrySchema[]) {
  const own = schemas.filter(({ event }) => event.producer === producer);
  return {
    Resources: Object.fromEntries(
      own.map(({ event: { title, contract }, description, schema }) => [
        // `ModelPromotedV1Schema`
        `${title.replace('.v', 'V')}Schema`,
        {
          Type: 'AWS::EventSchemas::Schema',
          ...(producer === OWNER ? { DependsOn: REGISTRY } : {}),
          Properties: {
            RegistryName: 'regulabel-${sls:stage}',
            SchemaName: schemaNameOf(contract),
            Description: description,
            Type: 'JSONSchemaDraft4',
            Content: JSON.stringify(schema),
          },
        },
      ]),
    ),
  };
}

/** As EventBridge names the schemas that it discovers: `regulabel.evaluation@ModelPromoted.v1`. */
export const schemaNameOf = ({ source, detailType }: EventContract): string => `${source}@${detailType}`;
