import { randomUUID } from 'node:crypto';
import {
  EventBridgeClient,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
  type EventBridgeClientConfig,
} from '@aws-sdk/client-eventbridge';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';

/** An event as a rule delivers it, as far as tests look at it. */
export interface Heard {
  readonly id: string;
  readonly source: string;
  readonly 'detail-type': string;
  /** ISO 8601, whole seconds. */
  readonly time: string;
  /** Of an event that comes from an archive. */
  readonly 'replay-name'?: string;
  readonly detail: unknown;
}

/** A queue of the test's own, subscribed to everything on a bus. */
export interface BusListener {
  readonly bus: string;
  /** The ARN of its rule. */
  readonly rule: string;
  /** All that was heard so far, in the order of arrival. */
  readonly heard: readonly Heard[];
  /** The first event, heard already or to come, for which `wanted` holds. Throws after `seconds`, saying what came instead. */
  hears(wanted: (event: Heard) => boolean, seconds?: number): Promise<Heard>;
  /** Waits until everything that is on the bus was heard, by putting one more event on it. */
  hearsAll(): Promise<void>;
  close(): void;
}

/**
 * Listens to a bus that exists. `config` is for any AWS SDK client; its role has to be allowed queues and rules. `name`
 * is the rule's and the queue's.
 */
export async function listenTo(
  bus: string,
  config: Pick<EventBridgeClientConfig, 'endpoint' | 'region' | 'credentials'>,
  name = `${bus}-listener`,
): Promise<BusListener> {
  const [sqs, events] = [new SQSClient(config), new EventBridgeClient(config)];
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: name }));
  const rule = await subscribe({ sqs, events }, QueueUrl, { bus, name });
  const heard: Heard[] = [];
  const receive = async (): Promise<void> => {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
    );
    for (const { Body = '', ReceiptHandle } of Messages) {
      heard.push(JSON.parse(Body) as Heard);
      await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    }
  };
  const hears: BusListener['hears'] = async (wanted, seconds = 15) => {
    const deadline = Date.now() + seconds * 1000;
    for (;;) {
      const found = heard.find(wanted);
      if (found) return found;
      if (Date.now() > deadline) {
        const instead = heard.map((event) => event['detail-type']).join(', ');
        throw new Error(`not heard on ${bus} within ${seconds} s; what was: ${instead}`);
      }
      await receive();
    }
  };
  return {
    bus,
    rule,
    heard,
    hears,
    async hearsAll() {
      const Source = `end ${randomUUID()}`;
      await events.send(
        new PutEventsCommand({ Entries: [{ EventBusName: bus, Source, DetailType: 'End', Detail: '{}' }] }),
      );
      await hears(({ source }) => source === Source);
    },
    close: () => {
      sqs.destroy();
      events.destroy();
    },
  };
}

async function subscribe(
  { sqs, events }: { sqs: SQSClient; events: EventBridgeClient },
  QueueUrl: string | undefined,
  { bus, name }: { bus: string; name: string },
): Promise<string> {
  const { RuleArn = '' } = await events.send(
    new PutRuleCommand({ Name: name, EventBusName: bus, EventPattern: JSON.stringify({ source: [{ prefix: '' }] }) }),
  );
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
  const Arn = Attributes?.['QueueArn'];
  const Policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: {
      Effect: 'Allow',
      Principal: { Service: 'events.amazonaws.com' },
      Action: 'sqs:SendMessage',
      Resource: Arn,
      Condition: { ArnEquals: { 'aws:SourceArn': RuleArn } },
    },
  });
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }));
  await events.send(new PutTargetsCommand({ Rule: name, EventBusName: bus, Targets: [{ Id: 'listener', Arn }] }));
  return RuleArn;
}
