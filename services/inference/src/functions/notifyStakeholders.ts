import { S3Client } from '@aws-sdk/client-s3';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { objectExists, readJson, writeJsonOnce } from '@regulabel/shared/aws/objects';
import { classificationReport as contract } from '@regulabel/contracts/inference/classificationReport.v1';
import { predictionSummary } from '@regulabel/contracts/inference/predictionSummary.v1';
import { classificationRunCompleted } from '@regulabel/contracts/ingest/classificationRunCompleted.v1';
import type { LineResult } from '@regulabel/contracts/ingest/runSummary.v1';
import { lineName } from '@regulabel/contracts/values';
import { classificationReportKey, s3Uri, summaryUri } from '@regulabel/shared/keys';
import { environment } from '@regulabel/shared/lambda/environment';
import { eventHandler } from '@regulabel/shared/lambda/handlers';
import { parseStrictly } from '@regulabel/contracts/parse';
import { classificationReport, stakeholderMessage } from '../core/classificationReport.ts';

const s3 = new S3Client({});
const sns = new SNSClient({});

const bucket = environment('PREDICTIONS_BUCKET');
const topicArn = environment('STAKEHOLDERS_TOPIC_ARN');

/**
 * A month is labelled: tells the stakeholders and keeps the report. The report is written after the message, so its
 * being there says that the message went out: a crash between the two sends the message again, and loses none.
 */
export const handler = eventHandler(classificationRunCompleted, async ({ detail: { data } }) => {
  const { runId, month, revision } = data;
  const uri = s3Uri(bucket, classificationReportKey(month, runId, revision));
  if (await objectExists(s3, uri)) return;

  const summaries = new Map(await Promise.all(data.lines.filter(hasSummary).map(readSummary)));
  const report = parseStrictly(contract, classificationReport(data, summaries, bucket), uri);
  const { subject, body } = stakeholderMessage(report, uri);
  await sns.send(new PublishCommand({ TopicArn: topicArn, Subject: subject, Message: body }));
  await writeJsonOnce(s3, uri, contract, report);
});

type Summarised = LineResult & { readonly summary: string };

const hasSummary = (line: LineResult): line is Summarised => line.summary !== undefined;

const readSummary = async (line: Summarised) =>
  [lineName(line), await readJson(s3, summaryUri(line.summary), predictionSummary)] as const;
