import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { ListExecutionsCommand, SFNClient } from '@aws-sdk/client-sfn';
import { SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { administratorOf, type Served } from '../local/localCloud.ts';
import { LOCAL } from '../local/place.ts';
import type { CompiledTemplate } from '../watch/templates.ts';
import { errorOf, observationOf, type Observation } from './observed.ts';

const NAME = `regulabel-${LOCAL.stage}-observer`;
const arn = (service: string, resource: string): string =>
  `arn:aws:${service}:${LOCAL.region}:${LOCAL.account}:${resource}`;

/** Sees what a service does: its executions, the bus, messages to people, dead letters, errors in its functions' logs. */
export class Observer {
  readonly #clients;
  readonly #state: string;
  readonly #show: (...observation: Observation) => void;
  readonly #functions: readonly string[];
  readonly #machines: readonly string[];
  readonly #queues: readonly string[];
  readonly #read = new Map<string, number>();
  readonly #dead = new Map<string, number>();
  #inbox = '';

  private constructor(cloud: Served, state: string, template: CompiledTemplate, show: (...seen: Observation) => void) {
    const config = administratorOf(cloud);
    this.#clients = {
      events: new EventBridgeClient(config),
      sfn: new SFNClient(config),
      sns: new SNSClient(config),
      sqs: new SQSClient(config),
    };
    this.#state = state;
    this.#show = show;
    const named = (type: string, property: string): string[] =>
      Object.values(template.Resources)
        .filter(({ Type }) => Type === type)
        .map(({ Properties }) => String(Properties[property]));
    this.#functions = named('AWS::Lambda::Function', 'FunctionName');
    this.#machines = named('AWS::StepFunctions::StateMachine', 'StateMachineName');
    this.#queues = named('AWS::SQS::Queue', 'QueueName');
  }

  /** Begins to listen. `state` is the folder of the local cloud, for the functions' logs. */
  static async of(
    cloud: Served,
    { state, template, show }: { state: string; template: CompiledTemplate; show: (...seen: Observation) => void },
  ): Promise<Observer> {
    const observer = new Observer(cloud, state, template, show);
    await observer.#listen();
    return observer;
  }

  close(): void {
    for (const client of Object.values(this.#clients)) client.destroy();
  }

  /** Shows what happened since the last look; waits up to a second for something to happen. */
  async look(): Promise<void> {
    const { sqs } = this.#clients;
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: this.#inbox, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
    );
    for (const { Body = '', ReceiptHandle } of Messages) {
      this.#show(...observationOf(Body));
      await sqs.send(new DeleteMessageCommand({ QueueUrl: this.#inbox, ReceiptHandle }));
    }
    for (const name of this.#functions) await this.#readLog(name);
    for (const queue of this.#queues.filter((name) => name.endsWith('-dlq'))) {
      const letters = await this.#messagesIn(queue);
      if (letters > (this.#dead.get(queue) ?? 0)) this.#show('dead', `${letters} in ${queue}`);
      this.#dead.set(queue, letters);
    }
  }

  /** Whether the service has nothing to do: no execution runs, no queue holds a message (dead letters aside). */
  async atRest(): Promise<boolean> {
    for (const machine of this.#machines) {
      const stateMachineArn = arn('states', `stateMachine:${machine}`);
      const running = new ListExecutionsCommand({ stateMachineArn, statusFilter: 'RUNNING', maxResults: 1 });
      if ((await this.#clients.sfn.send(running)).executions?.length !== 0) return false;
    }
    const counts = await Promise.all(
      this.#queues.filter((name) => !name.endsWith('-dlq')).map((name) => this.#messagesIn(name)),
    );
    return counts.every((count) => count === 0);
  }

  async #listen(): Promise<void> {
    const { events, sns, sqs } = this.#clients;
    const rules = [
      { EventBusName: `regulabel-${LOCAL.stage}`, EventPattern: JSON.stringify({ source: [{ prefix: '' }] }) },
      { EventBusName: 'default', EventPattern: JSON.stringify({ source: ['aws.states'] }) },
    ];
    const Arn = arn('sqs', NAME);
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: {
        Effect: 'Allow',
        Principal: { Service: ['events.amazonaws.com', 'sns.amazonaws.com'] },
        Action: 'sqs:SendMessage',
        Resource: Arn,
      },
    });
    const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: NAME, Attributes: { Policy } }));
    this.#inbox = QueueUrl;
    for (const rule of rules) {
      await events.send(new PutRuleCommand({ Name: NAME, ...rule }));
      const Targets = [{ Id: 'observer', Arn }];
      await events.send(new PutTargetsCommand({ Rule: NAME, EventBusName: rule.EventBusName, Targets }));
    }
    for (const topic of ['mlops', 'stakeholders']) {
      const TopicArn = arn('sns', `regulabel-${LOCAL.stage}-${topic}`);
      await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: Arn }));
    }
  }

  /** Shows the errors among the lines that a function's log has got since the last look. */
  async #readLog(functionName: string): Promise<void> {
    const file = await open(join(this.#state, 'lambda', `${functionName}.log`)).catch(() => undefined);
    // It has not run yet.
    if (file === undefined) return;
    try {
      const at = this.#read.get(functionName) ?? 0;
      const { size } = await file.stat();
      const { buffer } = await file.read(Buffer.alloc(size - at), 0, size - at, at);
      const whole = buffer.lastIndexOf('\n') + 1;
      this.#read.set(functionName, at + whole);
      for (const line of buffer.toString('utf8', 0, whole).split('\n')) {
        const seen = errorOf(functionName, line);
        if (seen !== undefined) this.#show(...seen);
      }
    } finally {
      await file.close();
    }
  }

  async #messagesIn(QueueName: string): Promise<number> {
    const { QueueUrl } = await this.#clients.sqs.send(new GetQueueUrlCommand({ QueueName }));
    const AttributeNames = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
    const { Attributes } = await this.#clients.sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...AttributeNames] }),
    );
    return AttributeNames.reduce((sum, name) => sum + Number(Attributes?.[name] ?? 0), 0);
  }
}
