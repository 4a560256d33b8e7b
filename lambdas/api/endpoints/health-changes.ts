// Changes of an endpoint's health that somebody asks for, beside those that attempts bring.

import type { Endpoint } from '../../core/endpoints/endpoint.ts';
import type { Health } from '../../core/health/health.ts';
import type { HealthLedger } from '../../core/health/ledger.ts';
import { optimistically } from '../../core/optimistic.ts';
import { Problem } from '../../core/problem.ts';
import { addressOf } from '../../core/scope.ts';
import type { Surroundings } from '../../core/surroundings.ts';

const ROUNDS = 10;

interface HealthChangePorts {
  readonly health: HealthLedger;
  readonly surroundings: Surroundings;
}

/** @param next gives undefined where nothing is to change @throws Problem 409 */
export async function changeHealth(
  { health: ledger, surroundings }: HealthChangePorts,
  endpoint: Endpoint,
  next: (health: Health, nowMs: number) => Health | undefined,
): Promise<Health> {
  const address = addressOf(endpoint);
  const changed = await optimistically(ROUNDS, async () => {
    const { health, version } = await ledger.getHealth(address);
    const after = next(health, surroundings.now());
    if (!after) return health;
    return (await ledger.putHealth(address, after, version)) ? after : undefined;
  });
  if (!changed) throw new Problem(409, 'The endpoint is changing at the moment. Try again.');
  return changed;
}
