import { formerly, type CodeList } from './codeList.ts';

/** What battery is in an item, comes with it, or is the item. */
export const BATTERY_KINDS = ['none', 'primary', 'button', 'builtIn', 'spare', 'lmt', 'industrial', 'sli'] as const;
export type BatteryKind = (typeof BATTERY_KINDS)[number];

interface Names {
  readonly none: string;
  /** Portable batteries by what they are; kinds that share a code are one class. */
  readonly primary: string;
  readonly button: string;
  readonly builtIn: string;
  readonly spare: string;
  readonly lmt: string;
  readonly industrial: string;
  readonly sli: string;
}

const TITLES: Names = {
  none: 'No battery',
  primary: 'Portable batteries, not rechargeable',
  button: 'Button cells',
  builtIn: 'Portable batteries, rechargeable, built in',
  spare: 'Portable batteries, sold by themselves',
  lmt: 'Batteries of light means of transport',
  industrial: 'Industrial batteries',
  sli: 'Starting, lighting and ignition batteries',
};

/** The five categories since 2025-08-18, portable ones in the country's finer classes; before, three by use. */
function regulation(names: Names, former: readonly [portable: string, industrial: string, automotive: string]) {
  const [portable, industrial, automotive] = former;
  const was = (code: string, title: string, replacedBy: string, ...kinds: BatteryKind[]): CodeList<BatteryKind> => [
    { code, title, kinds, replacedBy, validFrom: '2009-12-01', validTo: '2025-08-17' },
  ];
  return [
    ...was(portable, 'Portable batteries', names.builtIn, 'primary', 'button', 'builtIn', 'spare'),
    ...was(industrial, 'Industrial batteries', names.industrial, 'industrial', 'lmt'),
    ...was(automotive, 'Automotive batteries', names.sli, 'sli'),
    ...categories(names, '2025-08-18'),
  ];
}

function categories(names: Names, validFrom: string): CodeList<BatteryKind> {
  const kindsOf = Map.groupBy(BATTERY_KINDS, (kind) => names[kind]);
  return [...kindsOf].map(([code, kinds]) => ({
    ...{ code, kinds, validFrom: kinds.includes('none') ? '2009-12-01' : validFrom },
    title: kinds.map((kind) => TITLES[kind]).join('; '),
  }));
}

const numbered = (prefix: string, numbers: Names): Names => ({
  none: prefix + numbers.none,
  primary: prefix + numbers.primary,
  button: prefix + numbers.button,
  builtIn: prefix + numbers.builtIn,
  spare: prefix + numbers.spare,
  lmt: prefix + numbers.lmt,
  industrial: prefix + numbers.industrial,
  sli: prefix + numbers.sli,
});

/** All eight kinds, or coarser. */
const FINE: Names = {
  none: '0',
  primary: '1',
  button: '2',
  builtIn: '3',
  spare: '4',
  lmt: '5',
  industrial: '6',
  sli: '7',
};
const BY_CHEMISTRY: Names = { ...FINE, button: '1', spare: '3' };
const BY_PLACE: Names = { ...FINE, primary: '4', button: '4' };

/** They only look like regulators' lists: nothing to report with. */
export const BATTERY = {
  AT: regulation(numbered('BAT', BY_CHEMISTRY), ['GB', 'IB', 'FB']),
  BE: regulation(numbered('BEB-', BY_PLACE), ['BEB-P', 'BEB-I', 'BEB-A']),
  CH: categories(numbered('VEG-', FINE), '2012-01-01'),
  CZ: regulation(numbered('BA', BY_PLACE), ['BA-P', 'BA-I', 'BA-A']),
  DE: regulation(
    {
      ...FINE,
      none: 'OHNE',
      primary: 'GB-P',
      button: 'GB-K',
      builtIn: 'GB-L',
      spare: 'GB-E',
      lmt: 'LV',
      industrial: 'IB',
      sli: 'SB',
    },
    ['GERÄTE', 'INDUSTRIE', 'FAHRZEUG'],
  ),
  DK: regulation(numbered('DB', BY_CHEMISTRY), ['DB-B', 'DB-I', 'DB-K']),
  ES: regulation(numbered('PA.', FINE), ['PA.P', 'PA.I', 'PA.A']),
  FR: regulation(numbered('PILE-', BY_CHEMISTRY), ['PORT', 'INDUS', 'AUTO']),
  GB: categories(
    {
      ...FINE,
      none: 'N',
      primary: 'P1',
      button: 'P1',
      builtIn: 'P2',
      spare: 'P3',
      lmt: 'I',
      industrial: 'I',
      sli: 'A',
    },
    '2009-05-05',
  ),
  IT: regulation(numbered('PI', BY_PLACE), ['PI-P', 'PI-I', 'PI-V']),
  NL: regulation(numbered('ST', BY_CHEMISTRY), ['ST-D', 'ST-I', 'ST-A']),
  NO: categories(numbered('BATT', BY_PLACE), '2012-01-01'),
  PL: regulation(numbered('BDO-', BY_CHEMISTRY), ['BDO-P', 'BDO-PR', 'BDO-S']),
  // The law changes in the demo's third month.
  SE: formerly(regulation(numbered('BF', FINE), ['BF-B', 'BF-I', 'BF-BIL']), {
    ...{ code: 'BF1', former: 'BF1-E', until: '2026-02-28' },
  }),
} as const satisfies Readonly<Record<string, CodeList<BatteryKind>>>;
