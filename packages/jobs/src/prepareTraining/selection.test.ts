import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { select } from './selection.ts';
import type { Candidate } from './selection.ts';

const row = (itemId: string, digest: string, code: string, labelledAt = ''): Candidate => ({
  row: 0,
  itemId,
  digest,
  code,
  labelledAt,
});
const brief = (rows: readonly Candidate[]) => rows.map(({ itemId, digest, code }) => `${itemId} ${digest} ${code}`);

describe('the selection', () => {
  it('keeps one row of each text, the one with the smallest item id, sorted by digest', () => {
    const { kept, duplicate, contradictory } = select([row('c', 'd2', '1'), row('b', 'd1', '1'), row('a', 'd2', '1')]);
    expect(brief(kept)).toEqual(['b d1 1', 'a d2 1']);
    expect([duplicate, contradictory]).toEqual([1, 0]);
  });

  it('gives a text its most frequent code; the other codes contradict it', () => {
    const { kept, duplicate, contradictory } = select([row('a', 'd', '2'), row('b', 'd', '1'), row('c', 'd', '1')]);
    expect(brief(kept)).toEqual(['b d 1']);
    expect([duplicate, contradictory]).toEqual([1, 1]);
  });

  it('drops a text whose codes tie', () => {
    const { kept, duplicate, contradictory } = select([row('a', 'd', '2'), row('b', 'd', '1'), row('c', 'e', '1')]);
    expect(brief(kept)).toEqual(['c e 1']);
    expect([duplicate, contradictory]).toEqual([0, 2]);
  });

  it("takes an item's latest label, and the older ones for repeated", () => {
    const { kept, duplicate } = select([
      row('a', 'd', '1', '2026-01-02 00:00:00'),
      row('a', 'd', '2', '2026-01-01 00:00:00'),
      row('a', 'd', '3'),
    ]);
    expect(brief(kept)).toEqual(['a d 1']);
    expect(duplicate).toBe(2);
  });

  it('drops an item with two labels of the same time', () => {
    const { kept, contradictory } = select([row('a', 'd', '1', 't'), row('a', 'd', '2', 't')]);
    expect(kept).toEqual([]);
    expect(contradictory).toBe(2);
  });

  const anyRow = fc.record({
    row: fc.nat(),
    itemId: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
    digest: fc.constantFrom('d1', 'd2', 'd3'),
    code: fc.constantFrom('1', '2', '3'),
    labelledAt: fc.constantFrom('', '2026-01-01', '2026-01-02'),
  });

  it('does not depend on the order, loses no row, and keeps items and texts apart', () => {
    fc.assert(
      fc.property(fc.array(anyRow), fc.nat(), (rows, by) => {
        const selected = select(rows);
        const turned = [...rows.slice(by % (rows.length + 1)), ...rows.slice(0, by % (rows.length + 1))].reverse();
        const again = select(turned);
        expect(brief(again.kept)).toEqual(brief(selected.kept));
        expect([again.duplicate, again.contradictory]).toEqual([selected.duplicate, selected.contradictory]);
        expect(selected.kept.length + selected.duplicate + selected.contradictory).toBe(rows.length);
        for (const key of ['itemId', 'digest'] as const) {
          expect(new Set(selected.kept.map((kept) => kept[key])).size).toBe(selected.kept.length);
        }
      }),
    );
  });
});
