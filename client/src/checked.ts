// Options as they are given by JavaScript or from a configuration: undefined means the default, and what cannot be
// meant is refused by its name.

/** The longest delay that a timer takes. */
const MAX_MS = 2_147_483_647;

/** @throws TypeError */
export function durationMs(name: string, value: unknown, otherwise: number, least = 0): number {
  return numberIn(name, value, otherwise, least, MAX_MS);
}

/** @throws TypeError */
export function wholeNumber(name: string, value: unknown, otherwise: number): number {
  const number = numberIn(name, value, otherwise, 0, Number.MAX_SAFE_INTEGER);
  if (!Number.isInteger(number)) throw new TypeError(`${name}: must be a whole number`);
  return number;
}

function numberIn(
  name: string,
  value: unknown,
  otherwise: number,
  least: number,
  most: number,
): number {
  if (value === undefined) return otherwise;
  if (typeof value === 'number' && value >= least && value <= most) return value;
  throw new TypeError(`${name}: must be a number from ${least} to ${most}`);
}

/** What a header can hold. The value is not shown: it may be a key. @throws TypeError */
export function headerText(name: string, value: unknown): string {
  if (typeof value === 'string' && /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(value)) {
    return value;
  }
  throw new TypeError(`${name}: must be printable ASCII`);
}

/** What a segment of a path can hold: not half of a character. @throws TypeError */
export function pathSegment(name: string, value: unknown): void {
  if (typeof value === 'string' && !/^\.{0,2}$|\p{Surrogate}/u.test(value)) return;
  throw new TypeError(`${name}: must be a text, and neither empty nor one or two dots`);
}

/** @throws TypeError */
export function oneOf<const T extends string>(
  name: string,
  value: unknown,
  allowed: readonly T[],
): T {
  const found = allowed.find((one) => one === value);
  if (found !== undefined) return found;
  throw new TypeError(`${name}: must be ${allowed.join(' or ')}`);
}

const RFC_3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/i;

/** @returns in ms since 1970 @throws TypeError */
export function timeMs(name: string, value: unknown): number {
  const ms = typeof value === 'string' && RFC_3339.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(ms)) throw new TypeError(`${name}: must be a time as of RFC 3339`);
  return ms;
}
