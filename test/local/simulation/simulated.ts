// Builders for tests in virtual time: worlds, receivers, and what a user does to an endpoint.
import type { Delivery } from '../../../lambdas/core/deliveries/delivery.ts';
import type { Endpoint } from '../../../lambdas/core/endpoints/endpoint.ts';
import { type Health, pausedByUser, recovering } from '../../../lambdas/core/health/health.ts';
import type { Outcome } from '../../../lambdas/core/retries/outcome.ts';
import { addressOf } from '../../../lambdas/core/scope.ts';
import { wakeAt } from '../../../lambdas/core/wakes/wake-at.ts';
import {
  type Answer,
  createWorld,
  type World,
  type WorldOptions,
} from '../../../local/simulation/world.ts';
import { answered } from '../../builders/outcomes.ts';

/** 2026-01-01T00:00:00Z: the beginning of a bucket of ten minutes. */
export const START_MS = 1_767_225_600_000;
export const SECOND_MS = 1_000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

export const DATA = JSON.stringify({
  resource: { id: 'dossier_simulated', type: 'dossier', status: 'in_progress' },
  organization: { id: 'acct_simulated', name: 'Simulated' },
  sessionId: 'session_simulated',
});

export function answer(outcome: Outcome | number, latencyMs = 50): Answer {
  return { outcome: typeof outcome === 'number' ? answered(outcome) : outcome, latencyMs };
}

/** A world whose receivers answer as they are told, from the time since the start. */
export function aWorld(
  receiver: (sinceStartMs: number, endpoint: Endpoint) => Answer,
  options: Partial<Omit<WorldOptions, 'receiver'>> = {},
): World {
  return createWorld({
    startMs: START_MS,
    ...options,
    receiver: (endpoint, atMs) => receiver(atMs - START_MS, endpoint),
  });
}

/** Posts events to an endpoint, one every so many milliseconds from a moment after the start. */
export function postSeries(
  world: World,
  endpoint: Endpoint,
  { count, everyMs = 0, fromMs = 0 }: { count: number; everyMs?: number; fromMs?: number },
): void {
  for (let index = 0; index < count; index++) {
    const atMs = START_MS + fromMs + Math.floor(index * everyMs);
    world.clock.at(atMs, () => void world.post(endpoint, DATA));
  }
}

export function deliveriesOf(world: World, endpoint: Pick<Endpoint, 'id'>): Delivery[] {
  return [...world.ledger.deliveries.values()].filter(
    ({ endpointId }) => endpointId === endpoint.id,
  );
}

/** When requests came to an endpoint, milliseconds since the start. */
export function arrivalsAt(world: World, endpoint: Pick<Endpoint, 'id'>): number[] {
  return world.sent
    .filter(({ endpointId }) => endpointId === endpoint.id)
    .map(({ atMs }) => atMs - START_MS);
}

export function pause(world: World, endpoint: Endpoint): Promise<void> {
  return change(world, endpoint, (health, nowMs) => pausedByUser(health, nowMs));
}

export async function resume(world: World, endpoint: Endpoint): Promise<void> {
  await change(world, endpoint, (health, nowMs) =>
    health.state === 'paused' || health.state === 'tripped' ? recovering(nowMs) : health,
  );
  const ports = { wakes: world.wakes, queues: world.queues.port, surroundings: world.surroundings };
  await wakeAt(ports, addressOf(endpoint), world.clock.nowMs);
}

async function change(
  world: World,
  endpoint: Endpoint,
  next: (health: Health, nowMs: number) => Health,
): Promise<void> {
  const address = addressOf(endpoint);
  for (;;) {
    const { health, version } = await world.ledger.getHealth(address);
    const after = next(health, world.clock.nowMs);
    if (await world.ledger.putHealth(address, after, version)) return;
  }
}

export function countBy(entries: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const entry of entries) counts[entry] = (counts[entry] ?? 0) + 1;
  return counts;
}
