/** The calendar month `by` months after `month` (`YYYY-MM`); before it, where `by` is negative. */
export function monthAfter(month: string, by: number): string {
  const [year = 0, ordinal = 0] = month.split('-').map(Number);
  const months = year * 12 + (ordinal - 1) + by;
  return `${String(Math.floor(months / 12)).padStart(4, '0')}-${String((months % 12) + 1).padStart(2, '0')}`;
}
