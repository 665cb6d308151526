/** fastText and BlazingText know a label by this prefix, and end it at the first blank. */
const PREFIX = '__label__';

/** A code as a label: percent-encoded, so that codes with blanks or of any script survive the classifier's files. */
export const labelOf = (code: string): string => `${PREFIX}${encodeURIComponent(code.toWellFormed())}`;

/** The code of a label of {@link labelOf}. Throws `TypeError` for anything else. */
export function codeOf(label: string): string {
  if (!label.startsWith(PREFIX) || label.length === PREFIX.length) throw new TypeError('not a label of ours');
  try {
    return decodeURIComponent(label.slice(PREFIX.length));
  } catch (cause) {
    throw new TypeError('not a label of ours', { cause });
  }
}
