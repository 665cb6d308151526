import type { DemoCountry } from './countries.ts';

/** A small country can be learnt from as many labelled rows as this, badly. */
const MINIMUM = 250;

/** `total` items over the countries: a few for each, the rest by their shares. */
export function sharesOf(countries: ReadonlyMap<string, DemoCountry>, total: number): ReadonlyMap<string, number> {
  const base = Math.min(MINIMUM, Math.floor(total / (2 * countries.size)));
  const all = [...countries.values()].reduce((sum, { share }) => sum + share, 0);
  const rest = total - base * countries.size;
  let [sum, dealt] = [0, 0];
  return new Map(
    [...countries].map(([name, { share }]) => {
      sum += share;
      const upTo = Math.round((rest * sum) / all);
      const count = base + upTo - dealt;
      dealt = upTo;
      return [name, count];
    }),
  );
}
