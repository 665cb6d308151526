import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { AwsError, arnOf, roleSession, type Cloud, type Operation } from '../aws.ts';
import { functionReference, pages, type Functions } from '../lambda/functions.ts';
import type { Runner } from '../lambda/runner.ts';
import { operation } from '../operation.ts';
import { paging } from '../paging.ts';
import { QueuePoller } from './queuePoller.ts';

const settings = {
  UUID: z.uuid().optional(),
  FunctionName: functionReference,
  EventSourceArn: z.string().regex(/^arn:aws:sqs:[^:]+:\d{12}:[\w-]+$/, 'must be the ARN of a standard SQS queue'),
  Enabled: z.boolean().default(true),
  // More would need a batching window.
  BatchSize: z.int().min(1).max(10).default(10),
  FunctionResponseTypes: z.array(z.literal('ReportBatchItemFailures')).max(1).default([]),
};

type Mapping = z.output<z.ZodObject<typeof settings>> & { readonly modified?: number };

const inPages = paging({ ...pages, longest: 100 });

const refused = (message: string, cause?: unknown): AwsError =>
  new AwsError('InvalidParameterValueException', message, { cause });

const missing = (): AwsError =>
  new AwsError('ResourceNotFoundException', 'The resource you requested does not exist.', { status: 404 });

/** Lambda's event source mappings, of SQS standard queues. */
export class QueueSources {
  readonly #cloud: Cloud;
  readonly #functions: Functions;
  readonly #runner: Runner;
  readonly #mappings;
  #pollers: readonly QueuePoller[] = [];

  constructor(cloud: Cloud, functions: Functions, runner: Runner) {
    this.#cloud = cloud;
    this.#functions = functions;
    this.#runner = runner;
    this.#mappings = cloud.store.collection<Mapping>('lambda.mapping');
  }

  readonly operations: Readonly<Record<string, Operation>> = {
    // Not AWS's: creates a mapping, or brings the one of this UUID up to date. For the template deployer; polling
    // begins with `resume`.
    DeployEventSourceMapping: operation(settings, async (mapping) => {
      await this.#validate(mapping);
      const UUID = mapping.UUID ?? randomUUID();
      this.#mappings.put(UUID, { ...mapping, modified: Date.now() / 1000 });
      return { UUID };
    }),
    ListEventSourceMappings: inPages(
      'EventSourceMappings',
      'UUID',
      { FunctionName: functionReference.optional(), EventSourceArn: z.string().optional() },
      ({ FunctionName, EventSourceArn }) =>
        this.#mappings
          .list()
          .filter(({ value }) => (FunctionName ?? value.FunctionName) === value.FunctionName)
          .filter(({ value }) => (EventSourceArn ?? value.EventSourceArn) === value.EventSourceArn)
          .map(({ key, value }) => this.#describe(key, value)),
    ),
    GetEventSourceMapping: operation({ UUID: z.uuid() }, ({ UUID }) => {
      const mapping = this.#mappings.get(UUID);
      if (mapping !== undefined) return this.#describe(UUID, mapping);
      throw missing();
    }),
    DeleteEventSourceMapping: operation({ UUID: z.uuid() }, ({ UUID }) => {
      if (this.#mappings.remove(UUID)) return { UUID };
      throw missing();
    }),
  };

  /** Begins to poll. */
  async resume(): Promise<void> {
    this.#pollers = this.#mappings.list().flatMap(({ value }) => (value.Enabled ? [this.#poller(value)] : []));
    await Promise.all(this.#pollers.map((poller) => poller.resume()));
  }

  close(): void {
    for (const poller of this.#pollers) poller.stop();
  }

  /** https://docs.aws.amazon.com/lambda/latest/api/API_EventSourceMappingConfiguration.html */
  #describe(UUID: string, mapping: Mapping) {
    const { FunctionName, EventSourceArn, Enabled, BatchSize, FunctionResponseTypes, modified } = mapping;
    return {
      UUID,
      EventSourceMappingArn: arnOf(this.#cloud, 'lambda', `event-source-mapping:${UUID}`),
      EventSourceArn,
      FunctionArn: this.#functions.get(FunctionName).arn,
      BatchSize,
      MaximumBatchingWindowInSeconds: 0,
      FunctionResponseTypes,
      LastModified: modified,
      State: Enabled ? 'Enabled' : 'Disabled',
      StateTransitionReason: 'USER_INITIATED',
    };
  }

  async #validate(mapping: Mapping): Promise<void> {
    const { timeoutSeconds, roleArn, name } = this.#functions.get(mapping.FunctionName);
    const query = { QueueUrl: this.#queueUrl(mapping), AttributeNames: ['VisibilityTimeout'] };
    const { Attributes } = await this.#cloud
      .call('sqs', 'GetQueueAttributes', query, roleSession(roleArn, name))
      .catch((cause: unknown) => {
        const message = `The function's role cannot call GetQueueAttributes on ${mapping.EventSourceArn}`;
        throw refused(`${message}: ${String(cause)}`, cause);
      });
    const visibility = Number((Attributes as { VisibilityTimeout: string }).VisibilityTimeout);
    if (visibility >= timeoutSeconds) return;
    const seconds = `${visibility} seconds is less than Function timeout: ${timeoutSeconds} seconds`;
    throw refused(`Queue visibility timeout: ${seconds}`);
  }

  #poller(mapping: Mapping): QueuePoller {
    const { name, roleArn } = this.#functions.get(mapping.FunctionName);
    return new QueuePoller(this.#cloud, {
      queueArn: mapping.EventSourceArn,
      queueUrl: this.#queueUrl(mapping),
      caller: roleSession(roleArn, name),
      batchSize: mapping.BatchSize,
      reportsItemFailures: mapping.FunctionResponseTypes.length > 0,
      invoke: (payload) => this.#runner.invoke(name, payload),
    });
  }

  #queueUrl({ EventSourceArn }: Mapping): string {
    return `${this.#cloud.endpoint}/${EventSourceArn.split(':').slice(4).join('/')}`;
  }
}
