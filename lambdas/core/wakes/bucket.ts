// Buckets of time: one wake-up per endpoint and bucket of ten minutes, however many deliveries wait.

export const BUCKET_MS = 10 * 60 * 1000;
/** EventBridge Scheduler is exact to a minute only: it wakes this much before the bucket begins. */
export const WAKE_EARLY_MS = 90 * 1000;
/** Shards of a bucket's partition in the wake directory. */
export const WAKE_SHARDS = 4;

/** After every due time: the last moment that a Date can hold. */
export const FAR_FUTURE_MS = 8_640_000_000_000_000;

export function bucketOf(dueAtMs: number): number {
  return Math.floor(dueAtMs / BUCKET_MS) * BUCKET_MS;
}

/** What is due before this is taken by the bucket's wake-up. */
export function bucketEnd(bucketMs: number): number {
  return bucketMs + BUCKET_MS;
}

/** The schedule's name: the same for the same endpoint and bucket, so that creating it is idempotent. */
export function scheduleName(endpointId: string, bucketMs: number): string {
  return `${endpointId}-${bucketMs / 1000}`;
}
