import type { CodesOfDay } from './codes/codeList.ts';
import type { Scheme } from './countries.ts';
import type { Item } from './items.ts';
import { PRODUCTS } from './products.ts';
import { Random } from './random.ts';

export const SHARE_OF_WRONG_LABELS = 0.03;
/** Of the labels for which there is such a code. */
const SHARE_OF_RETIRED_CODES = 0.02;
const SHARE_OF_ANNOUNCED_CODES = 0.3;

/** What the item is in a scheme. */
export const kindOf = (item: Pick<Item, 'product' | 'packaging'>, scheme: Scheme): string =>
  scheme === 'packaging' ? item.packaging : item.product[scheme];

/** What a person wrote down as the item's code in a scheme: the one in force, as a rule. */
export function labelOf(item: Item, scheme: Scheme, codes: CodesOfDay<string>, seed: number): string {
  const random = Random.of(seed, 'label', item.item_id, scheme);
  const kind = kindOf(item, scheme);
  const right = codes.valid.get(kind) ?? '';
  const way = random.next();
  if (way < SHARE_OF_WRONG_LABELS) return wrongCode(right, scheme, codes, random);
  if (way < SHARE_OF_WRONG_LABELS + SHARE_OF_RETIRED_CODES) return codes.retired.get(kind) ?? right;
  if (way > 1 - SHARE_OF_ANNOUNCED_CODES) return codes.announced.get(kind) ?? right;
  return right;
}

/** The code of something else that the shop sells. */
function wrongCode(right: string, scheme: Scheme, codes: CodesOfDay<string>, random: Random): string {
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const product = random.pick(PRODUCTS);
    const code = codes.valid.get(kindOf({ product, packaging: product.packaging }, scheme));
    if (code !== undefined && code !== right) return code;
  }
  return right;
}
