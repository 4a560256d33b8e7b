// The pace at which a recovering endpoint's backlog is released: at most doubled per interval, and only while what
// was released before is over.

export const RELEASE_INTERVAL_MS = 5_000;
export const MAX_RELEASE = 5_000;

/**
 * One step: how many deliveries may be under way, and how many more are released now. Answers that are merely slow
 * let it neither grow nor, as long as most are outstanding, release more.
 * @param failures failed attempts since the last success
 */
export function nextRelease(
  before: number,
  underWay: number,
  failures: number,
): { readonly size: number; readonly room: number } {
  const mayGrow = underWay === 0 && failures === 0;
  const size = mayGrow ? Math.min(before * 2, MAX_RELEASE) : before;
  return { size, room: underWay <= size / 2 ? size - underWay : 0 };
}
