import type { CodeList } from './codeList.ts';

/** Kinds of electrical and electronic equipment, as fine as the finest national list needs them. */
export const WEEE_KINDS = [
  ...['cooling', 'aircon', 'tv', 'smallTv', 'monitor', 'portable', 'computer', 'peripheral', 'largePrinter'],
  ...['network', 'wearable', 'phone', 'accessory', 'cable', 'audio', 'largeAudio', 'camera', 'game'],
  ...['lamp', 'luminaire', 'largeLuminaire', 'small', 'care', 'largeHeater', 'washing', 'cooking', 'tool', 'garden'],
  ...['mobility', 'toy', 'leisure', 'medical', 'monitoring', 'solar', 'storage', 'outside'],
] as const;
export type WeeeKind = (typeof WEEE_KINDS)[number];

export type Entry = readonly [code: string, title: string, ...kinds: WeeeKind[]];

/** Codes that are valid from the same day on. */
export const since = (validFrom: string, ...entries: readonly Entry[]): CodeList<WeeeKind> =>
  entries.map(([code, title, ...kinds]) => ({ code, title, kinds, validFrom }));

export const SCREENS = ['tv', 'smallTv', 'monitor', 'portable'] as const;
export const OFFICE = ['computer', 'peripheral', 'network', 'wearable'] as const;
export const SOUND = ['audio', 'largeAudio', 'camera'] as const;
export const LIGHTS = ['luminaire', 'largeLuminaire'] as const;
export const PLUGS = ['accessory', 'cable'] as const;
export const TOOLS = ['tool', 'garden'] as const;
export const PLAY = ['game', 'toy', 'leisure'] as const;
export const COLD = ['cooling', 'aircon'] as const;

export const PV = 'Photovoltaic panels';
export const LUMINAIRES = 'Luminaires';
