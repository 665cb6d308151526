import type { CodeFigures, Figures, LineFigures } from './figures.ts';

/** A labelled line with so many items by code, all of them sure. */
export const labelled = (name: string, items: Record<string, number>, model = 'm'): LineFigures => {
  const [country = '', scheme = ''] = name.split('/');
  const codes = Object.entries(items).map(([code, quantity]): CodeFigures => ({
    ...{ code, rows: 1, quantity, lowConfidence: 0 },
  }));
  return { country, scheme, outcome: 'labelled', models: [model], codes };
};

/** The figures of a run of October, closed an hour after it began at `hour` o'clock on the first of November. */
export const october = (runId: string, hour: number, lines: LineFigures[], more: Partial<Figures> = {}): Figures => ({
  runId,
  revision: 1,
  month: '2026-10',
  startedAt: `2026-11-01T0${hour}:00:00Z`,
  closedAt: `2026-11-01T0${hour + 1}:00:00.000Z`,
  lines,
  ...more,
});
