import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { environment } from '@regulabel/shared/lambda/environment';
import { stateHandler } from '@regulabel/shared/lambda/handlers';
import { RunsTable } from '../aws/runsTable.ts';
import { monthCheckInput, openMonth } from '../core/monthCheck.ts';

const dynamodb = new DynamoDBClient({});
const sns = new SNSClient({});

/** Tells the MLOps team of a month that is not closed when it should be: alarms look back seven days at most. */
export const handler = stateHandler(monthCheckInput, async ({ scheduledTime }) => {
  const table = new RunsTable(dynamodb, environment('RUNS_TABLE'));
  const runs = [...(await table.ofPurpose('training')), ...(await table.ofPurpose('inference'))];
  const open = openMonth(scheduledTime, runs);
  if (open === undefined) return { closed: true };
  const { month, problems } = open;
  const stage = environment('STAGE');
  await sns.send(
    new PublishCommand({
      TopicArn: environment('MLOPS_TOPIC_ARN'),
      Subject: `Regulabel ${stage}: month ${month} is not closed`,
      Message: [
        `Month ${month} should be labelled by now, but:`,
        ...problems.map((problem) => `- ${problem}`),
        '',
        `What to do: docs/operations.md, "A month that is not closed". Asked at ${scheduledTime}.`,
      ].join('\n'),
    }),
  );
  return { closed: false, month, problems };
});
