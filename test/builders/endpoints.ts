// An endpoint for tests: a plain one to vary.
import type { Endpoint } from '../../lambdas/core/endpoints/endpoint.ts';
import { ENDPOINT_ID } from './events.ts';

export function anEndpoint(changes: Partial<Endpoint> = {}): Endpoint {
  return {
    tenant: 'acme',
    environment: 'live',
    id: ENDPOINT_ID,
    url: 'https://hooks.example.com/',
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
