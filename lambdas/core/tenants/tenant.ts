// A customer of the platform.
import { DEDUPE_MS } from '../events/ledger.ts';
import type { Environment } from '../scope.ts';
import { ENVIRONMENTS } from '../scope.ts';

export interface Tenant {
  readonly id: string;
  readonly name: string;
  readonly createdAtMs: number;
  /** From then on nobody may use it, and its data is removed. */
  readonly deletedAtMs?: number;
  readonly erasure?: Erasure;
}

export const STAGES = [
  'keys',
  'endpoints',
  'templates',
  'feeds',
  'replays',
  'events',
  'rollups',
] as const;

export type ErasureStage = (typeof STAGES)[number];

export interface ErasurePlace {
  readonly round: number;
  readonly environment: Environment;
  readonly stage: ErasureStage;
  readonly after?: string;
}

export interface Erasure {
  readonly state: 'running' | 'done';
  /** Absent once it is done. */
  readonly at?: ErasurePlace;
  /** What was removed so far. */
  readonly done: Readonly<Record<ErasureStage, number>>;
  readonly finishedAtMs?: number;
}

/** When the id of a deleted tenant is free: no idempotency key of its is held by then. Infinity until it is erased. */
export function reusableAtMs({ erasure }: Tenant): number {
  return (erasure?.finishedAtMs ?? Number.POSITIVE_INFINITY) + DEDUPE_MS;
}

export const NEW_ERASURE: Erasure = {
  state: 'running',
  at: { round: 1, environment: ENVIRONMENTS[0], stage: STAGES[0] },
  done: { keys: 0, endpoints: 0, templates: 0, feeds: 0, replays: 0, events: 0, rollups: 0 },
};
