// The wake directory and its schedules.
import type { EndpointAddress } from '../scope.ts';
import type { WakeMessage } from './message.ts';

/**
 * The wake directory and its schedules: one wake-up per endpoint and bucket of ten minutes. An entry stands until
 * it is struck, and none is made in a bucket that is over: sweep may have left it behind.
 */
export interface Wakes {
  /** Makes sure that the endpoint is woken in time for deliveries that are due then. */
  ensure(endpoint: EndpointAddress, dueAtMs: number): Promise<void>;
  /** Enters a wake-up that is sent by other means, so that sweep finds it if it is lost. */
  note(endpoint: EndpointAddress, dueAtMs: number): Promise<void>;
  /** Makes sure that sweep repeats a wake-up that failed. */
  renew(wake: WakeMessage): Promise<void>;
  /** Strikes a wake-up that was carried out. */
  done(wake: WakeMessage): Promise<void>;
}

/** The directory as sweep reads it. */
export interface SweptWakes {
  /** Wake-ups of a bucket that were not carried out. */
  listBucket(bucketMs: number): Promise<readonly WakeMessage[]>;
  /** The bucket before which no entry stands; the first time it is the one that is given. */
  sweptUpTo(firstMs: number): Promise<number>;
  moveSwept(toMs: number): Promise<unknown>;
}
