import type { PackagingKind } from './codes/packaging.ts';
import { LANGUAGES, type Language } from './languages/index.ts';
import { PRODUCTS, type Product } from './products.ts';
import { hash, Random } from './random.ts';
import { brandsOf, productsOf } from './stock.ts';
import { dress, misspell } from './writing.ts';

/** An item as a shop lists it, and what it really is (which the shop's text may hide). */
export interface Item {
  readonly item_id: string;
  readonly title: string;
  readonly description: string | null;
  readonly brand: string | null;
  readonly language: Language;
  readonly product: Product;
  readonly packaging: PackagingKind;
}

export interface Lot {
  readonly seed: number;
  readonly country: string;
  readonly languages: readonly Language[];
  /** Months since the demo's first one: what is sold drifts with it. */
  readonly age: number;
  /** Keeps the items of the two tables apart. */
  readonly kind: string;
}

const SHARES = {
  english: 0.05,
  firstLanguage: 0.5,
  nearDuplicates: 0.08,
  /** Of titles with neither noun nor anything else that tells what the item is, but its brand and model. */
  modelOnly: 0.06,
  vague: 0.04,
  bundle: 0.05,
  misspelt: 0.06,
} as const;

/** The items of a lot by their number: the same number is the same item, whatever was made before. */
export function itemsOf(lot: Lot): (index: number) => Item {
  const pickProduct = productsOf(lot.age);
  const brands = brandsOf(lot.age);

  function item(index: number): Item {
    const random = Random.of(lot.seed, lot.kind, lot.country, lot.age, index);
    const item_id = `${lot.country}-${lot.kind}${lot.age}-${index.toString().padStart(7, '0')}`;
    if (index > 0 && random.chance(SHARES.nearDuplicates)) {
      const twin = item(random.integer(Math.max(0, index - 50), index - 1));
      return { ...twin, item_id, title: `${twin.title} ${random.pick(LANGUAGES[twin.language].colours)}` };
    }
    return { item_id, ...describe(random) };
  }

  function describe(random: Random): Omit<Item, 'item_id'> {
    const language = pickLanguage(lot.languages, random);
    const { product, features } = pickProduct(random);
    const brand = random.pick(brands.get(product.department) ?? []);
    const words = LANGUAGES[language];
    const noun = random.pick(words.nouns[product.noun]);
    const feature = random.pick(features)(random);
    const title = titleOf({ ...{ language, product, brand: brand.name, noun, feature }, age: lot.age }, random);
    return {
      title: dress(title, language, random),
      description: random.chance(0.6)
        ? random.pick(words.sentences).replace('{noun}', random.chance(0.5) ? `${noun}, ${feature}` : noun)
        : null,
      brand: random.chance(0.8) ? brand.name : null,
      language,
      product,
      packaging: brand.packaging[product.packaging] ?? product.packaging,
    };
  }

  return item;
}

/** The country's first language more often than its others, and a little English everywhere. */
function pickLanguage(languages: readonly Language[], random: Random): Language {
  if (random.chance(SHARES.english)) return 'en';
  const [first = 'en'] = languages;
  return random.chance(SHARES.firstLanguage) ? first : random.pick(languages);
}

interface Named {
  readonly language: Language;
  readonly product: Product;
  readonly brand: string;
  readonly noun: string;
  readonly feature: string;
  readonly age: number;
}

function titleOf({ language, product, brand, noun, feature, age }: Named, random: Random): string {
  const words = LANGUAGES[language];
  const model = modelOf(brand, product, age, random);
  const kind = random.next();
  if (kind < SHARES.modelOnly) return random.chance(0.5) ? `${brand} ${model}` : `${brand} ${model} ${feature}`;
  const named =
    kind < SHARES.modelOnly + SHARES.vague
      ? random.pick(words.vague)
      : random.chance(SHARES.misspelt)
        ? misspell(noun, random)
        : noun;
  const parts = [
    random.chance(0.7) ? brand : '',
    random.chance(0.6) ? model : '',
    named,
    random.chance(0.75) ? feature : '',
    random.chance(0.35) ? random.pick(words.colours) : '',
    random.chance(SHARES.bundle) ? `+ ${random.pick(words.nouns[random.pick(PRODUCTS).noun])}` : '',
  ].filter((part) => part !== '');
  return parts.join(random.chance(0.9) ? ' ' : ' - ');
}

/** Brands have series: the letters tell something, the number only the month. */
function modelOf(brand: string, { noun }: Product, age: number, random: Random): string {
  const series = random.chance(0.7) ? hash(brand + noun) : random.integer(0, 0xffff);
  const letters = String.fromCharCode(65 + (series % 26), 65 + ((series >>> 8) % 26));
  return `${letters}${random.chance(0.5) ? '-' : ''}${random.integer(1, 99) * 10 + age}`;
}
