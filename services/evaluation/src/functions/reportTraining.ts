import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { objectExists, writeJsonOnce } from '@regulabel/shared/aws/objects';
import type { Decision } from '@regulabel/contracts/evaluation/decision.v1';
import { trainingReport as contract } from '@regulabel/contracts/evaluation/trainingReport.v1';
import { trainingRunCompleted } from '@regulabel/contracts/ingest/trainingRunCompleted.v1';
import { lineName } from '@regulabel/contracts/values';
import { s3Uri, trainingReportKey } from '@regulabel/shared/keys';
import { environment } from '@regulabel/shared/lambda/environment';
import { eventHandler } from '@regulabel/shared/lambda/handlers';
import { parseStrictly } from '@regulabel/contracts/parse';
import { readDecisionOfRun } from '../aws/decisions.ts';
import { isDecided, mlopsMessage, trainingReport } from '../core/trainingReport.ts';

const s3 = new S3Client({});
const sns = new SNSClient({});
const dynamodb = new DynamoDBClient({});

const winnersTable = environment('WINNERS_TABLE');
const bucket = environment('REGISTRY_BUCKET');
const topicArn = environment('MLOPS_TOPIC_ARN');

/**
 * A training run is closed: tells the MLOps team and keeps the report. The report is written after the message, so its
 * being there says that the message went out: a crash between the two sends the message again, and loses none.
 */
export const handler = eventHandler(trainingRunCompleted, async ({ detail: { data } }) => {
  const uri = s3Uri(bucket, trainingReportKey(data.runId, data.revision));
  if (await objectExists(s3, uri)) return;

  const decisions = new Map<string, Decision>();
  for (const line of data.lines.filter(isDecided)) {
    const decision = await readDecisionOfRun(dynamodb, winnersTable, line, data.runId);
    if (decision) decisions.set(lineName(line), decision);
  }
  const report = parseStrictly(contract, trainingReport(data, decisions), uri);
  const { subject, body } = mlopsMessage(report, uri);
  await sns.send(new PublishCommand({ TopicArn: topicArn, Subject: subject, Message: body }));
  await writeJsonOnce(s3, uri, contract, report);
});
