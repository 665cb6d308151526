import { readFileSync } from 'node:fs';
import { CreateTableCommand, type CreateTableCommandInput, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { LocalCloud } from '@regulabel/local-cloud/testing';
import { parse } from 'yaml';
import { intrinsics } from './intrinsics.ts';

export { startLocalCloud, type LocalCloud } from '@regulabel/local-cloud/testing';

type Table = Pick<
  CreateTableCommandInput,
  'TableName' | 'BillingMode' | 'AttributeDefinitions' | 'KeySchema' | 'GlobalSecondaryIndexes'
>;
interface Resources {
  readonly Resources?: Record<string, { readonly Type: string; readonly Properties: Table }>;
}

/**
 * Creates the one table of a service's resource file, keys and indexes as they stand there, for stage `dev`. Answers its
 * name. Throws `TypeError` for a file that does not have exactly one.
 */
export async function createTable(client: DynamoDBClient, file: URL): Promise<string> {
  const text = readFileSync(file, 'utf8').replaceAll('${sls:stage}', 'dev');
  const { Resources = {} } = parse(text, { customTags: intrinsics }) as Resources;
  const [table, another] = Object.values(Resources).filter(({ Type }) => Type === 'AWS::DynamoDB::Table');
  if (table?.Properties.TableName === undefined || another)
    throw new TypeError(`${file.href} does not have one table with a name`);
  const { TableName, BillingMode, AttributeDefinitions, KeySchema, GlobalSecondaryIndexes } = table.Properties;
  await client.send(
    new CreateTableCommand({ TableName, BillingMode, AttributeDefinitions, KeySchema, GlobalSecondaryIndexes }),
  );
  return TableName;
}

/** Creates a bucket as a template does: the local cloud does not take it over the wire. */
export async function createBucket({ cloud }: LocalCloud, bucket: string): Promise<void> {
  await cloud.call('s3', 'CreateBucket', { Bucket: bucket }, { arn: 'cloudformation.amazonaws.com', internal: true });
}
