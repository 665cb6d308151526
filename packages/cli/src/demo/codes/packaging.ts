import { formerly, type CodeList } from './codeList.ts';

/** What an item's sales packaging is mostly made of. */
export const PACKAGING_KINDS = ['carton', 'plastic', 'blister', 'composite', 'foam', 'metal', 'wood'] as const;
export type PackagingKind = (typeof PACKAGING_KINDS)[number];

type Names = Readonly<Record<PackagingKind, string>>;

const TITLES: Names = {
  carton: 'Paper and cardboard',
  plastic: 'Plastic bags and film',
  blister: 'Rigid plastic',
  composite: 'Composites of cardboard and plastic',
  foam: 'Expanded polystyrene',
  metal: 'Steel and aluminium',
  wood: 'Wood',
};

const materials = (names: Names, validFrom: string): CodeList<PackagingKind> =>
  [...Map.groupBy(PACKAGING_KINDS, (kind) => names[kind])].map(([code, kinds]) => ({
    ...{ code, kinds, validFrom },
    title: kinds.map((kind) => TITLES[kind]).join('; '),
  }));

/** They only look like regulators' lists: nothing to report with. */
export const PACKAGING = {
  AT: materials(
    { ...{ carton: 'PPK', plastic: 'KL', blister: 'KF', composite: 'MV', foam: 'EPS', metal: 'FE', wood: 'HO' } },
    '2023-01-01',
  ),
  DE: materials(
    { ...{ carton: '1', plastic: '5', blister: '5', composite: '7', foam: '5.S', metal: '3', wood: '8' } },
    '2019-01-01',
  ),
  ES: formerly(
    materials(
      { ...{ carton: 'PC', plastic: 'PL-F', blister: 'PL-R', composite: 'CO', foam: 'PL-E', metal: 'ME', wood: 'MA' } },
      '2023-01-01',
    ),
    { code: 'CO', former: 'CO-1', until: '2025-12-31' },
  ),
  FR: materials(
    {
      ...{
        carton: 'CAR',
        plastic: 'PLA-S',
        blister: 'PLA-R',
        composite: 'CPX',
        foam: 'PSE',
        metal: 'ACI',
        wood: 'BOI',
      },
    },
    '2020-01-01',
  ),
  GB: materials(
    { ...{ carton: 'PC', plastic: 'PL', blister: 'PL', composite: 'FC', foam: 'PL-X', metal: 'ST', wood: 'WD' } },
    '2023-01-01',
  ),
  IT: materials(
    {
      ...{
        carton: 'PAP21',
        plastic: 'LDPE4',
        blister: 'PET1',
        composite: 'C81',
        foam: 'PS6',
        metal: 'FE40',
        wood: 'FOR50',
      },
    },
    '2023-01-01',
  ),
  PT: materials(
    { ...{ carton: 'P1', plastic: 'P2', blister: 'P2', composite: 'P3', foam: 'P2E', metal: 'P4', wood: 'P5' } },
    '2018-01-01',
  ),
  SE: materials(
    { ...{ carton: 'PAP', plastic: 'PLA', blister: 'PLH', composite: 'KOM', foam: 'EPS', metal: 'MET', wood: 'TRÄ' } },
    '2024-01-01',
  ),
} as const satisfies Readonly<Record<string, CodeList<PackagingKind>>>;
