// Where an endpoint's sealed values belong: each opens in its own place only.
import type { Scope } from '../scope.ts';
import type { SealPlace } from './seal.ts';

type EndpointPlace = Scope & { readonly id: string };

export function secretPlace({ tenant, environment, id }: EndpointPlace): SealPlace {
  return { tenant, environment, id, purpose: 'secret' };
}

/** @param sealedFor the template that it was given to, where it was not given to the endpoint itself */
export function authenticationPlace(
  { tenant, environment, id }: EndpointPlace,
  sealedFor = id,
): SealPlace {
  return { tenant, environment, id: sealedFor, purpose: 'authentication' };
}

export function clientKeyPlace({ tenant, environment, id }: EndpointPlace): SealPlace {
  return { tenant, environment, id, purpose: 'client-key' };
}

export function tokenPlace({ tenant, environment, id }: EndpointPlace): SealPlace {
  return { tenant, environment, id, purpose: 'token' };
}

/** An event's data and subject, on a queue and in the ledger. */
export function eventPlace({ tenant, environment, id }: EndpointPlace): SealPlace {
  return { tenant, environment, id, purpose: 'event' };
}

/** What a receiver answered: `id` is the delivery's. */
export function responsePlace({ tenant, environment, id }: EndpointPlace): SealPlace {
  return { tenant, environment, id, purpose: 'response' };
}
