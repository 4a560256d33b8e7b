// Who subscribes, as fan-out needs it.
import type { Scope } from '../scope.ts';
import type { FilterPattern } from './filter/filter.ts';
import type { Subscription } from './matching.ts';
import type { RoutingRules } from './routing.ts';

/** An endpoint as fan-out needs it. */
export interface Subscriber extends Subscription {
  readonly id: string;
  /** Whether it has a polling feed. */
  readonly polling?: boolean;
  /** Whether it was slow to answer a moment ago: see endpoints/slow-lane.ts. */
  readonly isSlow?: boolean;
  /** Whether its data is transformed. */
  readonly transforms?: boolean;
  /** Without one, the data does not matter. */
  readonly filter?: FilterPattern;
}

/** A scope's; of a tenant whose id was used before, what was accepted before this moment is not its own. */
export type Subscribers = readonly Subscriber[] & {
  readonly notBeforeMs?: number;
  /** Whether an endpoint or template of it ever had a transformation. */
  readonly hadTransforms?: true;
  readonly rules?: RoutingRules;
};

export interface SubscriberStore {
  /**
   * The subscribers of each scope, as of a moment after the call began; null if its tenant was deleted.
   * Keyed by `scopeKey`.
   */
  subscribersOf(scopes: readonly Scope[]): Promise<ReadonlyMap<string, Subscribers | null>>;
  /** Lets fan-out know at once that an endpoint is slow, until then. */
  markSlow(endpoint: Scope & { readonly id: string }, untilMs: number): Promise<void>;
}
