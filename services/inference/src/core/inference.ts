import type { Winner } from '@regulabel/shared/tableItems';
import type { InferenceExecutionInput } from '@regulabel/contracts/inference/inferenceExecutionInput.v1';
import type { Catalogue } from '@regulabel/contracts/ingest/catalogue.v1';
import type { DatasetManifest } from '@regulabel/contracts/ingest/datasetManifest.v1';
import type { Line } from '@regulabel/contracts/values';
import { sha256 } from '@regulabel/shared/digests';
import { RegulabelError } from '@regulabel/shared/errors';
import { inferenceOutput } from '@regulabel/shared/keys';

/** The lines that label a country's sales. Throws `CountryNotListed` for a dataset that no line would ever label. */
export function linesOfCountry(
  catalogue: Catalogue,
  { country, runId, catalogue: { version } }: DatasetManifest,
): Line[] {
  const schemes = Object.keys(catalogue.countries[country]?.schemes ?? {});
  if (schemes.length === 0) {
    throw new RegulabelError(
      'CountryNotListed',
      `run ${runId} has a dataset for ${country}, which catalogue ${version} does not list: nothing would label it`,
    );
  }
  return schemes.map((scheme) => ({ country, scheme }));
}

/** The execution that labels a month of a line's sales with its winner. */
export function productionInput(
  manifest: DatasetManifest,
  { scheme, winner, jobImage, bucket }: { scheme: string; winner: Winner; jobImage: string; bucket: string },
): InferenceExecutionInput {
  const { runId, country, month } = manifest;
  return {
    schemaVersion: '1.0',
    runId,
    caller: 'production',
    country,
    scheme,
    month,
    digest: sha256(runId, country, scheme, manifest.hash).slice(0, 12),
    dataset: { uri: manifest.uri, rows: manifest.rows, hash: manifest.hash },
    catalogueVersion: manifest.catalogue.version,
    jobImage,
    models: [{ role: 'winner', name: winner.model }],
    output: inferenceOutput(bucket, 'production', month, { runId, country, scheme }),
  };
}
