import { canonicalJson, sha256 } from '@regulabel/shared/digests';
import type { LineSettings } from '@regulabel/contracts/ingest/catalogue.v1';

type CodeList = NonNullable<LineSettings['codes']>;
export type CodeProblem = 'unknown-code' | 'code-not-yet-valid' | 'code-expired';

const MAXIMUM_LENGTH = 64;

/** A code as the label column has it, without the blanks that fixed-width columns add. */
export const cleanCode = (raw: string | null): string => (raw ?? '').trim();

/**
 * Why a code can't be learnt on the day `asOf` (YYYY-MM-DD), or nothing. A code may be listed for several periods, both
 * ends included. Without a list every code is valid.
 */
export function codeProblem(code: string, list: CodeList | undefined, asOf: string): CodeProblem | undefined {
  if (code === '' || code.length > MAXIMUM_LENGTH) return 'unknown-code';
  if (list === undefined) return undefined;
  const periods = list.filter((entry) => entry.code === code);
  if (periods.length === 0) return 'unknown-code';
  const begun = periods.filter(({ validFrom }) => validFrom === undefined || validFrom <= asOf);
  if (begun.length === 0) return 'code-not-yet-valid';
  return begun.some(({ validTo }) => validTo === undefined || asOf <= validTo) ? undefined : 'code-expired';
}

/** As {@link codeProblem}, answering at once for a code that was asked for before. */
export function codeCheck(list: CodeList | undefined, asOf: string): (code: string) => CodeProblem | undefined {
  const answers = new Map<string, CodeProblem | undefined>();
  return (code) => {
    if (!answers.has(code)) answers.set(code, codeProblem(code, list, asOf));
    return answers.get(code);
  };
}

/** The hash of the codes that were valid: of the list, or where there is none of the codes `seen`. */
export function codeListHash(list: CodeList | undefined, asOf: string, seen: Iterable<string>): string {
  const candidates = list === undefined ? [...seen] : list.map(({ code }) => code);
  const valid = new Set(candidates.filter((code) => codeProblem(code, list, asOf) === undefined));
  return sha256(canonicalJson([...valid].sort()));
}
