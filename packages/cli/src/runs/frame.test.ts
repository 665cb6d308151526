import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Screen } from '../output.ts';
import { countsInWords, frame, width } from './frame.ts';
import { inTurn, manyLines } from './run.fixture.ts';

const screen = (columns: number, rows: number, rest: Partial<Screen> = {}): Screen => ({
  columns,
  rows,
  unicode: true,
  paint: (_colour, text) => text,
  ...rest,
});
const HEADINGS = ['training-demo-2026-01', '12 of 60 lines', '1 min 05 s', 'about 2 min left'];
const many = { purpose: 'training', lines: manyLines } as const;
const stages = inTurn(manyLines, ['waiting', 'training', 'training', 'testing', 'comparing', 'promoted', 'promoted']);

describe('a frame of 38 countries and 60 lines', () => {
  it('is a grid of marks and a bar for each stage on 80 x 24', () => {
    expect(frame(many, stages, HEADINGS, screen(79, 23))).toEqual(GRID_80);
  });

  it('leaves the bars out where it is narrow', () => {
    expect(frame(many, stages, HEADINGS, screen(39, 23, { unicode: false }))).toEqual(GRID_40);
  });

  it('is the counts alone where nothing else fits', () => {
    expect(frame(many, stages, HEADINGS, screen(60, 6))).toEqual([
      'training-demo-2026-01   12 of 60 lines   1 min 05 s',
      'about 2 min left',
      '  · 9 waiting   ◔ 18 training   ◑ 9 testing   ◕ 8 comparing',
      '  ● 16 promoted',
      '  b battery   p packaging   w weee',
    ]);
  });
});

describe('a frame of a few countries', () => {
  const few = manyLines.slice(0, 4);
  it('says the stages in words', () => {
    const at = inTurn(few, ['training', 'promoted', 'failed', 'testing']);
    expect(frame({ purpose: 'training', lines: few }, at, ['run'], screen(79, 23))).toEqual([
      'run',
      '  AL  ◔ weee    training   ● battery promoted',
      '  AT  ✗ weee    failed',
      '  BA  ◑ weee    testing',
    ]);
  });

  it('says them in marks where the words do not fit', () => {
    const at = inTurn(few, ['labelled', 'no-winner']);
    expect(frame({ purpose: 'inference', lines: few }, at, ['run'], screen(30, 23))).toEqual([
      'run',
      '',
      '     b w       b w       b w',
      '  AL ? ●    AT   ●    BA   ?',
      '',
      '  · waiting      0',
      '  ◑ labelling    0',
      '  ● labelled     2  ████',
      '  ? no-winner    2  ████',
      '  b battery   w weee',
    ]);
  });
});

describe('any frame', () => {
  it('fits its screen, whatever the catalogue', () => {
    const lines = fc.uniqueArray(
      fc.record({
        country: fc.stringMatching(/^[A-Z]{2}$/),
        scheme: fc.constantFrom('weee', 'batteries', 'battery', 'packaging', 'b', 'textiles-2030'),
      }),
      { selector: ({ country, scheme }) => `${country}/${scheme}`, minLength: 1, maxLength: 80 },
    );
    fc.assert(
      fc.property(lines, fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 60 }), (any, columns, rows) => {
        const shown = frame(
          { purpose: 'training', lines: any },
          inTurn(any, ['training', 'held', 'no-winner']),
          HEADINGS,
          screen(columns, rows),
        );
        expect(shown.length).toBeLessThanOrEqual(rows);
        for (const line of shown) expect(width(line)).toBeLessThanOrEqual(columns);
      }),
    );
  });

  it('says the same with colours as without', () => {
    const painted = frame(
      many,
      stages,
      HEADINGS,
      screen(79, 23, { paint: (_, text) => `\u001b[31m${text}\u001b[39m` }),
    );
    expect(painted.map((line) => line.replace(/\u001b\[\d+m/g, ''))).toEqual(GRID_80);
  });
});

describe('countsInWords', () => {
  it('counts in the order of a line’s life', () => {
    expect(countsInWords(['failed', 'promoted', 'training', 'promoted'])).toBe('1 training, 2 promoted, 1 failed');
  });
});

const GRID_80 = [
  'training-demo-2026-01   12 of 60 lines   1 min 05 s   about 2 min left',
  '',
  '     b p w       b p w       b p w       b p w       b p w       b p w',
  '  AL ◔   ·    CZ     ◕    GB ◔   ◔    LI     ●    NL ◑   ◔    SI     ●',
  '  AT     ◔    DE ●   ●    GR     ◑    LT ·   ●    NO     ◕    SK ◔ ◔ ·',
  '  BA ◕   ◑    DK     ·    HR ●   ◕    LU     ◔    PL ●   ●    TR     ◑',
  '  BE     ●    EE ◔   ◔    HU     ●    LV ◑ ◕ ◔    PT     ·',
  '  BG ·   ●    ES     ◑    IE ◔   ·    ME     ●    RO ◔   ◔',
  '  CH     ◔    FI ● ● ◕    IS     ◔    MK ·   ●    RS     ◑',
  '  CY ◑   ◔    FR     ·    IT ◕   ◑    MT     ◔    SE ●   ◕',
  '',
  '  · waiting      9  ██████',
  '  ◔ training    18  ████████████',
  '  ◑ testing      9  ██████',
  '  ◕ comparing    8  █████',
  '  ● promoted    16  ███████████',
  '  ○ rejected     0',
  '  b battery   p packaging   w weee',
];
const GRID_40 = [
  'training-demo-2026-01   12 of 60 lines',
  '1 min 05 s   about 2 min left',
  '',
  '     b p w       b p w       b p w',
  '  AL t   .    FR     .    MK .   P',
  '  AT     t    GB t   t    MT     t',
  '  BA c   e    GR     e    NL e   t',
  '  BE     P    HR P   c    NO     c',
  '  BG .   P    HU     P    PL P   P',
  '  CH     t    IE t   .    PT     .',
  '  CY e   t    IS     t    RO t   t',
  '  CZ     c    IT c   e    RS     e',
  '  DE P   P    LI     P    SE P   c',
  '  DK     .    LT .   P    SI     P',
  '  EE t   t    LU     t    SK t t .',
  '  ES     e    LV e c t    TR     e',
  '  FI P P c    ME     P',
  '  . 9 waiting   t 18 training',
  '  e 9 testing   c 8 comparing',
  '  P 16 promoted',
  '  b battery   p packaging   w weee',
];
