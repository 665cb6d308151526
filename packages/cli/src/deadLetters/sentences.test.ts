import { describe, expect, it } from '@jest/globals';
import type { QueueReport } from './inspect.ts';
import { inSentences } from './sentences.ts';

const now = new Date('2026-11-01T12:00:00Z');
const queue = (name: string, more: Partial<QueueReport> = {}): QueueReport => ({
  ...{ queue: `${name}-dlq`, serves: [name], messages: 0, inFlight: 0, first: [] },
  ...more,
});
const trained = { sentAt: '2026-11-01T11:58:00Z', type: 'ModelTrained.v1', runId: 'training-1', country: 'DE' };
const notStarted = { sentAt: '2026-11-01T02:00:00Z', type: 'dev-training', error: 'NO_PERMISSIONS' };

describe('inSentences', () => {
  it('points to no log of a function where EventBridge says itself why it sent a message there', () => {
    const told = [
      queue('q', { messages: 1, first: [notStarted] }),
      queue('s', { serves: [], messages: 1, first: [trained] }),
    ];
    expect(inSentences(told, now).join('\n')).not.toContain('log');
  });

  it('has a row for every queue, and says what lies in those that are not empty', () => {
    const first = ['weee', 'battery', 'battery'].map((scheme) => ({ ...trained, scheme }));
    const reports = [
      queue('schedules', { serves: [], messages: 1, first: [notStarted] }),
      queue('start-evaluation', { messages: 3, inFlight: 1, first }),
      queue('track-run'),
    ];
    expect(inSentences(reports, now)).toEqual([
      'queue                 messages        oldest       serves',
      'schedules-dlq         1               10 h 00 min  no queue',
      'start-evaluation-dlq  3 + 1 received  2 min 00 s   start-evaluation',
      'track-run-dlq         0               -            track-run',
      '',
      'schedules-dlq:',
      '  1 x dev-training  not delivered: NO_PERMISSIONS',
      '',
      'start-evaluation-dlq:',
      '  2 x ModelTrained.v1  training-1  DE/battery',
      '  1 x ModelTrained.v1  training-1  DE/weee',
      '',
      'Why a function refused a message stands in its log; functions are called like the queues that they serve.',
    ]);
  });

  it('shows the messages that are most, counts the rest, and does not take the oldest it saw for the oldest', () => {
    const first = ['A', 'B', 'C', 'D', 'E', 'F'].map((country) => ({ ...trained, country, error: 'NO_RESOURCE' }));
    const sentences = inSentences([queue('q', { messages: 40, first })], now);
    expect(sentences[1]).toBe('q-dlq  40        >= 2 min 00 s  q');
    expect(sentences.slice(3)).toEqual([
      'q-dlq:',
      ...['A', 'B', 'C', 'D', 'E'].map(
        (country) => `  1 x ModelTrained.v1  training-1  ${country}  not delivered: NO_RESOURCE`,
      ),
      '  and 35 more',
    ]);
  });
});
