// Counts that a limit is held by.
import type { Scope } from '../scope.ts';

/** What there may be a limited number of. */
export type Counted =
  | { readonly kind: 'endpoints' | 'keys'; readonly scope: Scope }
  | { readonly kind: 'eventTypes' };

export interface Counts {
  /** Takes this many places: false if that would exceed the limit. */
  take(what: Counted, places: number, limit: number, nowMs: number): Promise<boolean>;
  /** Gives places back, when something is gone. */
  release(what: Counted, places: number): Promise<void>;
}
