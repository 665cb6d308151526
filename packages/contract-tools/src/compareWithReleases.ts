import { changesSince, isFailure } from './compatibility/check.ts';
import { reportOf } from './compatibility/report.ts';
import { readReleases } from './releases.ts';
import { readWorkingTree } from './workingTree.ts';

/** What changed in the working tree since the last release, for people, and whether that may not be published. */
export async function compareWithReleases(): Promise<{ report: string; isBreaking: boolean }> {
  const [releases, present] = await Promise.all([readReleases(), readWorkingTree()]);
  const changes = changesSince(releases, present);
  const last = releases.at(-1)?.version ?? 'nothing';
  return {
    report: reportOf(changes, { last, present: present.version }),
    isBreaking: changes.some(isFailure),
  };
}
