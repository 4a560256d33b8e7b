// A tenant's notices are woken as an endpoint is: by an entry of the wake directory, under an id of their own.
import { createHash } from 'node:crypto';
import { type EndpointAddress, type Scope, scopeKey } from '../scope.ts';

const PREFIX = 'ntc_';

/** Where the notices of a tenant and environment are woken: different for each, since schedules are named by it. */
export function noticesAddress({ tenant, environment }: Scope): EndpointAddress {
  const hash = createHash('sha256').update(scopeKey({ tenant, environment })).digest('hex');
  return { tenant, environment, endpointId: PREFIX + hash.slice(0, 26) };
}

export function isNoticesAddress({ endpointId }: Pick<EndpointAddress, 'endpointId'>): boolean {
  return endpointId.startsWith(PREFIX);
}
