/** `[1, 2, 3]` of `1.2.3`. Throws `TypeError` for what is no such version. */
function versionOf(text: string): readonly [major: number, minor: number, patch: number] {
  const [, major, minor, patch] = /^(\d+)\.(\d+)\.(\d+)$/.exec(text) ?? [];
  if (patch === undefined) throw new TypeError(`${text} is not a version such as 1.2.3`);
  return [Number(major), Number(minor), Number(patch)];
}

/** Negative, zero or positive: which is the earlier version. */
export function byVersion(one: string, other: string): number {
  const [left, right] = [versionOf(one), versionOf(other)];
  return left[0] - right[0] || left[1] - right[1] || left[2] - right[2];
}

/** What a release has to be called at least, after `last`, when it adds something. */
export function nextMinor(last: string): string {
  const [major, minor] = versionOf(last);
  return `${major}.${minor + 1}.0`;
}

/** As {@link byVersion}, for a contract's `schemaVersion`, such as 1.2. */
export const byMinorVersion = (one: string, other: string): number => byVersion(`${one}.0`, `${other}.0`);
