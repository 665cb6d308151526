import { codesOfDay } from './codes/codeList.ts';
import type { DemoCountry, Scheme } from './countries.ts';
import { itemsOf } from './items.ts';
import { labelOf } from './labels.ts';
import { Random } from './random.ts';
import { sharesOf } from './shares.ts';

export interface DemoMonth {
  readonly seed: number;
  readonly countries: ReadonlyMap<string, DemoCountry>;
  /** `YYYY-MM` */
  readonly month: string;
  /** Months since the first one. */
  readonly age: number;
  /** Items that people labelled in this month, over all countries. */
  readonly labelled: number;
  /** Items sold in this month, over all countries. */
  readonly sold: number;
}

export type Row = readonly (string | null)[];

/** Of the warehouse's table `labelled_items`, in the order of {@link labelledRows}. */
export const LABELLED = {
  ...{ item_id: 'VARCHAR', country: 'VARCHAR', title: 'VARCHAR', description: 'VARCHAR', brand: 'VARCHAR' },
  ...{ scheme: 'VARCHAR', code: 'VARCHAR', labelled_at: 'TIMESTAMP' },
} as const;
/** Of the warehouse's table `sold_items`, in the order of {@link soldRows}. */
export const SOLD = {
  ...{ item_id: 'VARCHAR', country: 'VARCHAR', title: 'VARCHAR', description: 'VARCHAR', brand: 'VARCHAR' },
  ...{ quantity: 'INTEGER', sold_on: 'DATE' },
} as const;

/** A row for each labelled item and scheme of its country. */
export function* labelledRows({ seed, countries, month, age, labelled }: DemoMonth): Generator<Row> {
  for (const [country, count] of sharesOf(countries, labelled)) {
    const { languages, schemes } = countries.get(country) as DemoCountry;
    const item = itemsOf({ seed, country, languages, age, kind: 'L' });
    const lines = Object.entries(schemes).map(
      ([scheme, list]) => [scheme as Scheme, codesOfDay(list, `${month}-${LAST_DAY}`)] as const,
    );
    for (let index = 0; index < count; index += 1) {
      const made = item(index);
      const { item_id, title, description, brand } = made;
      const at = `${month}-${day(Random.of(seed, 'day', item_id))} 12:00:00`;
      for (const [scheme, codes] of lines) {
        yield [item_id, country, title, description, brand, scheme, labelOf(made, scheme, codes, seed), at];
      }
    }
  }
}

/** A row for each sale: some items are sold on more than one day, and the month's report sums them. */
export function* soldRows({ seed, countries, month, age, sold }: DemoMonth): Generator<Row> {
  for (const [country, count] of sharesOf(countries, sold)) {
    const { languages } = countries.get(country) as DemoCountry;
    const item = itemsOf({ seed, country, languages, age, kind: 'S' });
    for (let index = 0; index < count; index += 1) {
      const { item_id, title, description, brand } = item(index);
      const random = Random.of(seed, 'sale', item_id);
      for (let sale = random.chance(0.15) ? 2 : 1; sale > 0; sale -= 1) {
        const quantity = random.integer(1, 9).toString();
        yield [item_id, country, title, description, brand, quantity, `${month}-${day(random)}`];
      }
    }
  }
}

/** Of every month, February too. */
const LAST_DAY = 28;
const day = (random: Random): string => random.integer(1, LAST_DAY).toString().padStart(2, '0');
