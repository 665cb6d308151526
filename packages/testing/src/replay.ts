import { DescribeReplayCommand, StartReplayCommand, type EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { BusListener, Heard } from './busListener.ts';
import { until } from './until.ts';

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
  await until(
    `${ReplayName} is complete`,
    async () => (await client.send(new DescribeReplayCommand({ ReplayName }))).State === 'COMPLETED',
    30,
  );
  await listener.hearsAll();
  return listener.heard.filter((event) => event['replay-name'] === ReplayName);
}
