import { InvokeCommand } from '@aws-sdk/client-lambda';
import * as z from 'zod';
import type { CatalogueInput } from '@regulabel/shared/contracts/ingest/catalogue.v1';
import { parseJson } from '@regulabel/shared/parse';
import { CommandError } from './errors.ts';
import type { Session } from './session.ts';

const published = z.object({ version: z.string(), changed: z.boolean() });
const refused = z.object({ errorType: z.string(), errorMessage: z.string() });

/** Publishes a catalogue through its owner's function. Throws `CommandError` with what is wrong with it. */
export async function publishCatalogue(
  { lambda, place }: Session,
  catalogue: CatalogueInput,
): Promise<z.infer<typeof published>> {
  const { FunctionError, Payload } = await lambda.send(
    new InvokeCommand({
      FunctionName: `regulabel-${place.stage}-publish-catalogue`,
      Payload: JSON.stringify(catalogue),
    }),
  );
  const answer = Payload?.transformToString() ?? '';
  if (FunctionError !== undefined) {
    const { errorType, errorMessage } = parseJson(refused, answer, 'the answer of publishCatalogue');
    throw new CommandError(`the catalogue was not published: ${errorType}: ${errorMessage}`);
  }
  return parseJson(published, answer, 'the answer of publishCatalogue');
}
