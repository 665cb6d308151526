import type { BatteryKind } from './codes/battery.ts';
import type { PackagingKind } from './codes/packaging.ts';
import type { WeeeKind } from './codes/weeeKinds.ts';
import type { Noun } from './languages/vocabulary.ts';

/** The parts of a shop; a brand is in some of them. */
export const DEPARTMENTS = [
  'mobile',
  'office',
  'sound',
  'light',
  'kitchen',
  'home',
  'white',
  'tools',
  'move',
  'energy',
] as const;
export type Department = (typeof DEPARTMENTS)[number];

/**
 * Something that is sold, with what it really is. Several products may share a noun: then only size, power or model tell
 * them apart, and not always.
 */
export interface Product {
  readonly noun: Noun;
  /** How often it is sold, relative to the others. */
  readonly weight: number;
  readonly weee: WeeeKind;
  readonly battery: BatteryKind;
  readonly packaging: PackagingKind;
  readonly department: Department;
  /** In titles; `{20..65}` is a number, `{1000..2400/100}` one in steps. */
  readonly features: readonly string[];
}

/** Months of the year, from 0, in which more or less of it is sold. */
export interface Season {
  readonly peak: number;
  readonly strength: number;
}

type Row = readonly [
  noun: Noun,
  weight: number,
  kinds: `${WeeeKind} ${BatteryKind} ${PackagingKind}`,
  department: Department,
  ...features: string[],
];

const ROWS: readonly Row[] = [
  ['smartphone', 105, 'phone builtIn carton', 'mobile', '{64..512/64}GB', '5G', 'Dual SIM', '6.{1..8}"'],
  ['tablet', 30, 'portable builtIn composite', 'mobile', '{8..13}"', '{64..256/64} GB', 'WiFi', 'LTE'],
  ['ereader', 8, 'portable builtIn carton', 'mobile', '{6..10}"', '{8..64/8} GB', '300 ppi'],
  ['laptop', 32, 'portable builtIn carton', 'office', '{13..17}"', '{8..32/8}GB RAM', '{256..1024/256}GB SSD'],
  ['computer', 12, 'computer none carton', 'office', '{16..64/16}GB RAM', 'i{5..9}', '{512..2048/512}GB SSD'],
  ['monitor', 18, 'monitor none foam', 'office', '{22..34}"', '{60..240/15}Hz', '4K', 'IPS'],
  ['mouse', 26, 'peripheral primary blister', 'office', '2.4 GHz', '{800..4000/400} dpi', 'AA', 'USB'],
  ['mouse', 16, 'peripheral builtIn blister', 'office', 'USB-C', '{4000..16000/1000} dpi', 'RGB', 'Bluetooth'],
  ['mouse', 12, 'peripheral none composite', 'office', 'USB', 'RGB', '1,8 m', '{800..16000/400} dpi'],
  ['printer', 14, 'peripheral none foam', 'office', 'A4', 'Duplex', 'WiFi', '{36..48} cm'],
  ['printer', 3, 'largePrinter none foam', 'office', 'A3', 'Duplex', 'LAN', '{52..78} cm'],
  ['router', 22, 'network none carton', 'office', 'AX{1800..6000/600}', 'WiFi 6', '{4..16/4} Port', 'Mesh'],
  ['smartwatch', 28, 'wearable builtIn blister', 'mobile', 'GPS', '{38..49} mm', '5 ATM', 'Bluetooth'],
  ['tv', 14, 'tv none foam', 'sound', '{40..85}"', '4K UHD', 'HDR10', '{100..120/20} Hz'],
  ['tv', 5, 'smallTv none foam', 'sound', '{19..32}"', 'HD ready', '12V', 'DVB-T2'],
  ['headphones', 70, 'audio builtIn composite', 'sound', 'ANC', 'Bluetooth 5.{0..4}', '{20..60}h', 'USB-C'],
  ['headphones', 18, 'audio none blister', 'sound', '3.5 mm', '{1..3} m', 'USB', '{16..250} Ohm'],
  ['speaker', 22, 'audio builtIn composite', 'sound', '{5..60} W', 'IPX{4..7}', '{8..32} cm', 'Bluetooth'],
  ['speaker', 6, 'largeAudio none foam', 'sound', '{80..500/20} W', '{58..115} cm', '5.1', 'HDMI ARC'],
  ['camera', 18, 'camera builtIn composite', 'sound', '{12..48} MP', '4K60', 'WiFi', '{10..40}x Zoom'],
  ['camera', 8, 'camera none carton', 'sound', 'PoE', 'IP6{5..7}', '2K', 'ONVIF'],
  ['console', 16, 'game builtIn composite', 'sound', '{500..1000/500} GB', 'Bluetooth', 'USB-C', 'RGB'],
  ['console', 7, 'game none carton', 'sound', '1 TB', '4K', 'HDMI', 'USB'],
  ['charger', 52, 'accessory none blister', 'mobile', '{20..140/5}W', 'USB-C', 'GaN', '{12..20} V'],
  ['powerbank', 26, 'accessory spare composite', 'mobile', '{5000..30000/5000} mAh', '{18..100} W', 'USB-C'],
  ['cable', 36, 'cable none plastic', 'mobile', '{1..10} m', '{60..100/20} W', '2.{0..1}', '{3..8}x'],
  ['case', 38, 'outside none plastic', 'mobile', '6.{1..8}"', '{13..16}"', 'TPU', 'MagSafe'],
  ['case', 3, 'peripheral builtIn carton', 'mobile', '{10..13}"', 'Bluetooth', 'QWERTY'],
  ['bulb', 37, 'lamp none blister', 'light', 'E{14..27/13}', 'GU10', '{4..18}W', '{2700..4000/100}K', '{250..1521}lm'],
  [
    'luminaire',
    18,
    'luminaire none composite',
    'light',
    '{12..40} W',
    '{18..46} cm',
    '{3000..4000/500}K',
    'IP{20..44/24}',
  ],
  ['luminaire', 9, 'largeLuminaire none composite', 'light', '{24..60} W', '{55..180} cm', '4000K', 'E27'],
  ['luminaire', 6, 'luminaire primary blister', 'light', '{10..100/10} LED', '3xAA', 'Timer', '{2..12} m'],
  ['flashlight', 9, 'luminaire primary blister', 'light', '{80..600/20} lm', 'AAA', 'IPX4', 'Zoom'],
  ['flashlight', 10, 'luminaire builtIn blister', 'light', '{500..5000/100} lm', 'USB-C', '18650', 'IP68'],
  ['kettle', 30, 'small none carton', 'kitchen', '1,{0..8} l', '{850..2400/50} W', '{2..6}x', 'BPA-free'],
  ['coffeeMachine', 20, 'small none foam', 'kitchen', '{15..20} bar', '1,{2..8} l', '{1000..1600/50} W'],
  ['vacuum', 10, 'small none foam', 'home', '{450..900/50} W', 'HEPA', '{2..5} l', '{72..80} dB'],
  ['vacuum', 18, 'small builtIn carton', 'home', '{14..29} V', '{30..80} min', 'HEPA', '{2000..10000/500} Pa'],
  ['hairDryer', 18, 'care none composite', 'home', '{1200..2400/100} W', 'Ion', '{120..230} °C'],
  ['toothbrush', 17, 'care builtIn blister', 'home', '{2..6}x', 'Li-Ion', '{40..120} min', 'USB'],
  ['toothbrush', 7, 'care primary blister', 'home', '2xAA', '{2..4}x', 'IPX7'],
  ['scale', 9, 'small primary carton', 'kitchen', '{3..10} kg', '2xAAA', 'LCD', '{150..200/10} kg'],
  ['scale', 6, 'small button carton', 'kitchen', 'CR2032', '{5..180} kg', 'LCD'],
  ['heater', 12, 'small none foam', 'home', '{750..2000/250} W', '{22..48} cm', '{30..45} dB'],
  ['heater', 6, 'largeHeater none carton', 'home', '{1500..2500/250} W', '{62..118} cm', '{7..13}'],
  ['washingMachine', 14, 'washing none foam', 'white', '{6..12} kg', '{1200..1600/200} rpm', '60 cm', '{38..54} dB'],
  ['oven', 10, 'cooking none wood', 'white', '{60..90} cm', '{65..77} l', '{3500..7400/100} W', 'Pyro'],
  ['microwave', 7, 'small none foam', 'white', '{17..28} l', '{700..1000/50} W', '{44..49} cm'],
  ['fridge', 3, 'cooling none foam', 'white', '{120..400/10} l', 'NoFrost', '{85..203} cm', 'SN-T'],
  ['coolBox', 1, 'cooling none carton', 'white', '{20..50/5} l', '12V/230V', '{38..48} cm'],
  ['airConditioner', 2, 'aircon none wood', 'white', '{7000..18000/1000} BTU', '{10..50} l', '{2..8} kW', 'R290'],
  ['drill', 15, 'tool builtIn composite', 'tools', '{12..18/6}V', '{30..110/5} Nm', '2x{2..5}Ah', 'Li-Ion'],
  ['drill', 8, 'tool none carton', 'tools', '{550..1500/50} W', 'SDS-plus', '{13..32} mm'],
  ['saw', 11, 'tool none carton', 'tools', '{450..2000/50} W', '{115..230/5} mm', '{65..190/5} mm'],
  ['saw', 6, 'tool builtIn composite', 'tools', '18V', '{115..165/5} mm', 'Li-Ion', 'Solo'],
  ['mower', 5, 'garden none carton', 'tools', '{1000..1800/100} W', '{32..42} cm', '{30..50} l'],
  ['mower', 6, 'garden builtIn carton', 'tools', '{18..40} V', '{25..46} cm', '4Ah'],
  ['scooter', 9, 'mobility lmt composite', 'move', '{250..500/50} W', '{20..25/5} km/h', '36V', '{8..20}Ah'],
  ['toy', 12, 'toy builtIn composite', 'sound', '1:{10..24}', '2.4GHz', '{10..40} km/h', '4K'],
  ['toy', 6, 'toy primary blister', 'sound', '4xAA', '1:{16..87}', '{3..12}+'],
  ['treadmill', 3, 'leisure none wood', 'move', '{12..22} km/h', '{100..150/10} kg', '{130..180} cm'],
  ['bloodPressure', 6, 'medical primary carton', 'home', '4xAAA', '{22..42} cm', '{60..120/30}x'],
  ['bloodPressure', 3, 'medical button blister', 'home', 'LR41', '{10..60} s', '°C'],
  ['smokeDetector', 6, 'monitoring primary carton', 'home', '9V', 'EN 14604', '{2..5}x', '85 dB'],
  ['smokeDetector', 4, 'monitoring none carton', 'home', '230 V', 'WiFi', '{120..360/60}°'],
  ['smokeDetector', 3, 'monitoring builtIn carton', 'home', '10Y', 'Li', '85 dB', 'Zigbee'],
  ['solarPanel', 2, 'solar none wood', 'energy', '{100..450/10} Wp', 'mono', '{600..800/200} W', '1722x1134 mm'],
  ['powerStation', 2, 'storage industrial carton', 'energy', '{256..2048/256} Wh', '{300..2400/100} W', 'LiFePO4'],
  ['batteries', 16, 'outside spare blister', 'energy', '{12..20/2} V', '{2000..6000/500} mAh', '{2..5} Ah'],
  ['batteries', 12, 'outside primary blister', 'energy', 'AA', 'AAA', '{4..48/4}x', 'LR6'],
  ['batteries', 5, 'outside button blister', 'energy', 'CR20{16..32/16}', 'LR44', '{2..10}x'],
  ['carBattery', 2, 'outside sli metal', 'energy', '12V', '{44..100} Ah', '{360..900/10} A', 'AGM'],
];

export const PRODUCTS: readonly Product[] = ROWS.map(([noun, weight, kinds, department, ...features]) => {
  const [weee, battery, packaging] = kinds.split(' ') as [WeeeKind, BatteryKind, PackagingKind];
  return { noun, weight, weee, battery, packaging, department, features };
});

/** Sold more in some months than in others. */
export const SEASONS: Partial<Readonly<Record<Noun, Season>>> = {
  heater: { peak: 0, strength: 0.7 },
  luminaire: { peak: 11, strength: 0.4 },
  toy: { peak: 11, strength: 0.6 },
  airConditioner: { peak: 6, strength: 0.8 },
  mower: { peak: 4, strength: 0.8 },
  solarPanel: { peak: 4, strength: 0.5 },
  scooter: { peak: 5, strength: 0.5 },
  camera: { peak: 6, strength: 0.2 },
};

/** Sold more, or less, from month to month: the share gained in each. */
export const TRENDS: Partial<Readonly<Record<Noun, number>>> = {
  powerStation: 0.08,
  scooter: 0.04,
  smartwatch: 0.03,
  powerbank: 0.02,
  ereader: -0.04,
  computer: -0.02,
};

export const BRANDS: readonly (readonly [name: string, ...departments: Department[]])[] = [
  ['Nordica', 'mobile', 'sound'],
  ['Velano', 'mobile', 'office'],
  ['Orbital', 'mobile'],
  ['Xantis', 'mobile', 'sound', 'home'],
  ['Quanta', 'office'],
  ['Hexa', 'office', 'mobile'],
  ['Papyria', 'office'],
  ['Tessora', 'sound', 'office'],
  ['Sonare', 'sound'],
  ['Klangwerk', 'sound'],
  ['Visiona', 'sound'],
  ['Lumex', 'light'],
  ['Brisa', 'home', 'white', 'light'],
  ['Solvik', 'light', 'home'],
  ['Maison Clair', 'kitchen', 'light'],
  ['Cucinella', 'kitchen'],
  ['Zentro', 'kitchen', 'home', 'white'],
  ['Aquila', 'white'],
  ['Frostad', 'white'],
  ['ÖkoHaus', 'home', 'energy'],
  ['Purea', 'home'],
  ['Kraftwerk & Sohn', 'tools'],
  ['Ferrox', 'tools'],
  ['Håkon', 'tools', 'move'],
  ['Veloce', 'move'],
  ['Urbana', 'move', 'energy'],
  ['Heliora', 'energy'],
  ['VoltEdge', 'energy', 'mobile', 'tools'],
  ['BasicLine', ...DEPARTMENTS],
  ['Primo', 'mobile', 'office', 'sound', 'light', 'kitchen', 'home', 'tools', 'energy'],
];
