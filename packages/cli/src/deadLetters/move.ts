import { ListMessageMoveTasksCommand, StartMessageMoveTaskCommand } from '@aws-sdk/client-sqs';
import { CommandError } from '../errors.ts';
import { plural } from '../output.ts';
import type { Session } from '../session.ts';
import { listDeadLetterQueues, queuesServed, type DeadLetterQueue } from './queues.ts';

/** A message move task as SQS lists it. */
export interface MoveTask {
  readonly Status?: string | undefined;
  readonly ApproximateNumberOfMessagesMoved?: number | undefined;
  readonly ApproximateNumberOfMessagesToMove?: number | undefined;
  readonly FailureReason?: string | undefined;
  /** Epoch milliseconds. */
  readonly StartedTimestamp?: number | undefined;
}

/** What `dlq redrive --json` prints. */
export interface Moved {
  readonly queue: string;
  /** Where the messages are now. */
  readonly to: readonly string[];
  readonly messages: number;
}

/**
 * Moves a dead-letter queue's messages back to the queue that it serves, and waits until that is done. Throws
 * `CommandError` for a queue that is not there, is empty or serves no queue, for one whose messages are being moved, and
 * for a move that does not come to its end.
 */
export async function moveBack(session: Session, name: string, pause: () => Promise<void>): Promise<Moved> {
  const queue = await findQueue(session, name);
  const tasks = (): Promise<MoveTask[]> => listTasks(session, name);
  const before = await tasks();
  refuseSecondMove(name, before);
  if (queue.messages === 0) throw new CommandError(`${name} is empty${inHands(queue)}: there is nothing to hand back`);
  const served = await queuesServed(session, queue);
  if (served.length === 0) {
    throw new CommandError(
      `${name} serves no queue: its messages came from EventBridge Scheduler, and SQS cannot hand them back there; start by hand what they are about`,
    );
  }
  await session.sqs.send(
    new StartMessageMoveTaskCommand({
      SourceArn: arnOf(session, name),
      // SQS knows where a message came from only if a queue gave it up. What EventBridge could not deliver goes to the one
      // queue that it was meant for: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html
      ...(served.length === 1 && { DestinationArn: arnOf(session, served[0] ?? '') }),
    }),
  );
  const { Status, FailureReason = 'no reason given', ...counts } = await endOfMove(tasks, { before, pause });
  const messages = counts.ApproximateNumberOfMessagesMoved ?? 0;
  if (Status === 'COMPLETED') return { queue: name, to: served, messages };
  throw new CommandError(
    `the move from ${name} ended as ${Status ?? 'unknown'} (${FailureReason}): ${messages} of ${counts.ApproximateNumberOfMessagesToMove ?? queue.messages} messages went back`,
  );
}

/** The dead-letter queue of that name. Throws `CommandError` that lists those there are. */
async function findQueue(session: Session, name: string): Promise<DeadLetterQueue> {
  const queues = await listDeadLetterQueues(session);
  const found = queues.find(({ queue }) => queue === name);
  if (found !== undefined) return found;
  const names = queues.map(({ queue }) => queue).join(', ');
  throw new CommandError(
    `stage ${session.place.stage} has no dead-letter queue ${name}; ${names === '' ? 'it has none at all' : `there are ${names}`}`,
  );
}

const inHands = ({ inFlight }: DeadLetterQueue): string =>
  inFlight === 0 ? '' : ` but for ${plural(inFlight, 'message')} that somebody has received and not deleted`;

const isActive = ({ Status }: MoveTask): boolean => Status === 'RUNNING' || Status === 'CANCELLING';

function refuseSecondMove(name: string, tasks: readonly MoveTask[]): void {
  const active = tasks.find(isActive);
  if (active === undefined) return;
  const { ApproximateNumberOfMessagesMoved: moved = 0, ApproximateNumberOfMessagesToMove: all = 0 } = active;
  const since = new Date(startOf(active)).toISOString();
  throw new CommandError(
    `messages of ${name} are being moved already, since ${since}: ${moved} of ${all} so far; SQS does one move at a time, so wait for its end`,
  );
}

/** The counts lag behind the status: so many more looks until they agree. */
const LOOKS_AT_COUNTS = 5;

/** Looks at a queue's moves until the one that was started after `before` has ended; answers it. */
export async function endOfMove(
  look: () => Promise<readonly MoveTask[]>,
  { before, pause }: { before: readonly MoveTask[]; pause: () => Promise<void> },
): Promise<MoveTask> {
  const last = Math.max(0, ...before.map(startOf));
  for (let counting = 0; ;) {
    const task = (await look()).find((each) => startOf(each) > last);
    if (task !== undefined && !isActive(task)) {
      counting += 1;
      const { ApproximateNumberOfMessagesMoved: moved = 0, ApproximateNumberOfMessagesToMove: all = 0 } = task;
      if (task.Status !== 'COMPLETED' || moved >= all || counting > LOOKS_AT_COUNTS) return task;
    }
    await pause();
  }
}

const startOf = ({ StartedTimestamp = 0 }: MoveTask): number => StartedTimestamp;

async function listTasks(session: Session, name: string): Promise<MoveTask[]> {
  const { Results = [] } = await session.sqs.send(
    new ListMessageMoveTasksCommand({ SourceArn: arnOf(session, name), MaxResults: 10 }),
  );
  return Results;
}

const arnOf = ({ place: { region, account } }: Session, name: string): string =>
  `arn:aws:sqs:${region}:${account}:${name}`;
