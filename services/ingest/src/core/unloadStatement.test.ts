import { describe, expect, it } from '@jest/globals';
import { unloadPlan } from './unloadStatement.ts';

const target = {
  bucket: 'regulabel-dev-data-111122223333-eu-west-1',
  roleArn: 'arn:aws:iam::111122223333:role/regulabel-dev-unload',
  keyArn: 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab',
};

describe('unloadPlan', () => {
  it('unloads all labelled items for training', () => {
    const { sql } = unloadPlan({ purpose: 'training', runId: 'training-1' }, target);
    expect(sql).toBe(
      [
        "UNLOAD ('SELECT item_id, country, title, description, brand, scheme, code, labelled_at FROM labelled_items')",
        "TO 's3://regulabel-dev-data-111122223333-eu-west-1/unload/training/training-1/{attempt}/'",
        "IAM_ROLE 'arn:aws:iam::111122223333:role/regulabel-dev-unload'",
        'FORMAT AS PARQUET PARTITION BY (country) INCLUDE MANIFEST VERBOSE',
        "ENCRYPTED KMS_KEY_ID '1234abcd-12ab-34cd-56ef-1234567890ab'",
      ].join('\n'),
    );
  });

  it("unloads one month's sales for inference, across the end of a year", () => {
    const { sql } = unloadPlan({ purpose: 'inference', runId: 'inference-1', month: '2026-12' }, target);
    expect(sql).toContain("sold_on >= ''2026-12-01'' AND sold_on < ''2027-01-01''");
    expect(sql).toContain('SUM(COALESCE(quantity, 1)) OVER (PARTITION BY country, item_id)');
  });

  it('marks the attempt in statement and prefix alike', () => {
    const { sql, prefix, attemptMark } = unloadPlan({ purpose: 'training', runId: 'training-1' }, target);
    expect(prefix.replace(attemptMark, '1-2')).toBe('unload/training/training-1/1-2/');
    expect(sql.replace(attemptMark, '1-2')).toContain('/unload/training/training-1/1-2/');
    expect(sql.split(attemptMark)).toHaveLength(2);
  });
});
