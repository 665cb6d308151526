import type { Language } from './languages/index.ts';
import type { Random } from './random.ts';

/** A letter is left out, or two change places. */
export function misspell(word: string, random: Random): string {
  if (word.length < 5) return word;
  const at = random.integer(1, word.length - 2);
  return random.chance(0.5)
    ? word.slice(0, at) + word.slice(at + 1)
    : word.slice(0, at) + (word[at + 1] ?? '') + (word[at] ?? '') + word.slice(at + 2);
}

/** A title as people and their programs hand it on: shouting, without its accents, with what is left of a web page. */
export function dress(title: string, language: Language, random: Random): string {
  const way = random.next();
  if (way < 0.1) return title.toLocaleUpperCase(language);
  if (way < 0.25) return title.toLocaleLowerCase(language);
  if (way < 0.29) return withoutAccents(title);
  if (way < 0.32) return `<b>${title}</b>&nbsp;`;
  if (way < 0.33) return title.replace(' ', ' &amp; ');
  if (way < 0.34) return title.replaceAll(' ', '  ');
  return title;
}

/** Accents of Latin and Greek letters; Cyrillic and Japanese ones make other letters. */
const withoutAccents = (text: string): string =>
  text
    .normalize('NFD')
    .replace(/([\p{sc=Latin}\p{sc=Greek}])[\u0300-\u036f]+/gu, '$1')
    .normalize('NFC');
