import { randomUUID } from 'node:crypto';
import { AwsError, type Cloud, type Output } from '../aws.ts';
import type { Queue } from './queue.ts';
import type { Queues } from './queues.ts';

/** A message move task as ListMessageMoveTasks shows it. */
interface MoveTask {
  readonly SourceArn: string;
  readonly DestinationArn?: string | undefined;
  readonly Status: 'COMPLETED' | 'FAILED';
  readonly FailureReason?: string | undefined;
  readonly ApproximateNumberOfMessagesMoved: number;
  readonly ApproximateNumberOfMessagesToMove: number;
  /** Epoch milliseconds. */
  readonly StartedTimestamp: number;
}

/** Redrive of dead letters. What AWS does in the background is done when StartMessageMoveTask answers. */
export class MoveTasks {
  readonly #cloud: Cloud;
  readonly #queues: Queues;
  readonly #tasks;

  constructor(cloud: Cloud, queues: Queues) {
    this.#cloud = cloud;
    this.#queues = queues;
    this.#tasks = cloud.store.log<MoveTask>('sqs.move');
  }

  /** To the queues that the messages came from, or to another one. */
  start(SourceArn: string, DestinationArn?: string): Output {
    const source = this.#find(SourceArn, 'SourceArn');
    const destination = DestinationArn === undefined ? undefined : this.#find(DestinationArn, 'DestinationArn');
    if (this.#queues.sourcesOf(source).length === 0) {
      throw new AwsError('InvalidParameterValue', 'Source queue must be configured as a Dead Letter Queue.');
    }
    const StartedTimestamp = Date.now();
    this.#cloud.store.transaction(() => {
      const messages = [...source.visible()];
      let moved = 0;
      for (const message of messages) {
        const target = destination ?? this.#queues.byArn(message.deadLetterSource ?? '');
        if (target === undefined) continue;
        source.remove(message);
        target.send(message.body, message.attributes, message.sender);
        moved += 1;
      }
      const left = moved < messages.length; // they were sent here directly
      this.#tasks.append({
        SourceArn,
        DestinationArn,
        Status: left ? 'FAILED' : 'COMPLETED',
        FailureReason: left ? 'CouldNotDetermineMessageSource' : undefined,
        ApproximateNumberOfMessagesMoved: moved,
        ApproximateNumberOfMessagesToMove: messages.length,
        StartedTimestamp,
      });
    });
    return { TaskHandle: randomUUID() };
  }

  /** The latest first, without the handle, which AWS tells only while a task runs. */
  list(sourceArn: string, most: number): readonly MoveTask[] {
    const source = this.#find(sourceArn, 'SourceArn');
    const tasks = this.#tasks.read().map(({ value }) => value);
    return tasks
      .filter(({ SourceArn }) => SourceArn === source.arn)
      .reverse()
      .slice(0, most);
  }

  #find(arn: string, parameter: string): Queue {
    const queue = this.#queues.byArn(arn);
    if (queue !== undefined) return queue;
    const message = `The resource that you specified for the ${parameter} parameter doesn't exist.`;
    throw new AwsError('ResourceNotFoundException', message);
  }
}
