import { PutEventsCommand, type EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type * as z from 'zod';
import type { EventContract } from '@regulabel/contracts/event';
import { eventId } from '../digests.ts';
import { RegulabelError } from '../errors.ts';
import { parseStrictly } from '@regulabel/contracts/parse';

/** What makes one publication: `identity` are the parts of the event's id, the same for a repetition of the same event. */
export interface Publication<Data extends z.ZodObject> {
  readonly contract: EventContract<Data>;
  readonly data: z.infer<Data>;
  readonly correlationId: string;
  readonly causationId: string;
  readonly identity: readonly string[];
  readonly time: Date;
}

/**
 * Puts one event on our bus. Throws `ContractError` before anything is sent when the data does not keep the event's
 * contract, and `EventNotAccepted` when EventBridge takes the call but not the entry.
 */
export async function publish<Data extends z.ZodObject>(
  client: EventBridgeClient,
  busName: string,
  { contract, data, correlationId, causationId, identity, time }: Publication<Data>,
): Promise<void> {
  const detail = parseStrictly(
    contract.detail,
    {
      metadata: {
        id: eventId(contract.detailType, ...identity),
        correlationId,
        causationId,
        time: time.toISOString(),
        schemaVersion: contract.schemaVersion,
        producer: contract.producer,
      },
      data,
    },
    contract.detailType,
  );
  const answer = await client.send(
    new PutEventsCommand({
      Entries: [
        {
          EventBusName: busName,
          Source: contract.source,
          DetailType: contract.detailType,
          Detail: JSON.stringify(detail),
        },
      ],
    }),
  );
  const refused = answer.Entries?.find(({ ErrorCode }) => ErrorCode !== undefined);
  if ((answer.FailedEntryCount ?? 0) > 0 || refused) {
    throw new RegulabelError(
      'EventNotAccepted',
      `EventBridge did not accept ${contract.detailType} on bus ${busName}: ${refused?.ErrorCode ?? 'unknown'} ${refused?.ErrorMessage ?? ''}`,
    );
  }
}
