// What a signature is made with.
import type { SigningKeys } from './keys.ts';

/** What signing needs from outside; a contract itself reads no clock and no randomness. */
export interface SigningMoment {
  /** When the request is sent, Unix milliseconds. */
  readonly nowMs: number;
  /** The endpoint's valid secrets, newest first: more than one while a rotation overlaps. */
  readonly secrets: readonly [string, ...string[]];
  /** Theirs, which tell them apart for as long as they sign; left out, their places from 1. */
  readonly secretNumbers?: readonly number[];
  /** A random UUID, new for each attempt. */
  readonly jti: string;
  /** The tenant's or the stack's keys that sign at this moment, as far as the endpoint needs them. */
  readonly keys: SigningKeys;
  /** False where the endpoint wants other signatures only: no signature in the body, then. */
  readonly ownSignature: boolean;
}
