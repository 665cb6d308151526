import type { Run } from '@regulabel/shared/tableItems';
import { s3Uri, unloadPrefix } from '@regulabel/shared/keys';

/** Stands in statement and prefix for the attempt, which only the state machine knows (its redrive and retry counts). */
export const ATTEMPT_MARK = '{attempt}';

/** What the state machine needs to run the UNLOAD: it replaces the mark in both texts. */
export interface UnloadPlan {
  readonly sql: string;
  /** Key prefix in the data bucket. */
  readonly prefix: string;
  readonly attemptMark: string;
}

/**
 * The UNLOAD of a run: Parquet, one partition per country, a manifest with row counts, encrypted under `keyArn`. Neither
 * ALLOWOVERWRITE nor CLEANPATH: each attempt has a fresh prefix.
 * https://docs.aws.amazon.com/redshift/latest/dg/r_UNLOAD.html
 */
export function unloadPlan(
  run: Pick<Run, 'purpose' | 'runId' | 'month'>,
  target: { bucket: string; roleArn: string; keyArn: string },
): UnloadPlan {
  const prefix = unloadPrefix(run.purpose, run.runId, ATTEMPT_MARK);
  const select = run.month === undefined ? LABELLED : soldIn(run.month);
  return {
    sql: [
      `UNLOAD (${literal(select)})`,
      `TO ${literal(s3Uri(target.bucket, prefix))}`,
      `IAM_ROLE ${literal(target.roleArn)}`,
      'FORMAT AS PARQUET PARTITION BY (country) INCLUDE MANIFEST VERBOSE',
      `ENCRYPTED KMS_KEY_ID ${literal(target.keyArn.split('/').at(-1) ?? '')}`,
    ].join('\n'),
    prefix,
    attemptMark: ATTEMPT_MARK,
  };
}

const LABELLED = 'SELECT item_id, country, title, description, brand, scheme, code, labelled_at FROM labelled_items';

/** One row per country and item: the quantities of the month summed, the text of the latest sale. */
function soldIn(month: string): string {
  const [year = 0, number = 0] = month.split('-').map(Number);
  const next = new Date(Date.UTC(year, number)).toISOString().slice(0, 10);
  return [
    'SELECT item_id, country, title, description, brand, quantity FROM (',
    'SELECT item_id, country, title, description, brand,',
    'CAST(SUM(COALESCE(quantity, 1)) OVER (PARTITION BY country, item_id) AS BIGINT) AS quantity,',
    'ROW_NUMBER() OVER (PARTITION BY country, item_id ORDER BY sold_on DESC, title, description, brand) AS sale',
    `FROM sold_items WHERE sold_on >= '${month}-01' AND sold_on < '${next}'`,
    ') AS sales WHERE sale = 1',
  ].join(' ');
}

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
