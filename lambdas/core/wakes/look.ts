// An endpoint at rest is looked through about once a day, for what ran out of time.
import { shardOf } from '../identifiers.ts';
import { BUCKET_MS, bucketOf } from './bucket.ts';

/** A look every 23 hours: what sweep and a lease add to it stays within a day. */
const LOOK_EVERY = (23 * 3_600_000) / BUCKET_MS;

/** In buckets of its own, so that not all endpoints are looked through at once. */
const phaseOf = (endpointId: string): number => shardOf(endpointId, LOOK_EVERY);

/** When an endpoint is looked through next after a moment, Unix milliseconds. */
export function nextLookMs(endpointId: string, afterMs: number): number {
  const phase = phaseOf(endpointId);
  const looks = Math.floor((bucketOf(afterMs) / BUCKET_MS - phase) / LOOK_EVERY) + 1;
  return (looks * LOOK_EVERY + phase) * BUCKET_MS;
}

/** Whether a wake-up of a bucket is such a look. */
export function isLook(endpointId: string, bucketMs: number): boolean {
  return nextLookMs(endpointId, bucketMs - BUCKET_MS) === bucketMs;
}
