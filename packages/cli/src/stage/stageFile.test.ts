import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CommandError } from '../errors.ts';
import { regionIn, regionOfStage } from './stageFile.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'regulabel-stages-'));
  await writeFile(join(folder, 'dev.yml'), 'region: eu-central-1\nkeepData: true\n');
  await writeFile(join(folder, 'staging.yml'), 'region: eu-west-1\n');
  await writeFile(join(folder, 'stage.cjs'), '');
});
afterAll(() => rm(folder, { recursive: true }));

describe('regionOfStage', () => {
  it('is what the file of the stage says, whatever else it says', async () => {
    expect(await regionOfStage('dev', folder)).toBe('eu-central-1');
  });

  it('lists the stages that have a file when this one has none', async () => {
    await expect(regionOfStage('prod', folder)).rejects.toMatchObject({
      name: 'CommandError',
      message: 'there is no stages/prod.yml; there are dev, staging',
    });
    await expect(regionOfStage('prod', join(folder, 'nothing'))).rejects.toMatchObject({
      message: 'there is no stages/prod.yml; no stage has a file',
    });
  });
});

describe('regionIn', () => {
  it.each(['', 'keepData: true', 'region:', 'region: Frankfurt', 'region: [eu-west-1]', 'just words'])(
    'says what has to be there where %j stands',
    (text) => {
      expect(() => regionIn(text, 'stages/dev.yml')).toThrow(
        'stages/dev.yml has to name the stage\'s region, for example "region: eu-west-1"',
      );
    },
  );

  it('says in one line where a file is no YAML', () => {
    expect(() => regionIn('region: "eu', 'stages/dev.yml')).toThrow(/^stages\/dev\.yml is not YAML: .* at line 1/);
  });

  it('answers a region or throws a CommandError of one line, whatever the file holds', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.json(),
          fc.string().map((text) => `region: ${text}`),
        ),
        (text) => {
          try {
            expect(regionIn(text, 'stages/dev.yml')).toMatch(/^[a-z]{2}(-[a-z]+)+-\d$/);
          } catch (error) {
            expect(error).toBeInstanceOf(CommandError);
            expect((error as Error).message).not.toContain('\n');
          }
        },
      ),
    );
  });
});
