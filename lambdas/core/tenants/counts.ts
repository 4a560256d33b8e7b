// What there may be a limited number of.
import type { Scope } from '../scope.ts';

/** What there may be a limited number of. */
export type Counted =
  | { readonly kind: 'endpoints' | 'keys'; readonly scope: Scope }
  | { readonly kind: 'eventTypes' };

export interface Counts {
  /** Takes places for so many more: false if they would be above the limit. */
  take(what: Counted, places: number, limit: number, nowMs: number): Promise<boolean>;
  /** Gives places back, when something is gone. */
  release(what: Counted, places: number): Promise<void>;
}
