import {
  DescribeStatementCommand,
  ExecuteStatementCommand,
  type RedshiftDataClient,
} from '@aws-sdk/client-redshift-data';
import { until } from '@regulabel/testing/until';

/** Does an SQL statement in the warehouse. Throws what the warehouse says against it, or after `seconds`. */
export async function statement(client: RedshiftDataClient, Sql: string, seconds = 15): Promise<void> {
  const { Id } = await client.send(new ExecuteStatementCommand({ WorkgroupName: 'regulabel', Database: 'dev', Sql }));
  await until(
    Sql,
    async () => {
      const { Status, Error: error } = await client.send(new DescribeStatementCommand({ Id }));
      if (Status === 'FAILED') throw new Error(`${Sql}: ${error ?? ''}`);
      return Status === 'FINISHED';
    },
    seconds,
  );
}
