import { GetObjectCommand, NoSuchKey } from '@aws-sdk/client-s3';
import { datasetManifest } from '@regulabel/contracts/ingest/datasetManifest.v1';
import { lineName } from '@regulabel/contracts/values';
import { datasetManifestKey } from '@regulabel/shared/keys';
import { dataBucket } from '@regulabel/shared/names';
import { parseJson } from '@regulabel/contracts/parse';
import type { Session } from '../session.ts';
import type { RunState } from './readRuns.ts';
import type { Stage } from './stages.ts';

/** What `run --json` prints. */
export interface RunDocument {
  readonly runId: string;
  readonly purpose: 'training' | 'inference';
  readonly month?: string;
  readonly status: 'running' | 'closed';
  /** Rows extracted: labelled rows for training, items of the month for inference. */
  readonly items: number;
  /** Codes given: one per item and scheme. */
  readonly predictions: number;
  readonly lines: readonly {
    country: string;
    scheme: string;
    outcome: Stage;
    reason?: string;
    /** For people: the figures behind the reason. */
    explanation?: string;
    predictions?: string;
    rows?: number;
  }[];
}

export async function runDocument(session: Session, { run, results }: RunState): Promise<RunDocument> {
  const countries = [...new Set(run.lines.map(({ country }) => country))];
  const rows = await Promise.all(countries.map((country) => extractedRows(session, run.purpose, run.runId, country)));
  const byName = new Map(results.map((result) => [lineName(result), result]));
  return {
    runId: run.runId,
    purpose: run.purpose,
    ...(run.month === undefined ? {} : { month: run.month }),
    status: run.status,
    items: rows.reduce((sum, count) => sum + count, 0),
    predictions: results.reduce(
      (sum, { outcome, rows: labelled }) => sum + (outcome === 'labelled' ? (labelled ?? 0) : 0),
      0,
    ),
    lines: run.lines.map((line) => {
      const {
        outcome,
        reason,
        explanation,
        predictions,
        rows: labelled,
      } = byName.get(lineName(line)) ?? { outcome: 'waiting' as const };
      return {
        country: line.country,
        scheme: line.scheme,
        outcome,
        ...(reason === undefined ? {} : { reason }),
        ...(explanation === undefined ? {} : { explanation }),
        ...(labelled === undefined ? {} : { rows: labelled }),
        ...(predictions === undefined ? {} : { predictions }),
      };
    }),
  };
}

async function extractedRows(
  session: Session,
  purpose: 'training' | 'inference',
  runId: string,
  country: string,
): Promise<number> {
  const key = datasetManifestKey(purpose, runId, country);
  try {
    const { Body } = await session.s3.send(new GetObjectCommand({ Bucket: dataBucket(session.place), Key: key }));
    return parseJson(datasetManifest, (await Body?.transformToString()) ?? '', key).rows;
  } catch (error) {
    if (error instanceof NoSuchKey) return 0;
    throw error;
  }
}
