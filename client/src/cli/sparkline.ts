// Numbers as a line of bars, one character each.
const BARS = '▁▂▃▄▅▆▇█';

/** @param width at most so many bars: of more numbers, neighbours are added up */
export function sparkline(values: readonly number[], width: number): string {
  const each = Math.ceil(values.length / Math.max(1, width));
  const sums = Array.from({ length: Math.ceil(values.length / each) || 0 }, (_, n) =>
    values.slice(n * each, (n + 1) * each).reduce((sum, value) => sum + value, 0),
  );
  const most = Math.max(...sums, 0);
  return sums
    .map((sum) => (sum === 0 ? ' ' : (BARS[Math.ceil((sum / most) * BARS.length) - 1] ?? ' ')))
    .join('');
}
