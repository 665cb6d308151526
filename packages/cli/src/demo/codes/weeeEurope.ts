import { formerly, type CodeList } from './codeList.ts';
import { OPEN_SCOPE, openScope } from './openScope.ts';
import {
  COLD,
  LIGHTS,
  LUMINAIRES,
  OFFICE,
  PLAY,
  PLUGS,
  PV,
  SCREENS,
  since,
  SOUND,
  TOOLS,
  type WeeeKind,
} from './weeeKinds.ts';

/** The member states of the European Union. They only look like regulators' lists: nothing to report with. */
export const WEEE_OF_MEMBER_STATES = {
  AT: openScope({
    ...{ six: 'GK', ten: 'SBK-', outside: 'GK0' },
    apart: [
      ['4P', PV, 'solar'],
      ['5G', 'Garden tools', 'garden'],
    ],
  }),
  BE: openScope({
    ...{ six: 'RE-', ten: 'RB-', outside: 'RE-00' },
    apart: [
      ['5A', 'Audio and video', 'audio', 'camera', 'largeAudio'],
      ['5T', 'Tools', ...TOOLS],
      ['4S', PV, 'solar'],
    ],
  }),
  BG: openScope({ six: 'ИУЕЕО-', ten: 'ЕЕО-', outside: 'ИУЕЕО-0' }),
  CY: openScope({ six: 'Κ', ten: 'ΠΚ', outside: 'Κ0', apart: [['4Φ', PV, 'solar']] }),
  CZ: openScope({
    ...{ six: 'S', ten: 'T', outside: 'S0' },
    apart: [
      ['3b', LUMINAIRES, ...LIGHTS],
      ['4s', PV, 'solar'],
    ],
  }),
  DE: openScope({
    ...{ six: 'K', ten: 'ALT-', outside: 'K0' },
    apart: [
      ['4.PV', PV, 'solar'],
      ['5.L', LUMINAIRES, ...LIGHTS],
      ['5.W', 'Tools', ...TOOLS],
      ['6.Z', 'Cables and chargers', ...PLUGS],
    ],
  }),
  DK: openScope({ six: 'DPA-', ten: 'F', outside: 'DPA-0', apart: [['7', PV, 'solar']] }),
  EE: openScope({ six: 'EEK', ten: 'VK', outside: 'EEK0' }),
  ES: openScope({
    ...{ six: 'FR', ten: 'CAT', outside: 'FR0' },
    apart: [
      ['4.2', 'Large equipment with photovoltaics', 'solar'],
      ['5.2', 'Luminaires, toys and leisure', 'luminaire', 'game', 'toy', 'mobility'],
      ['7', 'Personal care', 'care', 'medical'],
    ],
  }),
  FI: openScope({ six: 'SER', ten: 'VSER', outside: 'SER0', apart: [['2b', 'Portable computers', 'portable']] }),
  FR: since(
    OPEN_SCOPE,
    ['1.1', 'Refrigeration', 'cooling'],
    ['1.2', 'Air conditioning', 'aircon'],
    ['2', 'Screens and monitors', ...SCREENS],
    ['3', 'Lamps', 'lamp'],
    ['4', 'Large equipment', 'washing', 'cooking', 'largeHeater', 'largeAudio', 'largePrinter', 'largeLuminaire'],
    ['5.1', 'Small household equipment', 'small', 'care', 'audio', 'camera', 'monitoring', 'medical', 'storage'],
    ['5.2', 'Luminaires', 'luminaire'],
    ['5.3', 'Do-it-yourself and garden', ...TOOLS],
    ['5.4', 'Toys and leisure', ...PLAY],
    ['6', 'Small IT and telecommunications', ...OFFICE, ...PLUGS, 'phone'],
    ['7', PV, 'solar'],
    ['8', 'Cycles and personal mobility', 'mobility'],
    ['HC', 'Out of scope', 'outside'],
  ),
  GR: openScope({ six: 'ΗΗΕ-', ten: 'ΑΗΗΕ-', outside: 'ΗΗΕ-0', apart: [['3β', LUMINAIRES, ...LIGHTS]] }),
  HR: openScope({ six: 'EE', ten: 'OEE', outside: 'EE0' }),
  HU: openScope({ six: 'B', ten: 'A', outside: 'B0', apart: [['6b', 'Telephones', 'phone']] }),
  IE: openScope({ six: 'C', ten: 'P', outside: 'C0', apart: [['5b', 'Tools', ...TOOLS]] }),
  IT: since(
    OPEN_SCOPE,
    ['R1', 'Cooling', ...COLD],
    ['R2', 'Large white goods', 'washing', 'cooking', 'largeHeater', 'leisure'],
    ['R3', 'Televisions and monitors', ...SCREENS],
    ['R4.1', 'Small household appliances', 'small', 'care', 'medical', 'monitoring'],
    ['R4.2', 'IT and telephony', ...OFFICE, ...PLUGS, 'largePrinter', 'phone'],
    ['R4.3', 'Consumer electronics and toys', ...SOUND, 'game', 'toy', 'mobility', 'storage'],
    ['R4.4', 'Tools', ...TOOLS],
    ['R4.5', 'Luminaires', ...LIGHTS],
    ['R4.6', PV, 'solar'],
    ['R5', 'Light sources', 'lamp'],
    ['R0', 'Out of scope', 'outside'],
  ),
  LT: openScope({ six: 'EEĮ-', ten: 'S-', outside: 'EEĮ-0', apart: [['4.1', PV, 'solar']] }),
  LU: openScope({ six: 'ECO', ten: 'LUX', outside: 'ECO0', apart: [['6m', 'Telephones', 'phone']] }),
  LV: openScope({ six: 'EEI', ten: 'VEI', outside: 'EEI0' }),
  MT: openScope({ six: 'WM-', ten: 'WM-A', outside: 'WM-0' }),
  NL: openScope({
    ...{ six: 'W', ten: 'WO', outside: 'W0' },
    apart: [
      ['3b', LUMINAIRES, ...LIGHTS],
      ['6b', 'Cables and chargers', ...PLUGS],
      ['7', PV, 'solar'],
    ],
  }),
  PL: formerly(
    openScope({
      ...{ six: 'GR-', ten: 'ZAŁ1-', outside: 'GR-0' },
      apart: [
        ['4.PV', PV, 'solar'],
        ['5.N', 'Tools', ...TOOLS],
      ],
    }),
    // The law changes in the demo's third month.
    { code: 'GR-2', former: 'GR-2E', until: '2026-02-28' },
  ),
  PT: openScope({ six: 'EEE', ten: 'REEE', outside: 'EEE0', apart: [['5L', LUMINAIRES, ...LIGHTS]] }),
  RO: formerly(openScope({ six: 'DEEE-', ten: 'AN1-', outside: 'DEEE-0' }), {
    ...{ code: 'DEEE-2', former: 'DEEE-2E', until: '2025-12-31' },
  }),
  SE: openScope({
    ...{ six: 'EL', ten: 'GEL', outside: 'EL0' },
    apart: [
      ['5v', 'Tools', ...TOOLS],
      ['4s', PV, 'solar'],
    ],
  }),
  SI: openScope({ six: 'OEEO', ten: 'OE', outside: 'OEEO0' }),
  SK: openScope({ six: 'EZ', ten: 'EO', outside: 'EZ0', apart: [['3.2', LUMINAIRES, ...LIGHTS]] }),
} as const satisfies Readonly<Record<string, CodeList<WeeeKind>>>;
