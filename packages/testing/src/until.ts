import { setTimeout as delay } from 'node:timers/promises';

/** Asks until there is an answer other than `false` and `undefined`, and gives it. Throws after `seconds`, with `what` was waited for. */
export async function until<Answer>(
  what: string,
  ask: () => Promise<Answer | false | undefined>,
  seconds = 15,
): Promise<Answer> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (answer !== false && answer !== undefined) return answer;
    if (Date.now() > deadline) throw new Error(`not within ${seconds} s: ${what}`);
    await delay(50);
  }
}
