import type { Caller, Cloud, Input } from '../aws.ts';
import { Outbox } from '../events/outbox.ts';

/** A call that has to be made at least once, whatever happens to the process. */
export interface Errand {
  readonly service: string;
  readonly operation: string;
  readonly input: Input;
  readonly caller: Caller;
}

/** Status events and stops of jobs: noted in the transaction that causes them, done after it. */
export const outboxOf = (cloud: Cloud): Outbox<Errand> =>
  new Outbox(cloud, 'states.outbox', {
    async deliver({ service, operation, input, caller }) {
      const answer = await cloud.call(service, operation, input, caller);
      if (Number(answer['FailedEntryCount'] ?? 0) > 0) throw new Error(JSON.stringify(answer));
    },
    giveUp({ operation }, { error }) {
      // E.g. a job that has ended by itself.
      cloud.log(`states: ${operation} was refused: ${String(error)}`);
      return Promise.resolve();
    },
    retryPolicy: () => undefined,
  });
