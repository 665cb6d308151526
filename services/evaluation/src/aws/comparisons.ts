import type { S3Client } from '@aws-sdk/client-s3';
import type { SFNClient } from '@aws-sdk/client-sfn';
import { executionName, startOnce } from '@regulabel/shared/aws/executions';
import { readJson } from '@regulabel/shared/aws/objects';
import type { ComparisonSubject } from '@regulabel/contracts/inference/inferenceExecutionInput.v1';
import { catalogue } from '@regulabel/contracts/ingest/catalogue.v1';
import { lineName, type Line } from '@regulabel/contracts/values';
import { logger } from '@regulabel/shared/lambda/handlers';
import { parseStrictly } from '@regulabel/contracts/parse';
import { comparisonExecutionInput, type Evidence } from '../core/comparisonExecution.ts';
import { comparisonInput, marginOf } from '../core/evaluation.ts';

/** Starts the comparison of a candidate, once, with the margin of the catalogue that its training pinned. */
export async function startComparisonOnce(
  { s3, sfn, stateMachineArn }: { s3: S3Client; sfn: SFNClient; stateMachineArn: string },
  line: Line & { readonly runId: string },
  subject: ComparisonSubject,
  evidence: Evidence,
): Promise<void> {
  const { uri } = subject.candidate.data.catalogue;
  const margin = marginOf(await readJson(s3, uri, catalogue), line, uri);
  const input = comparisonInput(line, subject, { evidence, margin });
  const outcome = await startOnce(sfn, {
    stateMachineArn,
    name: executionName(line, line.runId, input.digest),
    input: parseStrictly(comparisonExecutionInput, input, `the comparison of ${lineName(line)}`),
  });
  logger.info('comparison', { line: lineName(line), run: line.runId, evidence: evidence.kind, outcome });
}
