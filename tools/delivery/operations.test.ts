import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const root = dirname(dirname(import.meta.dirname));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const page = read('docs/operations.md');

/** What stands in the first column of the table below a heading. */
const firstColumn = (heading: string): string[] => {
  const [, section = ''] = page.split(`\n${heading}`);
  const rows = section.split(/\n#/)[0]?.match(/^\| .*$/gm) ?? [];
  return rows
    .slice(2)
    .flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, name = '']) => name));
};

/** `regulabel-<stage>-start-training-dlq` gives `start-training` and `dlq`. */
const alarms = globSync('services/*/resources/*.yml', { cwd: root }).flatMap((path) =>
  [...read(path).matchAll(/AlarmName: regulabel-\$\{sls:stage\}-(.+)-(\w+)$/gm)].map(([, about = '', kind = '']) => ({
    about,
    kind,
  })),
);

describe('docs/operations.md', () => {
  it('says what each kind of alarm means', () => {
    const kinds = [...new Set(alarms.map(({ kind }) => kind))].sort();
    expect(kinds).toEqual(['age', 'dlq', 'errors', 'failed', 'throttled', 'throttles']);
    const headings = page.match(/^### .*$/gm)?.join('\n') ?? '';
    for (const kind of kinds) expect(headings).toMatch(new RegExp(`>-${kind}\``));
  });

  it('says of each dead-letter queue what does not go on meanwhile', () => {
    const queues = alarms.filter(({ kind }) => kind === 'dlq').map(({ about }) => about);
    expect(firstColumn('### `<queue>-dlq`').sort()).toEqual(queues.sort());
  });

  it('says what to do about each error that the services name', () => {
    const sources = globSync(['services/*/src/**/*.ts', 'packages/{shared,contracts}/src/**/*.ts'], { cwd: root });
    const named = sources
      .filter((path) => !/\.(test|fixture)\.ts$/.test(path))
      .flatMap((path) =>
        [...read(path).matchAll(/(?:new RegulabelError|super)\(\s*'([A-Z][a-zA-Z]+)'/g)].map(([, name = '']) => name),
      );
    expect(named.length).toBeGreaterThan(20);
    const causes = firstColumn('## Causes');
    expect([...new Set(named)].filter((name) => !causes.includes(name))).toEqual([]);
  });
});
