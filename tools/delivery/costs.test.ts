import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from '@jest/globals';
import { parse } from 'yaml';

const root = dirname(dirname(import.meta.dirname));

interface Resource {
  readonly Type: string;
  readonly Properties?: { readonly Metrics?: readonly { readonly MetricStat?: object }[] };
}

const resources = globSync('services/*/resources/*.yml', { cwd: root }).flatMap((path) => {
  const { Resources } = parse(readFileSync(join(root, path), 'utf8'), { merge: true, logLevel: 'silent' }) as {
    Resources: Record<string, Resource>;
  };
  return Object.values(Resources);
});
const ofType = (type: string) => resources.filter(({ Type }) => Type === type);

it('docs/deploy.md charges for as many keys, alarms, their metrics and dashboards as a stage has', () => {
  const alarms = ofType('AWS::CloudWatch::Alarm');
  const metrics = alarms.map(
    ({ Properties: { Metrics = [{ MetricStat: {} }] } = {} }) =>
      Metrics.filter(({ MetricStat }) => MetricStat !== undefined).length,
  );
  const all = metrics.reduce((sum, each) => sum + each, 0);
  const page = readFileSync(join(root, 'docs', 'deploy.md'), 'utf8');
  expect(page).toContain(`| ${ofType('AWS::KMS::Key').length} keys `);
  expect(page).toContain(`| ${alarms.length} alarms on ${all} metrics `);
  expect(page).toContain(`| ${ofType('AWS::CloudWatch::Dashboard').length} dashboards `);
});
