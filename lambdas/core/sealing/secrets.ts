// The stack's secrets.
import type { SealingKeys } from './seal.ts';

export interface Secrets {
  /**
   * All versions. If one of the sealed values that are to be opened needs a version that is not known,
   * the secret is read anew, once.
   */
  sealingKey(toOpen?: readonly string[]): Promise<SealingKeys>;
  /** Read anew, and when it was changed last. */
  freshSealingKey(): Promise<{ readonly keys: SealingKeys; readonly changedAtMs: number }>;
  operatorKey(): Promise<string>;
}
