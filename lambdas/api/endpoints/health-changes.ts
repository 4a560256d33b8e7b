// Changes of an endpoint's health that somebody asks for, beside those that attempts bring.
import type { Endpoint } from '../../core/endpoints/endpoint.ts';
import type { Health } from '../../core/health/health.ts';
import type { HealthLedger } from '../../core/health/ledger.ts';
import { Problem } from '../../core/problem.ts';
import type { Surroundings } from '../../core/surroundings.ts';

const ROUNDS = 10;

export interface HealthChangePorts {
  readonly health: HealthLedger;
  readonly surroundings: Surroundings;
}

/** @param next gives undefined where nothing is to change @throws Problem 409 */
export async function changeHealth(
  { health: ledger, surroundings }: HealthChangePorts,
  endpoint: Endpoint,
  next: (health: Health, nowMs: number) => Health | undefined,
): Promise<Health> {
  const address = { ...endpoint, endpointId: endpoint.id };
  for (let round = 0; round < ROUNDS; round++) {
    const { health, version } = await ledger.getHealth(address);
    const after = next(health, surroundings.now());
    if (!after) return health;
    if (await ledger.putHealth(address, after, version)) return after;
  }
  throw new Problem(409, 'The endpoint is changing at the moment. Try again.');
}
