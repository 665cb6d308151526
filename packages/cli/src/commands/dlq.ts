import type { Command } from 'commander';
import { addCommand, exitWith, stageOption } from '../commandLine.ts';
import { inspectQueue, type QueueReport } from '../deadLetters/inspect.ts';
import { moveBack } from '../deadLetters/move.ts';
import { listDeadLetterQueues } from '../deadLetters/queues.ts';
import { inSentences } from '../deadLetters/sentences.ts';
import { commandText, labelled, plural, print, printJson } from '../output.ts';
import { pause } from '../runs/waitForRun.ts';
import { withSession, type CommonOptions } from './withSession.ts';

export function declareDlq(program: Command): void {
  const parent = program
    .command('dlq')
    .description('messages that were given up, and handing them back')
    .exitOverride();
  addCommand(
    parent,
    'list',
    'every dead-letter queue: how much it holds, and what that is about',
    'dlq list --stage dev',
  )
    .addOption(stageOption())
    .action(exitWith(list));
  addCommand(
    parent,
    'redrive',
    'moves the messages of a dead-letter queue back to the queue that it serves, and waits for that',
    'dlq redrive regulabel-dev-start-training-dlq --stage dev',
  )
    .argument('<queue>', 'its name, as `dlq list` has it')
    .addOption(stageOption())
    .action(exitWith(redrive));
}

/** `dlq list`: every dead-letter queue of the stage. */
async function list(options: CommonOptions): Promise<number> {
  return withSession({ ...options, existing: true }, async (session) => {
    const queues = await listDeadLetterQueues(session);
    const reports = await Promise.all(queues.map((queue) => inspectQueue(session, queue)));
    if (options.json) printJson(reports);
    else print(...inSentences(reports, new Date()), ...next(reports, options));
    return 0;
  });
}

function next(reports: readonly QueueReport[], options: CommonOptions): string[] {
  const [first] = reports.filter(({ messages, serves }) => messages > 0 && serves.length > 0);
  return first === undefined ? [] : labelled('hand back', commandText(`dlq redrive ${first.queue}`, options));
}

/** `dlq redrive QUEUE`: hands a dead-letter queue's messages back. */
async function redrive(queue: string, options: CommonOptions): Promise<number> {
  const goOn = 'a move that has begun goes on by itself';
  return withSession({ ...options, goOn, existing: true }, async (session) => {
    const moved = await moveBack(session, queue, pause);
    if (options.json) printJson(moved);
    else
      print(
        `${plural(moved.messages, 'message')} went back from ${moved.queue} to ${moved.to.join(' and ')}`,
        ...labelled('left', commandText('dlq list', options)),
      );
    return 0;
  });
}
