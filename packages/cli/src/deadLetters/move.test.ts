import {
  GetQueueAttributesCommand,
  ListDeadLetterSourceQueuesCommand,
  ListMessageMoveTasksCommand,
  ListQueuesCommand,
  SQSClient,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { exampleSession } from '../session.fixture.ts';
import { endOfMove, moveBack, type MoveTask } from './move.ts';

const sqs = mockClient(SQSClient);
const URLS = ['start-training', 'start-training-dlq', 'schedules-dlq'].map(
  (name) => `https://sqs.eu-west-1.amazonaws.com/111122223333/regulabel-dev-${name}`,
);
const QUEUE = 'regulabel-dev-start-training-dlq';
const arn = (name: string): string => `arn:aws:sqs:eu-west-1:111122223333:${name}`;
const pause = (): Promise<void> => Promise.resolve();

const task = (StartedTimestamp: number, Status: string, moved: number, all = 3): MoveTask => ({
  ...{ StartedTimestamp, Status, ApproximateNumberOfMessagesMoved: moved, ApproximateNumberOfMessagesToMove: all },
});

/** What SQS lists, look by look; the last look stays. */
const listing = (...looks: MoveTask[][]): void => {
  const answers = sqs.on(ListMessageMoveTasksCommand);
  for (const Results of looks.slice(0, -1)) answers.resolvesOnce({ Results: Results });
  answers.resolves({ Results: looks.at(-1) ?? [] });
};

beforeEach(() => {
  sqs.reset();
  sqs.on(ListQueuesCommand, { QueueNamePrefix: 'regulabel-dev-' }).resolves({ QueueUrls: URLS });
  sqs.on(GetQueueAttributesCommand).resolves({ Attributes: { ApproximateNumberOfMessages: '3' } });
  sqs.on(ListDeadLetterSourceQueuesCommand, { QueueUrl: URLS[1] }).resolves({ queueUrls: [URLS[0] ?? ''] });
  sqs.on(ListDeadLetterSourceQueuesCommand, { QueueUrl: URLS[2] }).resolves({ queueUrls: [] });
  sqs.on(StartMessageMoveTaskCommand).resolves({ TaskHandle: 'handle' });
});

describe('moveBack', () => {
  it('names the one queue served as destination, so that what EventBridge put there goes back as well', async () => {
    const earlier = task(1000, 'FAILED', 1);
    listing([earlier], [task(2000, 'RUNNING', 1), earlier], [task(2000, 'COMPLETED', 3), earlier]);
    expect(await moveBack(exampleSession, QUEUE, pause)).toEqual({
      queue: QUEUE,
      to: ['regulabel-dev-start-training'],
      messages: 3,
    });
    expect(sqs.commandCalls(StartMessageMoveTaskCommand).map(({ args }) => args[0].input)).toEqual([
      { SourceArn: arn(QUEUE), DestinationArn: arn('regulabel-dev-start-training') },
    ]);
  });

  it('says how far a move came that does not come to its end, and why', async () => {
    const reason = { FailureReason: 'AccessDenied' };
    listing([], [{ ...task(2000, 'FAILED', 2), ...reason }]);
    await expect(moveBack(exampleSession, QUEUE, pause)).rejects.toMatchObject({
      name: 'CommandError',
      message: `the move from ${QUEUE} ended as FAILED (AccessDenied): 2 of 3 messages went back`,
    });
  });

  it.each([['RUNNING'], ['CANCELLING']])('is refused while another move is %s', async (status) => {
    listing([task(Date.parse('2026-11-01T02:00:00Z'), status, 1)]);
    await expect(moveBack(exampleSession, QUEUE, pause)).rejects.toThrow(
      `messages of ${QUEUE} are being moved already, since 2026-11-01T02:00:00.000Z: 1 of 3 so far;`,
    );
    expect(sqs.commandCalls(StartMessageMoveTaskCommand)).toHaveLength(0);
  });

  it('is refused for a queue that is not there; those there are are named', async () => {
    await expect(moveBack(exampleSession, 'regulabel-dev-start-training', pause)).rejects.toThrow(
      `stage dev has no dead-letter queue regulabel-dev-start-training; there are regulabel-dev-schedules-dlq, ${QUEUE}`,
    );
  });

  it('is refused for an empty queue, and says when somebody holds messages of it', async () => {
    listing([]);
    sqs.on(GetQueueAttributesCommand).resolves({ Attributes: { ApproximateNumberOfMessages: '0' } });
    await expect(moveBack(exampleSession, QUEUE, pause)).rejects.toThrow(
      `${QUEUE} is empty: there is nothing to hand back`,
    );
    const Attributes = { ApproximateNumberOfMessages: '0', ApproximateNumberOfMessagesNotVisible: '2' };
    sqs.on(GetQueueAttributesCommand).resolves({ Attributes });
    await expect(moveBack(exampleSession, QUEUE, pause)).rejects.toThrow(
      `${QUEUE} is empty but for 2 messages that somebody has received and not deleted`,
    );
  });

  it('is refused for a queue that serves none: SQS would not know where to', async () => {
    listing([]);
    await expect(moveBack(exampleSession, 'regulabel-dev-schedules-dlq', pause)).rejects.toThrow(
      'regulabel-dev-schedules-dlq serves no queue',
    );
  });
});

describe('endOfMove', () => {
  const looking = (...looks: MoveTask[][]) => {
    let looked = 0;
    return {
      look: () => Promise.resolve(looks[Math.min((looked += 1), looks.length) - 1] ?? []),
      looked: () => looked,
    };
  };

  it('waits for the move to appear, to end, and for its counts to follow', async () => {
    const { look, looked } = looking(
      [task(1000, 'COMPLETED', 9, 9)],
      [task(2000, 'RUNNING', 0)],
      [task(2000, 'COMPLETED', 2)],
      [task(2000, 'COMPLETED', 3)],
    );
    const ended = await endOfMove(look, { before: [task(1000, 'COMPLETED', 9, 9)], pause });
    expect(ended).toEqual(task(2000, 'COMPLETED', 3));
    expect(looked()).toBe(4);
  });

  it('does not wait for counts for ever', async () => {
    const { look, looked } = looking([task(2000, 'COMPLETED', 2)]);
    expect(await endOfMove(look, { before: [], pause })).toEqual(task(2000, 'COMPLETED', 2));
    expect(looked()).toBe(6);
  });
});
