// Endpoints as dispatch needs them: read together, kept for a few seconds, secrets opened once.
import { log } from '../adapters/log.ts';
import { contractOf } from '../core/contracts/all.ts';
import { algorithmsNeeded } from '../core/contracts/further-signatures.ts';
import type { Endpoint } from '../core/endpoints/endpoint.ts';
import type { EndpointStore } from '../core/endpoints/store.ts';
import type { KeptTls } from '../core/endpoints/tls.ts';
import { isUnverified } from '../core/endpoints/verification.ts';
import { SealBrokenError } from '../core/errors.ts';
import type { Headers } from '../core/headers/names.ts';
import type { EndpointTls } from '../core/requests/sender.ts';
import { sealedValuesOf } from '../core/resealing/sealed-values.ts';
import type { Scope } from '../core/scope.ts';
import { authenticationPlace, clientKeyPlace, secretPlace } from '../core/sealing/places.ts';
import { type SealingKeys, unseal } from '../core/sealing/seal.ts';
import type { Secrets } from '../core/sealing/secrets.ts';
import type { KeyAlgorithm, SigningKey } from '../core/signing/keys.ts';
import type { Surroundings } from '../core/surroundings.ts';
import type { TenantStore } from '../core/tenants/store.ts';
import type { Tenant } from '../core/tenants/tenant.ts';

/** A changed URL or secret takes effect within 15 seconds, function time included. */
const KEPT_MS = 5_000;
const MAX_KEPT = 5_000;

export interface OpenEndpoint {
  readonly endpoint: Endpoint;
  readonly tenantName: string;
  /** Newest first. */
  readonly secrets: readonly [string, ...string[]];
  /** Secrets that a rotation replaced, newest first, and until when they sign. */
  readonly retiring?: readonly { readonly secret: string; readonly untilMs: number }[];
  readonly authentication?: Headers;
  readonly tls?: EndpointTls;
  /** The stack's keys, if the endpoint's signatures need any. */
  readonly keys?: readonly SigningKey[];
}

interface Kept {
  readonly readAtMs: number;
  readonly open: OpenEndpoint;
}

export type EndpointRef = Scope & { readonly id: string };

export interface EndpointCachePorts {
  readonly registry: Pick<EndpointStore, 'getEndpoints'> & Pick<TenantStore, 'getTenant'>;
  readonly secrets: Pick<Secrets, 'sealingKey'>;
  readonly signingKeys: (needed: ReadonlySet<KeyAlgorithm>) => Promise<readonly SigningKey[]>;
  readonly surroundings: Surroundings;
}

/** Deleted endpoints are found, with `deletedAtMs`; unknown ones, and those whose secret does not open, are not. */
export type EndpointCache = (
  refs: readonly EndpointRef[],
) => Promise<ReadonlyMap<string, OpenEndpoint>>;

export function createEndpointCache(ports: EndpointCachePorts): EndpointCache {
  const { registry, secrets, surroundings } = ports;
  const kept = new Map<string, Kept>();
  const tenants = new Map<string, { readAtMs: number; tenant: Tenant | undefined }>();

  async function tenantName(id: string): Promise<string> {
    const known = tenants.get(id);
    if (known && surroundings.now() - known.readAtMs < KEPT_MS * 12)
      return known.tenant?.name ?? id;
    const tenant = await registry.getTenant(id);
    if (tenants.size >= MAX_KEPT) tenants.clear();
    tenants.set(id, { readAtMs: surroundings.now(), tenant });
    return tenant?.name ?? id;
  }

  async function open(endpoint: Endpoint): Promise<OpenEndpoint> {
    // Nothing is sent to a deleted one, and what was sealed for it may be gone.
    if (endpoint.deletedAtMs !== undefined) {
      return { endpoint, tenantName: endpoint.tenant, secrets: [''] };
    }
    const key = await secrets.sealingKey(sealedValuesOf(endpoint));
    const [newest = '', ...older] = endpoint.sealedSecrets.map((sealed) =>
      unseal(key, secretPlace(endpoint), sealed),
    );
    const contract = contractOf(endpoint.contract);
    const needed = algorithmsNeeded(endpoint, contract, endpoint.contractOptions);
    return {
      endpoint,
      tenantName: await tenantName(endpoint.tenant),
      secrets: [newest, ...older],
      retiring: (endpoint.retiringSecrets ?? []).map(({ sealed, untilMs }) => ({
        secret: unseal(key, secretPlace(endpoint), sealed),
        untilMs,
      })),
      authentication: (endpoint.authentication ?? []).map(
        ({ name, sealedValue, sealedFor }) =>
          [name, unseal(key, authenticationPlace(endpoint, sealedFor), sealedValue)] as const,
      ),
      ...(endpoint.tls ? { tls: openTls(endpoint, endpoint.tls, key) } : {}),
      keys: needed.size > 0 ? await ports.signingKeys(needed) : [],
    };
  }

  /** An endpoint whose secret does not open holds up its own deliveries only. */
  async function openOrMissing(endpoint: Endpoint): Promise<OpenEndpoint | undefined> {
    try {
      return await open(endpoint);
    } catch (error) {
      if (!(error instanceof SealBrokenError)) throw error;
      log.error('endpoint cannot be opened', error, { endpointId: endpoint.id });
      return undefined;
    }
  }

  return async (refs) => {
    const nowMs = surroundings.now();
    const found = new Map<string, OpenEndpoint>();
    const stale: EndpointRef[] = [];
    for (const ref of refs) {
      const entry = kept.get(ref.id);
      if (entry && nowMs - entry.readAtMs < KEPT_MS) found.set(ref.id, entry.open);
      else stale.push(ref);
    }
    if (stale.length === 0) return found;
    if (kept.size >= MAX_KEPT) kept.clear();
    for (const endpoint of (await registry.getEndpoints(stale)).values()) {
      const opened = await openOrMissing(endpoint);
      if (!opened) continue;
      // One that waits for its proof is read each time: what it waits with goes out once it is given.
      if (isUnverified(endpoint)) kept.delete(endpoint.id);
      else kept.set(endpoint.id, { readAtMs: nowMs, open: opened });
      found.set(endpoint.id, opened);
    }
    return found;
  };
}

function openTls(
  endpoint: Endpoint,
  { ca, clientCertificate, sealedClientKey, minVersion }: KeptTls,
  key: SealingKeys,
): EndpointTls {
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(clientCertificate === undefined ? {} : { cert: clientCertificate }),
    ...(sealedClientKey === undefined
      ? {}
      : { key: unseal(key, clientKeyPlace(endpoint), sealedClientKey) }),
    minVersion,
  };
}
