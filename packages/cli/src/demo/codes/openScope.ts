import type { Code, CodeList } from './codeList.ts';
import {
  COLD,
  LIGHTS,
  OFFICE,
  PLAY,
  PLUGS,
  SCREENS,
  since,
  SOUND,
  TOOLS,
  type Entry,
  type WeeeKind,
} from './weeeKinds.ts';

/** Since when all equipment is covered that is not left out by name. */
export const OPEN_SCOPE = '2018-08-15';

/** The European Union's ten categories, and the six that came after them. */
export const TEN: readonly Entry[] = [
  ['1', 'Large household appliances', ...COLD, 'washing', 'cooking', 'largeHeater'],
  ['2', 'Small household appliances', 'small', 'care'],
  ['3', 'IT and telecommunications', ...OFFICE, ...PLUGS, 'largePrinter', 'monitor', 'portable', 'phone', 'storage'],
  ['4', 'Consumer equipment and photovoltaic panels', 'tv', 'smallTv', ...SOUND, 'solar'],
  ['5', 'Lighting equipment', 'lamp', ...LIGHTS],
  ['6', 'Electrical and electronic tools', ...TOOLS],
  ['7', 'Toys, leisure and sports equipment', ...PLAY, 'mobility'],
  ['8', 'Medical devices', 'medical'],
  ['9', 'Monitoring and control instruments', 'monitoring'],
  ['10', 'Automatic dispensers'],
];
const SUCCESSORS: Readonly<Record<string, string>> = {
  ...{ 1: '4', 2: '5', 3: '6', 4: '5', 5: '3', 6: '5', 7: '5', 8: '5', 9: '5', 10: '4' },
};
const SIX: readonly Entry[] = [
  ['1', 'Temperature exchange equipment', ...COLD],
  ['2', 'Screens and monitors larger than 100 cm²', ...SCREENS],
  ['3', 'Lamps', 'lamp'],
  [
    ...(['4', 'Large equipment, any side over 50 cm', 'washing', 'cooking', 'largeHeater', 'largeAudio'] as const),
    ...(['largePrinter', 'largeLuminaire', 'leisure', 'solar'] as const),
  ],
  [
    ...(['5', 'Small equipment, no side over 50 cm', 'small', 'care', ...TOOLS, 'audio', 'camera'] as const),
    ...(['luminaire', 'game', 'toy', 'mobility', 'medical', 'monitoring', 'storage'] as const),
  ],
  ['6', 'Small IT and telecommunication equipment', ...OFFICE, ...PLUGS, 'phone'],
];

interface OpenScope {
  /** Before the numbers of the six categories, e.g. `III.`. */
  readonly six: string;
  /** Before the numbers of the former ten. */
  readonly ten: string;
  readonly outside: string;
  /** What the country asks for separately, by the number it has there. */
  readonly apart?: readonly Entry[];
}

/** A member state's list: the six categories with its own numbers and additions, and the ten that were before. */
export function openScope({ six, ten, outside, apart = [] }: OpenScope): CodeList<WeeeKind> {
  const separate = new Set(apart.flatMap(([, , ...kinds]) => kinds));
  const entries = SIX.map(([number, title, ...kinds]): Entry => [
    `${six}${number}`,
    title,
    ...kinds.filter((kind) => !separate.has(kind)),
  ]);
  const own = apart.map(([number, title, ...kinds]): Entry => [`${six}${number}`, title, ...kinds]);
  const former = since('2005-08-13', ...TEN).map((entry): Code<WeeeKind> => ({
    ...entry,
    code: `${ten}${entry.code}`,
    validTo: '2018-08-14',
    replacedBy: `${six}${SUCCESSORS[entry.code] ?? ''}`,
  }));
  return [...former, ...since(OPEN_SCOPE, ...entries, ...own, [outside, 'Not electrical equipment', 'outside'])];
}
