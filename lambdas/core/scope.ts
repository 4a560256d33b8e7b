// Where things live: tenant and environment, and the addresses of events, endpoints and deliveries.

/** The one spelling of a scope in keys and maps. */
export function scopeKey(scope: Scope): string {
  return `${scope.environment}#${scope.tenant}`;
}

export interface EndpointAddress extends Scope {
  readonly endpointId: string;
}

export function addressOf({
  tenant,
  environment,
  id,
}: Scope & { readonly id: string }): EndpointAddress {
  return { tenant, environment, endpointId: id };
}

export interface EventRef extends Scope {
  readonly eventId: string;
}

export interface DeliveryRef extends EventRef {
  readonly endpointId: string;
}

export const ENVIRONMENTS = ['live', 'test'] as const;

export type Environment = (typeof ENVIRONMENTS)[number];

/** A tenant's id is chosen by the platform. */
export const TENANT_ID = /^[A-Za-z0-9_-]{1,64}$/;

/** Where a tenant's things live: every key of the registry and the ledger begins with it. */
export interface Scope {
  readonly tenant: string;
  readonly environment: Environment;
}

/** The operator's own tenant: it exists without being created, and nothing is told about it. */
export const OPERATOR_TENANT = '_posthorn';

/** Operational events of both environments go to its live endpoints. */
export const OPERATOR_SCOPE: Scope = { tenant: OPERATOR_TENANT, environment: 'live' };
