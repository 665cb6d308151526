import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { DescribeStatementCommand, ExecuteStatementCommand, RedshiftDataClient } from '@aws-sdk/client-redshift-data';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateModelCommand, SageMakerClient, type ContainerDefinition } from '@aws-sdk/client-sagemaker';
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { marshall } from '@aws-sdk/util-dynamodb';
import { CommandError } from '../errors.ts';
import { WAREHOUSE } from '../local/cloudConfig.ts';
import { administratorOf, type Served } from '../local/localCloud.ts';
import { LOCAL } from '../local/place.ts';
import type { Call } from './example.ts';
import { parquetOfCsv } from './parquet.ts';

type Put = Extract<Call, { PutObject: unknown }>['PutObject'];

/** Makes an example's calls, as whoever they come from would. */
export class Performer {
  readonly #clients;

  constructor(cloud: Served) {
    const config = administratorOf(cloud);
    this.#clients = {
      dynamodb: new DynamoDBClient(config),
      events: new EventBridgeClient(config),
      lambda: new LambdaClient(config),
      redshift: new RedshiftDataClient(config),
      s3: new S3Client({ ...config, forcePathStyle: true }),
      sagemaker: new SageMakerClient(config),
      sfn: new SFNClient(config),
    };
  }

  close(): void {
    for (const client of Object.values(this.#clients)) client.destroy();
  }

  /** Makes one call; answers what it did, for people. Throws what AWS refuses. */
  async perform(call: Call, folder: string): Promise<string> {
    const { dynamodb, events, s3, sagemaker, sfn } = this.#clients;
    if ('PutObject' in call) {
      const { Bucket, Key, Body } = call.PutObject;
      await s3.send(new PutObjectCommand({ Bucket, Key, Body: await bodyOf(Body, folder) }));
      return `s3://${Bucket}/${Key}`;
    }
    if ('PutItem' in call) {
      const { TableName, Item } = call.PutItem;
      await dynamodb.send(new PutItemCommand({ TableName, Item: marshall(Item) }));
      return `an item of ${TableName}`;
    }
    if ('PutEvents' in call) {
      const { Detail, ...entry } = call.PutEvents;
      const Entries = [{ ...entry, EventBusName: `regulabel-${LOCAL.stage}`, Detail: JSON.stringify(Detail) }];
      await events.send(new PutEventsCommand({ Entries }));
      return entry.DetailType;
    }
    if ('CreateModel' in call) {
      const { PrimaryContainer, ...model } = call.CreateModel;
      // SageMaker checks what is in it.
      const container = PrimaryContainer as ContainerDefinition;
      await sagemaker.send(new CreateModelCommand({ ...model, PrimaryContainer: container }));
      return `the model ${model.ModelName}`;
    }
    if ('StartExecution' in call) {
      const { stateMachineArn, input } = call.StartExecution;
      await sfn.send(new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input) }));
      return `an execution of ${stateMachineArn.split(':').at(-1) ?? ''}`;
    }
    return 'Invoke' in call ? this.#invoke(call.Invoke) : this.#execute(call.ExecuteStatement.Sql);
  }

  async #invoke({ FunctionName, Payload }: Extract<Call, { Invoke: unknown }>['Invoke']): Promise<string> {
    const answer = await this.#clients.lambda.send(
      new InvokeCommand({ FunctionName, Payload: JSON.stringify(Payload) }),
    );
    const said = answer.Payload?.transformToString() ?? '';
    if (answer.FunctionError !== undefined) throw new CommandError(`${FunctionName} failed: ${said}`);
    return `${FunctionName}: ${said}`;
  }

  async #execute(sql: string): Promise<string> {
    const { redshift } = this.#clients;
    const { Id } = await redshift.send(new ExecuteStatementCommand({ ...WAREHOUSE, Sql: sql }));
    for (;;) {
      const { Status, Error: error } = await redshift.send(new DescribeStatementCommand({ Id }));
      if (Status === 'FINISHED') return sql.split('\n')[0] ?? '';
      if (Status === 'FAILED' || Status === 'ABORTED') throw new CommandError(`the warehouse refused: ${error ?? ''}`);
      await delay(50);
    }
  }
}

async function bodyOf(body: Put['Body'], folder: string): Promise<string | Buffer> {
  if ('json' in body) return JSON.stringify(body.json, undefined, 2);
  if ('file' in body) return readFile(join(folder, body.file));
  return parquetOfCsv(join(folder, body.parquet));
}
