// An endpoint for tests: a plain one to vary.
import { askedAddress } from '../../lambdas/core/destinations/destination.ts';
import type { HttpDestination } from '../../lambdas/core/destinations/http/http.ts';
import type { Endpoint } from '../../lambdas/core/endpoints/endpoint.ts';
import { ENDPOINT_ID } from './events.ts';

export const destinationAt = (url: string): HttpDestination => ({ kind: 'http', urls: [{ url }] });

export const urlOf = ({ destination }: Pick<Endpoint, 'destination'>): string =>
  String(askedAddress(destination).url);

export function anEndpoint({
  url = 'https://hooks.example.com/',
  ...changes
}: Partial<Endpoint> & { readonly url?: string } = {}): Endpoint {
  return {
    tenant: 'acme',
    environment: 'live',
    id: ENDPOINT_ID,
    destination: destinationAt(url),
    contract: 'standard-webhooks',
    contractOptions: {},
    eventTypes: [],
    channels: [],
    method: 'POST',
    headers: {},
    timeoutMs: 10_000,
    autoPause: true,
    description: '',
    sealedSecrets: [],
    maskedSecret: '',
    createdAtMs: 0,
    version: 1,
    ...changes,
  };
}
