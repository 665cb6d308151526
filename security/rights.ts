/** What everybody may do, as the local cloud answers, and how that differs from what is declared. */
import { isAllowed, type Cloud } from '@regulabel/local-cloud/asked';
import { shortName, type Questions } from './questions.ts';

/** By who and cell: verbs, separated by commas; nothing where nothing is allowed. */
export type Rights = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Asks all questions about everybody: roles by ARN, services by principal. */
export async function rightsOf(cloud: Cloud, everybody: readonly string[], questions: Questions): Promise<Rights> {
  const rights: Record<string, Record<string, string>> = {};
  for (const who of everybody) {
    const cells: Record<string, string> = {};
    for (const [cell, verbs] of Object.entries(questions)) {
      const may: string[] = [];
      for (const [verb, ways] of Object.entries(verbs)) if (await anyAllowed(cloud, who, ways)) may.push(verb);
      if (may.length > 0) cells[cell] = may.join(', ');
    }
    rights[shortName(who.split('/').at(-1) ?? who)] = cells;
  }
  return rights;
}

async function anyAllowed(cloud: Cloud, who: string, ways: Questions[string][string] & {}): Promise<boolean> {
  for (const way of ways) if (await isAllowed(cloud, who, way)) return true;
  return false;
}

type Declared = Readonly<Record<string, Readonly<Partial<Record<string, string>>>>>;

/** One line for each cell that is not as declared, and for each row about somebody who is not there. */
export function differences(declared: Declared, actual: Rights): string[] {
  const strangers = Object.keys(declared).filter((who) => !(who in actual));
  return [
    ...strangers.map((who) => `${who}: declared, but there is no such role or service`),
    ...Object.entries(actual).flatMap(([who, row]) => {
      const expected = declared[who] ?? {};
      return [...new Set([...Object.keys(expected), ...Object.keys(row)])]
        .filter((cell) => (expected[cell] ?? '') !== (row[cell] ?? ''))
        .map((cell) => `${who}: ${cell}: expected ${expected[cell] ?? 'nothing'}, is ${row[cell] ?? 'nothing'}`);
    }),
  ];
}
