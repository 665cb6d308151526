import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { S3Client } from '@aws-sdk/client-s3';
import { writeJsonOnce } from '@regulabel/shared/aws/objects';
import { publish } from '@regulabel/shared/aws/publish';
import { checkedCatalogue } from '@regulabel/shared/catalogue';
import { catalogue, type Catalogue } from '@regulabel/contracts/ingest/catalogue.v1';
import type { CatalogueInForce } from '@regulabel/shared/tableItems';
import { catalogueChanged } from '@regulabel/contracts/ingest/catalogueChanged.v1';
import { contentVersion } from '@regulabel/shared/digests';
import { catalogueKey, s3Uri } from '@regulabel/shared/keys';
import { environment } from '@regulabel/shared/lambda/environment';
import { stateHandler } from '@regulabel/shared/lambda/handlers';
import * as z from 'zod';
import { CataloguePointer } from '../aws/cataloguePointer.ts';

const dynamodb = new DynamoDBClient({});
const events = new EventBridgeClient({});
const s3 = new S3Client({});

/**
 * Invoked by the operator with a catalogue as people write it. Stores it, puts it in force and announces it; one that
 * is in force already changes nothing. Answers `{version, changed, previousVersion?}`. Runs that have started keep the one they pinned.
 */
export const handler = stateHandler(z.unknown(), async (payload) => {
  const content = checkedCatalogue(payload, 'the catalogue');
  const version = contentVersion(content);
  const pointer = new CataloguePointer(dynamodb, environment('RUNS_TABLE'));
  const before = await pointer.find();
  if (before?.version === version && before.announced) return { version, changed: false };
  const inForce = before?.version === version ? before : await putInForce(pointer, content, before);
  await announce(inForce);
  await pointer.announced(inForce);
  const { previousVersion } = inForce;
  return { version, changed: true, ...(previousVersion === undefined ? {} : { previousVersion }) };
});

async function putInForce(
  pointer: CataloguePointer,
  content: Catalogue,
  before: CatalogueInForce | undefined,
): Promise<CatalogueInForce> {
  const version = contentVersion(content);
  const uri = s3Uri(environment('DATA_BUCKET'), catalogueKey(version));
  // The key is the content's digest: one that is there already is the same.
  await writeJsonOnce(s3, uri, catalogue, content);
  const next: CatalogueInForce = {
    version,
    uri,
    ...(before ? { previousVersion: before.version } : {}),
    publishedAt: new Date().toISOString(),
    announced: false,
  };
  await pointer.move(next);
  return next;
}

async function announce({ version, uri, previousVersion, publishedAt }: CatalogueInForce): Promise<void> {
  await publish(events, environment('BUS'), {
    contract: catalogueChanged,
    data: { version, uri, ...(previousVersion === undefined ? {} : { previousVersion }) },
    correlationId: version,
    causationId: version,
    identity: [version, publishedAt],
    time: new Date(),
  });
}
