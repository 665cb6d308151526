import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';

interface Stage {
  readonly region: string;
  readonly keepData: boolean;
}
interface ForServerless {
  (context: { options: { stage?: string; region?: string } }): Stage & { dataOnRemove: string };
  readStage: (stage: string, folder?: string) => Stage;
}
const forServerless = createRequire(import.meta.url)('./stage.cjs') as ForServerless;
const { readStage } = forServerless;

let folder: string;
let dev: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stages-'));
  dev = await readFile(join(import.meta.dirname, 'dev.yml'), 'utf8');
});
afterEach(() => rm(folder, { recursive: true }));

/** What is said of a stage file with this text. */
async function said(text: string): Promise<string> {
  await writeFile(join(folder, 'dev.yml'), text);
  try {
    readStage('dev', folder);
  } catch (error) {
    return String(error);
  }
  return 'nothing';
}

describe('the stages', () => {
  it.each(['dev', 'staging', 'prod', 'local'])('%s is complete', (stage) => {
    expect(readStage(stage)).toMatchObject({ region: expect.any(String) as unknown });
  });

  it('keeps the data of prod', () => {
    expect(forServerless({ options: { stage: 'prod' } }).dataOnRemove).toBe('Retain');
  });

  it('is dev where none is named', () => {
    expect(forServerless({ options: {} })).toMatchObject(readStage('dev'));
  });
});

describe('a stage file', () => {
  it.each<[what: string, change: (text: string) => string, says: string]>([
    ['an unknown region', (text) => text.replace('eu-west-1', 'eu-west-9'), 'region is "eu-west-9"'],
    [
      'neither workgroup nor cluster',
      (text) => text.replace('  workgroup: regulabel\n', ''),
      'redshift is {"database"',
    ],
    ['both', (text) => text.replace('  database', '  cluster: main\n  database'), 'never both'],
    ['no region', (text) => text.replace(/^region: .*/m, ''), 'region is missing'],
    ['no schedule for training', (text) => text.replace(/^ {2}training: .*/m, ''), 'schedules.training is missing'],
    ['a schedule that is none', (text) => text.replace(/cron\(0 2.*/, 'monthly'), 'schedules.training is "monthly"'],
    ['no deadline', (text) => text.replace(/^runDeadlineHours: .*/m, ''), 'runDeadlineHours is missing'],
    [
      'a budget of nothing',
      (text) => text.replace(/^monthlyBudgetUsd: .*/m, 'monthlyBudgetUsd: 0'),
      'monthlyBudgetUsd is 0',
    ],
    [
      'an account id that is none',
      (text) => text.replace(/^reportingAccounts: .*/m, 'reportingAccounts: [1]'),
      'reportingAccounts is [1]',
    ],
    ['no word on data', (text) => text.replace(/^keepData: .*/m, ''), 'keepData is missing'],
  ])('with %s is refused with the name and an example', async (_, change, says) => {
    const text = await said(change(dev));
    expect(text).toContain(says);
    expect(text).toMatch(/^Error: stages\/dev\.yml: .*, for example "\w+: .+"$/);
  });

  it('with every mistake at once tells of each', async () => {
    const text = await said(dev.replace(/^keepData: .*/m, '').replace(/^region: .*/m, 'regio: x'));
    expect(text).toContain('region is missing');
    expect(text).toContain('keepData is missing');
    expect(text).toContain('regio: no such setting');
  });

  it('that is no YAML is named', async () => {
    expect(await said('region: [')).toContain('stages/dev.yml is not YAML');
  });

  it('whatever it holds, is taken or refused in our words', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (value) => {
        expect(await said(JSON.stringify(value))).toMatch(/^Error: stages\/dev\.yml: /);
      }),
      { numRuns: 50 },
    );
  });
});

describe('a stage', () => {
  it.each(['Dev', 'dev-1', '1dev', 'developer1', ''])('cannot be called "%s"', (stage) => {
    expect(() => readStage(stage)).toThrow(/cannot be a stage: .* --stage dev/);
  });

  it('without a file is refused, naming those that have one', () => {
    expect(() => readStage('demo')).toThrow(/there is no stages\/demo\.yml.*dev, local, prod, staging/);
  });

  it('is in one region, whatever the command says', () => {
    expect(() => forServerless({ options: { stage: 'dev', region: 'us-east-1' } })).toThrow(
      '--region us-east-1: stages/dev.yml says eu-west-1',
    );
  });
});
