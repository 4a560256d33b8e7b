// A ledger in memory whose index of what waits is behind, as a global secondary index may be.
import type { Delivery } from '../../lambdas/core/deliveries/delivery.ts';
import type { WorkEntry } from '../../lambdas/core/deliveries/ledger.ts';
import type { EndpointAddress } from '../../lambdas/core/scope.ts';
import type { World } from '../../local/simulation/world.ts';

const WRITES = [
  'rest',
  'putDeliveryOnce',
  'putDeliveries',
  'claim',
  'recordClaimed',
  'take',
  'openRun',
  'settle',
] as const;

interface Place {
  readonly atMs: number;
  readonly workAtMs: number | undefined;
}

export interface IndexLag {
  /** Takes of what had moved on: each is a write that failed. */
  vainTakes: number;
}

/** Lets the world's index show each write only after a while. */
export function lagIndex({ ledger, clock }: World, lagMs: number): IndexLag {
  const lag: IndexLag = { vainTakes: 0 };
  const places = new Map<string, Place[]>();

  const placeOf = ({ state, workAtMs, dueAtMs }: Delivery): number | undefined =>
    state === 'waiting' ? (workAtMs ?? dueAtMs) : undefined;

  function notePlaces(): void {
    for (const [key, delivery] of ledger.deliveries) {
      const known = places.get(key) ?? [];
      const workAtMs = placeOf(delivery);
      const last = known.at(-1);
      if (!last || last.workAtMs !== workAtMs) known.push({ atMs: clock.nowMs, workAtMs });
      places.set(key, known);
    }
  }

  for (const method of WRITES) {
    const write = ledger[method] as (...given: readonly unknown[]) => Promise<unknown>;
    const noted = async (...given: readonly unknown[]): Promise<unknown> => {
      const result = await write(...given);
      if (method === 'take' && result === undefined) lag.vainTakes++;
      notePlaces();
      return result;
    };
    Object.assign(ledger, { [method]: noted });
  }

  function shown({ endpointId }: EndpointAddress): WorkEntry[] {
    return [...ledger.deliveries]
      .flatMap(([key, { tenant, environment, eventId, ...delivery }]): WorkEntry[] => {
        if (delivery.endpointId !== endpointId) return [];
        const seen = places.get(key)?.findLast(({ atMs }) => atMs <= clock.nowMs - lagMs);
        if (seen?.workAtMs === undefined) return [];
        return [{ tenant, environment, endpointId, eventId, workAtMs: seen.workAtMs }];
      })
      .sort((a, b) => a.workAtMs - b.workAtMs);
  }

  ledger.listDue = async (endpoint, beforeMs, limit, fromMs = 0) =>
    shown(endpoint)
      .filter(({ workAtMs }) => workAtMs < beforeMs && workAtMs >= fromMs)
      .slice(0, limit);
  return lag;
}
