/** A labelled row that may be learnt from: it has a text and a valid code. */
export interface Candidate {
  /** Its place in the input, to find it again. */
  readonly row: number;
  readonly itemId: string;
  /** The identity of its text. */
  readonly digest: string;
  readonly code: string;
  /** In a form that sorts as time does; empty where unknown, which counts as oldest. */
  readonly labelledAt: string;
}

export interface Selection {
  /** One row for each text, sorted by digest. */
  readonly kept: readonly Candidate[];
  readonly duplicate: number;
  readonly contradictory: number;
}

/**
 * One row for each item, then one for each text, whatever the order of the rows.
 *
 * An item that was labelled again counts with its latest label; two labels at the same time contradict each other. A text
 * with several codes takes the most frequent one; the others contradict it, and with a tie all do.
 */
export function select(candidates: readonly Candidate[]): Selection {
  const perItem = oneOfEach(candidates, ({ itemId }) => itemId, latest);
  const perText = oneOfEach(
    perItem.kept,
    ({ digest }) => digest,
    (group) => group,
  );
  const kept = [...perText.kept].sort((a, b) => compare(a.digest, b.digest));
  const contradictory = perItem.contradictory + perText.contradictory;
  return { kept, contradictory, duplicate: candidates.length - kept.length - contradictory };
}

type Rows = readonly Candidate[];

/** `relevant` names the rows of a group that have a say; the rest of the group is passed over as repeated. */
function oneOfEach(rows: Rows, key: (row: Candidate) => string, relevant: (group: Rows) => Rows) {
  const kept: Candidate[] = [];
  let contradictory = 0;
  for (const group of groups(rows, key).values()) {
    const voters = relevant(group);
    const code = majority(voters);
    const winners = voters.filter((row) => row.code === code);
    contradictory += voters.length - winners.length;
    const first = winners.reduce<Candidate | undefined>(
      (best, row) => (best && order(best, row) <= 0 ? best : row),
      undefined,
    );
    if (first) kept.push(first);
  }
  return { kept, contradictory };
}

function groups(rows: Rows, key: (row: Candidate) => string): Map<string, Candidate[]> {
  const found = new Map<string, Candidate[]>();
  for (const row of rows) {
    const group = found.get(key(row));
    if (group) group.push(row);
    else found.set(key(row), [row]);
  }
  return found;
}

function latest(group: Rows): Rows {
  const last = group.reduce((time, { labelledAt }) => (labelledAt > time ? labelledAt : time), '');
  return group.filter(({ labelledAt }) => labelledAt === last);
}

/** The code that most rows have; nothing when two codes have as many. */
function majority(rows: Rows): string | undefined {
  const counts = new Map<string, number>();
  for (const { code } of rows) counts.set(code, (counts.get(code) ?? 0) + 1);
  const [first, second] = [...counts].sort(([, a], [, b]) => b - a);
  return first?.[1] === second?.[1] ? undefined : first?.[0];
}

/** Which of several equal rows stands for them: decided by content, never by place. */
const order = (a: Candidate, b: Candidate): number => compare(a.itemId, b.itemId) || compare(a.digest, b.digest);

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
