// Heavy tests run whole where CI=true, and elsewhere a fixed share of theirs.

const isWhole = process.env.CI === 'true';

/** @returns the first where tests run whole */
export function wholeOr<T>(whole: T, share: T): T {
  return isWhole ? whole : share;
}
