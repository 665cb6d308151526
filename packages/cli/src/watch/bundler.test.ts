import { afterEach, describe, expect, it } from '@jest/globals';
import { unzipSync } from 'fflate';
import { Bundler } from './bundler.ts';

const OPTIONS = {
  bundle: true,
  format: 'esm',
  platform: 'node',
  sourcemap: true,
  outputFileExtension: '.mjs',
  exclude: [],
};
const nothing = Buffer.from('');
let bundler: Bundler;

afterEach(() => bundler.close());

describe('Bundler', () => {
  it('gives the functions whose code is not the one that is deployed, until it is', async () => {
    const module = 'src/functions/chooseBest';
    bundler = new Bundler('training', OPTIONS, [{ name: 'choose-best', module, code: nothing }]);
    const [rebuilt] = await bundler.rebuild();
    expect(rebuilt?.name).toBe('choose-best');
    expect(Object.keys(unzipSync(rebuilt!.zip))).toEqual([`${module}.mjs`, `${module}.mjs.map`]);
    rebuilt!.deployed();
    expect(await bundler.rebuild()).toEqual([]);
  }, 30_000);

  it("says in esbuild's words what does not build", async () => {
    bundler = new Bundler('training', OPTIONS, [{ name: 'gone', module: 'src/functions/gone', code: nothing }]);
    await expect(bundler.rebuild()).rejects.toThrow(/^services\/training does not build:\n.*src\/functions\/gone\.ts/);
  }, 30_000);
});
