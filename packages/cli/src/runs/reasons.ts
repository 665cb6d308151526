const LONGEST = 160;

/** A reason in one line: the cause of a failure may be a page. */
export function inBrief(reason = ''): string {
  const line = reason.replace(/\s+/g, ' ').trim();
  return line.length <= LONGEST ? line : `${line.slice(0, LONGEST - 4)} ...`;
}
