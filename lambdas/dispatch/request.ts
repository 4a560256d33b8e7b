// From an event and its endpoint to the one signed request of an attempt.
import { contractOf } from '../core/contracts/all.ts';
import type { FormedRequest, Headers } from '../core/contracts/contract.ts';
import type { Event } from '../core/event.ts';
import { deliveryIdOf, idempotencyKeyOf } from '../core/identifiers.ts';
import { type RetryPolicy, resolvePolicy } from '../core/retry-policy.ts';
import type { Settings } from '../core/settings.ts';
import type { OpenEndpoint } from './endpoint-cache.ts';

const USER_AGENT = 'Posthorn/0.1';

export async function formRequest(
  { endpoint, tenantName, secrets }: OpenEndpoint,
  event: Event,
  nowMs: number,
): Promise<FormedRequest> {
  const contract = contractOf(endpoint.contract);
  const idempotencyKey = idempotencyKeyOf(deliveryIdOf(event.id, endpoint.id));
  const formed = await contract.form(
    { event, tenantName, idempotencyKey },
    endpoint.contractOptions,
    {
      nowMs,
      secrets,
    },
  );
  if (formed.kind === 'unshapeable') return formed;
  const basics: Headers = [
    ['content-type', 'application/json'],
    ['user-agent', USER_AGENT],
  ];
  const custom = Object.entries(endpoint.headers);
  return { ...formed, headers: layered(basics, custom, formed.headers) };
}

/** Later layers replace what earlier ones set, whatever the spelling: a contract's headers stand. */
function layered(...layers: readonly Headers[]): Headers {
  const headers = new Map<string, readonly [string, string]>();
  for (const header of layers.flat()) headers.set(header[0].toLowerCase(), header);
  return [...headers.values()];
}

/** The endpoint's own policy wins over the stack's, and that over its contract's default. */
export function policyOf({ endpoint }: OpenEndpoint, settings: Settings): RetryPolicy {
  const contract = contractOf(endpoint.contract);
  return resolvePolicy(endpoint.retryPolicy ?? settings.retryPolicy ?? contract.defaultRetryPolicy);
}
