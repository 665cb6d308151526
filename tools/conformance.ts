import { run } from './process.ts';

/** The programs' exit code when the recorded cases are not beside the repository. */
const NOTHING_TO_COMPARE = 2;

/** Compares the local cloud with what AWS answered, where such recordings lie beside the repository. 1 on a difference. */
export async function checkConformance(): Promise<number | 'skipped'> {
  let compared = false;
  for (const program of ['eventPatterns', 'asl']) {
    const code = await run('node', [
      '--disable-warning=ExperimentalWarning',
      `packages/local-cloud/conformance/${program}.ts`,
    ]);
    if (code !== 0 && code !== NOTHING_TO_COMPARE) return 1;
    compared ||= code === 0;
  }
  return compared ? 0 : 'skipped';
}
