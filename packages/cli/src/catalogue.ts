import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { NoSuchKey } from '@aws-sdk/client-s3';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod';
import { readJson } from '@regulabel/shared/aws/objects';
import { catalogue, type Catalogue, type CatalogueInput } from '@regulabel/contracts/ingest/catalogue.v1';
import { catalogueInForce, type CatalogueInForce } from '@regulabel/shared/tableItems';
import { catalogueKey, s3Uri } from '@regulabel/shared/keys';
import { dataBucket, runsTable } from '@regulabel/shared/names';
import { parse, parseJson } from '@regulabel/contracts/parse';
import { catalogueInForceKey } from '@regulabel/shared/tables';
import { CommandError } from './errors.ts';
import type { Session } from './session.ts';

const published = z.object({ version: z.string(), changed: z.boolean(), previousVersion: z.string().optional() });
export type Published = z.infer<typeof published>;
const refused = z.object({ errorType: z.string(), errorMessage: z.string() });

/** The largest payload that Lambda takes at once: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const LARGEST_PAYLOAD = 6 * 1024 * 1024;

/** Publishes a catalogue through its owner's function. Throws `CommandError` with what is wrong with it. */
export async function publishCatalogue({ lambda, place }: Session, written: CatalogueInput): Promise<Published> {
  const payload = Buffer.from(JSON.stringify(written));
  if (payload.length > LARGEST_PAYLOAD) {
    const size = (payload.length / 1024 / 1024).toFixed(1);
    throw new CommandError(
      `the catalogue has ${size} MB as JSON, and a Lambda function takes 6 MB at most: shorten the titles of its codes`,
    );
  }
  const { FunctionError, Payload } = await lambda.send(
    new InvokeCommand({ FunctionName: `regulabel-${place.stage}-publish-catalogue`, Payload: payload }),
  );
  const answer = Payload?.transformToString() ?? '';
  if (FunctionError !== undefined) {
    const { errorType, errorMessage } = parseJson(refused, answer, 'the answer of publishCatalogue');
    throw new CommandError(`the catalogue was not published: ${errorType}: ${errorMessage}`);
  }
  return parseJson(published, answer, 'the answer of publishCatalogue');
}

/** Which catalogue is in force: what the next run will pin. Undefined before the first one is published. */
export async function findCatalogueInForce({ dynamodb, place }: Session): Promise<CatalogueInForce | undefined> {
  const { Item } = await dynamodb.send(
    new GetItemCommand({ TableName: runsTable(place), Key: marshall(catalogueInForceKey), ConsistentRead: true }),
  );
  return Item && parse(catalogueInForce, unmarshall(Item), 'the catalogue in force in the runs table');
}

/** A published catalogue, with every default that it was published with. Throws `CommandError` when there is none. */
export async function readCatalogue({ s3, place }: Session, version: string): Promise<Catalogue> {
  try {
    return await readJson(s3, s3Uri(dataBucket(place), catalogueKey(version)), catalogue);
  } catch (error) {
    if (!(error instanceof NoSuchKey)) throw error;
    throw new CommandError(`no catalogue of version ${version} was published`, { cause: error });
  }
}
