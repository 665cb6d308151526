import { BRANDS, COLOURS, FAMILIES, SENTENCES, type Family } from './families.ts';
import type { DemoCountry } from './lines.ts';
import { randomOf, type Random } from './random.ts';

/** An item as a shop lists it, and the family that it really is of (which the shop's text may hide). */
export interface Item {
  readonly item_id: string;
  readonly title: string;
  readonly description: string | null;
  readonly brand: string | null;
  readonly family: Family;
}

export interface Lot {
  readonly seed: number;
  readonly country: string;
  readonly languages: DemoCountry['languages'];
  /** Months since the demo's first one: what is sold drifts with it. */
  readonly age: number;
  /** Keeps the items of the two tables and of the months apart. */
  readonly kind: string;
}

const SHARE_OF_ENGLISH = 0.08;
const SHARE_OF_NEAR_DUPLICATES = 0.08;

/** The item number `index` of a lot: the same call gives the same item. */
export function itemOf(lot: Lot, index: number): Item {
  const random = randomOf(lot.seed, lot.kind, lot.country, lot.age, index);
  const item_id = `${lot.country}-${lot.kind}${lot.age}-${index.toString().padStart(7, '0')}`;
  if (index > 0 && random.chance(SHARE_OF_NEAR_DUPLICATES)) {
    const twin = itemOf(lot, random.integer(Math.max(0, index - 50), index - 1));
    return { ...twin, item_id, title: `${twin.title} ${random.pick(COLOURS[random.pick(lot.languages)])}` };
  }
  return { item_id, ...describe(lot, random) };
}

function describe(lot: Lot, random: Random): Omit<Item, 'item_id'> {
  const language = random.chance(SHARE_OF_ENGLISH) ? 'en' : random.pick(lot.languages);
  const family = pickFamily(random, lot.age);
  const noun = random.pick(family.nouns[language]);
  const feature = random.pick(family.features);
  const brand = random.pick(BRANDS);
  const model = `${random.pick(['X', 'Pro', 'K', 'SL', 'Neo', 'V'])}${random.integer(1, 99) * (lot.age + 10)}`;
  const words = [
    random.chance(0.7) ? brand : '',
    random.chance(0.6) ? model : '',
    // A few titles hide what the item is: no model can be perfect.
    random.chance(0.04) ? 'Set' : misspell(noun, random),
    random.chance(0.75) ? feature : '',
    random.chance(0.4) ? random.pick(COLOURS[language]) : '',
  ].filter((word) => word !== '');
  const sentence = random.pick(SENTENCES[language]).replace('{noun}', noun).replace('{feature}', feature);
  return {
    title: dress(words.join(random.chance(0.9) ? ' ' : ' - '), random),
    description: random.chance(0.6) ? sentence : null,
    brand: random.chance(0.8) ? brand : null,
    family,
  };
}

/** By weight; with the months the rare families are sold more often. */
function pickFamily(random: Random, age: number): Family {
  const weights = FAMILIES.map(({ weight }) => weight ** (1 - Math.min(age, 24) * 0.01));
  let left = random.next() * weights.reduce((sum, weight) => sum + weight, 0);
  const index = weights.findIndex((weight) => (left -= weight) < 0);
  return FAMILIES[Math.max(index, 0)] as Family;
}

function misspell(word: string, random: Random): string {
  if (word.length < 5 || !random.chance(0.08)) return word;
  const at = random.integer(1, word.length - 2);
  return random.chance(0.5)
    ? word.slice(0, at) + word.slice(at + 1)
    : word.slice(0, at) + (word[at + 1] ?? '') + (word[at] ?? '') + word.slice(at + 2);
}

function dress(title: string, random: Random): string {
  const cased = random.chance(0.12) ? title.toUpperCase() : random.chance(0.2) ? title.toLowerCase() : title;
  return random.chance(0.03) ? `<b>${cased}</b>&nbsp;` : cased;
}

/** Labelled rows with a few percent of wrong codes, as people make them. */
const SHARE_OF_WRONG_LABELS = 0.02;

/** What a person wrote down as the item's code in a scheme. */
export function labelOf(
  item: Item,
  scheme: keyof DemoCountry['schemes'],
  codes: Readonly<Record<string, string>>,
  seed: number,
): string {
  const random = randomOf(seed, 'label', item.item_id, scheme);
  return random.chance(SHARE_OF_WRONG_LABELS)
    ? random.pick(Object.values(codes))
    : (codes[item.family[scheme]] as string);
}
