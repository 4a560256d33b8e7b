// Where an endpoint's health is kept.
import type { EndpointAddress } from '../scope.ts';
import type { Health } from './health.ts';

/** Where an endpoint's health is kept; missing means clean. */
export interface HealthLedger {
  getHealth(endpoint: EndpointAddress): Promise<KeptHealth>;
  /** Several at once, by endpoint id; clean ones may be missing. */
  getHealths(endpoints: readonly EndpointAddress[]): Promise<ReadonlyMap<string, Health>>;
  /** Writes if nobody wrote since it was read: false otherwise. */
  putHealth(endpoint: EndpointAddress, health: Health, seenVersion: number): Promise<boolean>;
}

export interface KeptHealth {
  readonly health: Health;
  /** Counts the writes; 0 if there was none. */
  readonly version: number;
}
