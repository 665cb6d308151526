import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { prediction } from '@regulabel/contracts/inference/prediction.v1';
import { runPredictionsPrefix } from '@regulabel/shared/keys';
import { intrinsics } from '@regulabel/testing/intrinsics';
import { parse } from 'yaml';
import * as z from 'zod';

interface Column {
  readonly Name: string;
  readonly Type: string;
}
const template = parse(await readFile(join(dirname(import.meta.dirname), 'resources', 'reporting.yml'), 'utf8'), {
  customTags: intrinsics,
}) as {
  Resources: {
    PredictionsTable: {
      Properties: {
        TableInput: {
          Parameters: Record<string, string>;
          PartitionKeys: Column[];
          StorageDescriptor: { Columns: Column[]; Location: string };
        };
      };
    };
  };
};
const { Parameters, PartitionKeys, StorageDescriptor } = template.Resources.PredictionsTable.Properties.TableInput;

/** What Athena calls the types of JSON Schema. */
const TYPES: Readonly<Record<string, string>> = { string: 'string', number: 'double', integer: 'bigint' };

describe('the table of predictions', () => {
  it('has the columns of the contract, those that folders tell as partitions', () => {
    const { properties = {} } = z.toJSONSchema(prediction) as { properties?: Record<string, { type: string }> };
    const columns = [...StorageDescriptor.Columns, ...PartitionKeys].map(({ Name, Type }) => [Name, Type]);
    expect(Object.fromEntries(columns)).toEqual(
      Object.fromEntries(Object.entries(properties).map(([name, { type }]) => [name, TYPES[type]])),
    );
    expect(columns).toHaveLength(Object.keys(properties).length);
    expect(PartitionKeys.map(({ Name }) => Name)).toEqual(['month', 'run']);
  });

  it("looks for a run's rows where inference puts them", () => {
    const folder = runPredictionsPrefix('production', '${!month}', '${!run}');
    expect(Parameters['storage.location.template']).toBe(`s3://\${PredictionsBucket}/${folder}`);
    expect(folder).toMatch(/^production\//);
    expect(StorageDescriptor.Location).toBe('s3://${PredictionsBucket}/production/');
  });
});
