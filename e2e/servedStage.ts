import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { RedshiftDataClient } from '@aws-sdk/client-redshift-data';
import { S3Client } from '@aws-sdk/client-s3';
import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { SNSClient } from '@aws-sdk/client-sns';
import { GetQueueAttributesCommand, ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { EventContract } from '@regulabel/contracts/event';
import { classificationRunCompleted } from '@regulabel/contracts/ingest/classificationRunCompleted.v1';
import type { RunSummary } from '@regulabel/contracts/ingest/runSummary.v1';
import { trainingRunCompleted } from '@regulabel/contracts/ingest/trainingRunCompleted.v1';
import { parseStrictly } from '@regulabel/contracts/parse';
import type { Delivered } from '@regulabel/contracts/testing';
import { stateMachineArn } from '@regulabel/shared/names';
import { listenTo, type BusListener, type Heard } from '@regulabel/testing/busListener';
import { until } from '@regulabel/testing/until';
import type * as z from 'zod';
import { serve, type Reach, type ServedCloud } from './commandLine.ts';
import { subscribe, type Inbox } from './inbox.ts';

export const PLACE = { stage: 'local', account: '111122223333', region: 'eu-west-1' };
export const BUS = `regulabel-${PLACE.stage}`;

type Event<Data extends z.ZodObject> = z.infer<EventContract<Data>['detail']>;

/** What people may do. */
const operatorOf = (reach: Reach) => ({
  dynamodb: new DynamoDBClient(reach),
  events: new EventBridgeClient(reach),
  lambda: new LambdaClient(reach),
  sfn: new SFNClient(reach),
  sqs: new SQSClient(reach),
});

/** What only services do: events, tables, objects. */
const administratorOf = (reach: Reach) => ({
  dynamodb: new DynamoDBClient(reach),
  events: new EventBridgeClient(reach),
  redshift: new RedshiftDataClient(reach),
  s3: new S3Client({ ...reach, forcePathStyle: true }),
  sns: new SNSClient(reach),
  sqs: new SQSClient(reach),
});

/** The four services in a local cloud of their own, with a listener on their bus. */
export class ServedStage {
  readonly state: string;
  readonly bus: BusListener;
  readonly operator: ReturnType<typeof operatorOf>;
  readonly administrator: ReturnType<typeof administratorOf>;
  readonly reach: Reach;

  private constructor(state: string, served: ServedCloud, bus: BusListener) {
    this.state = state;
    this.bus = bus;
    this.operator = operatorOf(served.operator);
    this.administrator = administratorOf(served.administrator);
    this.reach = served.administrator;
  }

  /** What is started is put onto `opened`, so that it ends even when not everything could be. */
  static async start(opened: AsyncDisposableStack): Promise<ServedStage> {
    const state = await mkdtemp(join(tmpdir(), 'regulabel-services-'));
    opened.defer(() => rm(state, { recursive: true, force: true }));
    const served = await serve(state);
    opened.defer(() => served.stop());
    const bus = await listenTo(BUS, served.administrator);
    opened.defer(() => {
      bus.close();
    });
    const stage = new ServedStage(state, served, bus);
    for (const client of [...Object.values(stage.operator), ...Object.values(stage.administrator)]) {
      opened.defer(() => {
        client.destroy();
      });
    }
    return stage;
  }

  /** Starts an extraction as the schedule does; answers the execution's ARN. */
  async extract(request: { purpose: string; token: string; month?: string }): Promise<string> {
    const { executionArn = '' } = await this.operator.sfn.send(
      new StartExecutionCommand({
        stateMachineArn: stateMachineArn(PLACE, 'extract'),
        input: JSON.stringify({ ...request, scheduledTime: '2026-11-01T02:00:00Z' }),
      }),
    );
    return executionArn;
  }

  async succeeded(executionArn: string): Promise<void> {
    await until(`${executionArn} has succeeded`, async () => {
      const { status, error, cause } = await this.operator.sfn.send(new DescribeExecutionCommand({ executionArn }));
      if (status === 'FAILED') throw new Error(`${executionArn} failed: ${error ?? ''} ${cause ?? ''}`);
      return status === 'SUCCEEDED';
    });
  }

  async statesOf(executionArn: string): Promise<string[]> {
    const { events = [] } = await this.operator.sfn.send(
      new GetExecutionHistoryCommand({ executionArn, maxResults: 1000 }),
    );
    return events.flatMap(({ stateEnteredEventDetails: entered }) => entered?.name ?? []);
  }

  async executionsOf(machine: 'training' | 'inference'): Promise<string[]> {
    const { executions = [] } = await this.operator.sfn.send(
      new ListExecutionsCommand({ stateMachineArn: stateMachineArn(PLACE, machine) }),
    );
    return executions.flatMap(({ name }) => name ?? []);
  }

  /** Puts an event on the bus as it is, which one that breaks its contract may be, too. */
  async put({ source: Source, 'detail-type': DetailType, detail }: Delivered): Promise<void> {
    const Detail = JSON.stringify(detail);
    await this.administrator.events.send(
      new PutEventsCommand({ Entries: [{ EventBusName: BUS, Source, DetailType, Detail }] }),
    );
  }

  /** The event of ours that `wanted` is true of, strictly as its contract has it. */
  async hears<Data extends z.ZodObject>(
    contract: EventContract<Data>,
    wanted: (event: Event<Data>) => boolean,
  ): Promise<Event<Data>> {
    return read(contract, await this.bus.hears((event) => isOf(contract, event) && wanted(read(contract, event))));
  }

  heardOf<Data extends z.ZodObject>(contract: EventContract<Data>): Event<Data>[] {
    return this.bus.heard.filter((event) => isOf(contract, event)).map((event) => read(contract, event));
  }

  /** What a run's completion says. */
  async closed(
    contract: typeof trainingRunCompleted | typeof classificationRunCompleted,
    runId: string,
    revision = 1,
  ): Promise<RunSummary> {
    const isIt = ({ data }: { data: RunSummary }): boolean => data.runId === runId && data.revision === revision;
    const event =
      contract.detailType === trainingRunCompleted.detailType
        ? await this.hears(trainingRunCompleted, isIt)
        : await this.hears(classificationRunCompleted, isIt);
    return event.data;
  }

  subscribe(topic: string): Promise<Inbox> {
    return subscribe(`arn:aws:sns:${PLACE.region}:${PLACE.account}:${BUS}-${topic}`, this.administrator);
  }

  async messagesIn(QueueUrl: string): Promise<number> {
    const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
    const { Attributes } = await this.administrator.sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...names] }),
    );
    return names.reduce((sum, name) => sum + Number(Attributes?.[name]), 0);
  }

  /** Waits until no queue of the services has messages, dead letters included. Answers how many queues there are. */
  async everythingHandled(): Promise<number> {
    const { QueueUrls = [] } = await this.administrator.sqs.send(new ListQueuesCommand({ QueueNamePrefix: `${BUS}-` }));
    const own = QueueUrls.filter((url) => !url.endsWith('-listener') && !url.endsWith('-inbox'));
    await until(`no queue has messages (of ${own.length})`, async () => {
      const counts = await Promise.all(own.map((url) => this.messagesIn(url)));
      return counts.every((count) => count === 0);
    });
    return own.length;
  }
}

const read = <Data extends z.ZodObject>(contract: EventContract<Data>, { detail }: Heard): Event<Data> =>
  parseStrictly(contract.detail, detail, contract.detailType);

const isOf = ({ detailType }: { detailType: string }, event: Heard): boolean => event['detail-type'] === detailType;
