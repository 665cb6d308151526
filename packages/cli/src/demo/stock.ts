import type { PackagingKind } from './codes/packaging.ts';
import { patternOf, type Pattern } from './pattern.ts';
import { BRANDS, DEPARTMENTS, PRODUCTS, SEASONS, TRENDS, type Department, type Product } from './products.ts';
import { hash, type Random } from './random.ts';

interface Stocked {
  readonly product: Product;
  readonly features: readonly Pattern[];
}

const STOCK: readonly Stocked[] = PRODUCTS.map((product) => ({ product, features: product.features.map(patternOf) }));

/** What is sold in a month: by weight, with the seasons and the trends. The demo begins in January. */
export function productsOf(age: number): (random: Random) => Stocked {
  const bounds: number[] = [];
  let sum = 0;
  for (const { noun, weight } of PRODUCTS) {
    const { peak, strength } = SEASONS[noun] ?? { peak: 0, strength: 0 };
    const season = 1 + strength * Math.cos(((age - peak) / 6) * Math.PI);
    sum += weight * season * (1 + (TRENDS[noun] ?? 0)) ** age;
    bounds.push(sum);
  }
  return (random) => {
    const at = random.next() * sum;
    let [low, high] = [0, bounds.length - 1];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((bounds[middle] as number) <= at) low = middle + 1;
      else high = middle;
    }
    return STOCK[low] as Stocked;
  };
}

interface Brand {
  readonly name: string;
  /** What the brand packs otherwise than others do. */
  readonly packaging: Partial<Record<PackagingKind, PackagingKind>>;
}

const FIRST_BRANDS = 26;
const PACKAGING_POLICIES: readonly Brand['packaging'][] = [
  { plastic: 'carton', blister: 'carton', foam: 'carton' },
  { carton: 'composite' },
  { blister: 'plastic', carton: 'blister' },
  {},
];

/** The brands of each department: one more comes with every month. */
export function brandsOf(age: number): ReadonlyMap<Department, readonly Brand[]> {
  const present = BRANDS.slice(0, FIRST_BRANDS + age);
  return new Map(
    DEPARTMENTS.map((department) => [
      department,
      present
        .filter(([, ...departments]) => departments.includes(department))
        .map(([name]) => ({ name, packaging: PACKAGING_POLICIES[hash(name) % PACKAGING_POLICIES.length] ?? {} })),
    ]),
  );
}
