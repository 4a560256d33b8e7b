// The slow lane: a separate queue, with its own concurrency, for endpoints that answer slowly. A request occupies an
// invocation for as long as its receiver takes, and deliveries to other endpoints must not wait for that.

/** An endpoint is slow when a request to it has had no answer for this long. */
export const SLOW_AFTER_MS = 1_000;
/** It stays in the slow lane for this long after it was slow last. */
export const SLOW_FOR_MS = 60_000;
/** While it stays slow, it is marked anew no more often than this by one instance. */
export const MARK_EVERY_MS = 20_000;
/** Marks beyond this many in one scope are not kept: the lane has the same shape for all. */
export const MAX_MARKS = 200;
