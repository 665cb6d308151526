import { plural, table } from '../output.ts';
import { duration } from '../runs/timeLeft.ts';
import type { DeadLetter, QueueReport } from './inspect.ts';

/** What people read of dead-letter queues: a row each, and below them what lies in those that are not empty. */
export function inSentences(reports: readonly QueueReport[], now: Date): string[] {
  const rows = reports.map((report) => [report.queue, count(report), oldest(report, now), served(report)]);
  return [
    ...table([['queue', 'messages', 'oldest', 'serves'], ...rows]),
    ...reports.flatMap((report) => (report.first.length === 0 ? [] : ['', `${report.queue}:`, ...contents(report)])),
    ...(reports.some(({ serves, first }) => serves.length > 0 && first.some(({ error }) => error === undefined))
      ? [
          '',
          'Why a function refused a message stands in its log; functions are called like the queues that they serve.',
        ]
      : []),
  ];
}

const count = ({ messages, inFlight }: QueueReport): string =>
  inFlight === 0 ? String(messages) : `${messages} + ${inFlight} received`;

/** A queue that holds more messages than were looked at may hold older ones. */
function oldest({ messages, first: [oldestSeen, ...others] }: QueueReport, now: Date): string {
  if (oldestSeen === undefined) return '-';
  const age = duration((now.getTime() - Date.parse(oldestSeen.sentAt)) / 1000);
  return messages > others.length + 1 ? `>= ${age}` : age;
}

const served = ({ serves }: QueueReport): string => (serves.length === 0 ? 'no queue' : serves.join(', '));

const SHOWN = 5;

/** Messages that are about the same together, those with most first. */
function contents({ messages, first }: QueueReport): string[] {
  const alike = [...Map.groupBy(first, inWords)].sort(([, one], [, other]) => other.length - one.length);
  const shown = alike.slice(0, SHOWN);
  const left = messages - shown.reduce((sum, [, letters]) => sum + letters.length, 0);
  return [
    ...shown.map(([words, letters]) => `  ${letters.length} x ${words}`),
    ...(left > 0 ? [`  and ${plural(left, 'more', 'more')}`] : []),
  ];
}

function inWords({ type, runId, country, scheme, error }: DeadLetter): string {
  const line = [country, scheme].filter((part) => part !== undefined).join('/');
  return [
    type,
    ...(runId === undefined ? [] : [runId]),
    ...(line === '' ? [] : [line]),
    ...(error === undefined ? [] : [`not delivered: ${error}`]),
  ].join('  ');
}
