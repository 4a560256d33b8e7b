// Numbers as people read them. Digits have one width, so columns stand still.
const whole = new Intl.NumberFormat('en');
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 });

export const count = (n: number): string => whole.format(n);

/** For figures and axes: 4.44 M. */
export const compact = (n: number): string =>
  Math.abs(n) < 10_000 ? whole.format(n) : short.format(n);

/** `1 delivery`, `260 deliveries`. */
export const counted = (n: number, one: string, many = `${one}s`): string =>
  `${count(n)} ${n === 1 ? one : many}`;

export function percent(share: number | null | undefined): string {
  if (share === null || share === undefined) return 'none yet';
  const value = share * 100;
  // 99.96% is not 100%.
  const digits = value > 99 && value < 100 ? 2 : value > 0 && value < 10 ? 1 : 0;
  const shown = value.toFixed(digits);
  return `${value < 100 && Number(shown) === 100 ? '99.99' : shown.replace(/\.0+$/, '')}%`;
}

/** 312 ms, 4.1 s. */
export function duration(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return 'none';
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0).replace(/\.0$/, '')} s`;
  return span(ms);
}

const UNITS: readonly (readonly [number, string])[] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1000, 's'],
];

/** 2 d, 1 h 31 min, 41 s. */
export function span(ms: number): string {
  const left = Math.max(0, ms);
  const [size, unit] = UNITS.find(([at]) => left >= at) ?? [1000, 's'];
  const n = Math.floor(left / size);
  const minutes = Math.round((left % size) / 60_000);
  if (unit === 'h' && n < 4 && minutes > 0 && minutes < 60) return `${n} h ${minutes} min`;
  return `${n} ${unit}`;
}

export function bytes(text: string): string {
  return counted(new TextEncoder().encode(text).length, 'byte');
}

/** A round number at or above, for an axis; even, so that its half is a count too. */
export function ceiling(n: number): number {
  if (n <= 4) return Math.max(2, Math.ceil(n / 2) * 2);
  const power = 10 ** Math.floor(Math.log10(n));
  const tops = [1, 1.5, 2, 3, 4, 5, 6, 8, 10].map((times) => times * power);
  return tops.find((top) => top >= n && top % 2 === 0) ?? 10 * power;
}
