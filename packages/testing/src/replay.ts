import { setTimeout as delay } from 'node:timers/promises';
import { DescribeReplayCommand, StartReplayCommand, type EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { BusListener, Heard } from './busListener.ts';

/** What is wanted of an archive; times in whole seconds. */
interface Wanted {
  readonly archive: string;
  readonly from: Date;
  readonly to: Date;
}

/**
 * What a listener hears of a replay that names its rule alone: events of the archive of the listener's bus, in any order. Throws
 * unless the replay is complete within 30 seconds.
 */
export async function replayTo(
  listener: BusListener,
  { archive, from, to }: Wanted,
  client: EventBridgeClient,
): Promise<Heard[]> {
  const [place = ''] = listener.rule.split(':rule/');
  const ReplayName = `${archive}-again`;
  await client.send(
    new StartReplayCommand({
      ReplayName,
      EventSourceArn: `${place}:archive/${archive}`,
      Destination: { Arn: `${place}:event-bus/${listener.bus}`, FilterArns: [listener.rule] },
      EventStartTime: from,
      EventEndTime: to,
    }),
  );
  const deadline = Date.now() + 30_000;
  for (;;) {
    const { State, StateReason } = await client.send(new DescribeReplayCommand({ ReplayName }));
    if (State === 'COMPLETED') break;
    if (Date.now() > deadline) throw new Error(`${ReplayName} is ${State} after 30 s: ${StateReason}`);
    await delay(50);
  }
  await listener.hearsAll();
  return listener.heard.filter((event) => event['replay-name'] === ReplayName);
}
