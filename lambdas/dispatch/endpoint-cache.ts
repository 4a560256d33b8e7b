// Endpoints as dispatch needs them: read together, kept for a few seconds, secrets opened once.
import { log } from '../adapters/log.ts';
import type { SigningKeyCache } from '../adapters/registry/keyring.ts';
import { contractOf } from '../core/contracts/all.ts';
import { algorithmsNeeded } from '../core/contracts/further-signatures.ts';
import type { NoticeWords } from '../core/contracts/messages/words.ts';
import { defined } from '../core/defined.ts';
import { clientExpiryMs, type EndpointTls, type KeptTls } from '../core/destinations/http/tls.ts';
import type { Endpoint } from '../core/endpoints/endpoint.ts';
import { isChat, isReadByPeople } from '../core/endpoints/incoming-webhook.ts';
import { secretNumbersOf } from '../core/endpoints/secret-numbers.ts';
import type { EndpointStore } from '../core/endpoints/store.ts';
import { isUnverified } from '../core/endpoints/verification.ts';
import { SealBrokenError } from '../core/errors.ts';
import type { Headers } from '../core/headers/names.ts';
import type { NoticeSettingsStore } from '../core/notices/settings.ts';
import { Recent } from '../core/recent.ts';
import { sealedValuesOf } from '../core/resealing/sealed-values.ts';
import { type Scope, scopeKey } from '../core/scope.ts';
import { authenticationPlace, clientKeyPlace, secretPlace } from '../core/sealing/places.ts';
import { type SealingKeys, unseal } from '../core/sealing/seal.ts';
import type { Secrets } from '../core/sealing/secrets.ts';
import { isStack, type KeyAlgorithm, type SigningKey, signersOf } from '../core/signing/keys.ts';
import type { Surroundings } from '../core/surroundings.ts';
import type { TenantStore } from '../core/tenants/store.ts';

/** A changed URL or secret takes effect within 15 seconds, function time included. */
const KEPT_MS = 5_000;
const TENANT_KEPT_MS = 60_000;
const MAX_KEPT = 5_000;

export interface OpenEndpoint {
  readonly isDeleted?: false;
  readonly endpoint: Endpoint;
  /** Of a chat, which the endpoint itself has in its masked form. */
  readonly url?: string;
  readonly tenantName: string;
  /** For people who read notices in chats and mails: those that the tenant has put in the place of ours. */
  readonly noticeWords?: NoticeWords | undefined;
  /** Newest first. */
  readonly secrets: readonly [string, ...string[]];
  /** Secrets that a rotation replaced, newest first, and until when they sign. */
  readonly retiring?: readonly { readonly secret: string; readonly untilMs: number }[];
  /** Of all of them, in their order. */
  readonly secretNumbers?: readonly number[];
  readonly authentication?: Headers;
  readonly tls?: EndpointTls | undefined;
  /** Of its client's certificate, Unix milliseconds. */
  readonly clientExpiresAtMs?: number | undefined;
  /** If the endpoint's signatures need any. */
  readonly keys?: readonly SigningKey[];
  /** What the operator's key posted is signed with these, as far as there are any. */
  readonly operatorsKeys?: readonly SigningKey[];
}

/** Nothing is sent to it, and its sealed values may have been removed. */
interface DeletedEndpoint {
  readonly isDeleted: true;
  readonly endpoint: Endpoint;
}

export type KnownEndpoint = OpenEndpoint | DeletedEndpoint;

type EndpointRef = Scope & {
  readonly id: string;
  /** Whether it is known to have a transformation: one that is kept without it is out of date. */
  readonly transforms?: boolean;
};

interface EndpointCachePorts {
  readonly registry: Pick<EndpointStore, 'getEndpoints'> &
    Pick<TenantStore, 'getTenant'> &
    Pick<NoticeSettingsStore, 'getNoticeSettings'>;
  readonly secrets: Pick<Secrets, 'sealingKey'>;
  readonly signingKeys: SigningKeyCache;
  readonly surroundings: Surroundings;
}

/** Unknown endpoints, and those that cannot be opened, are missing. */
export type EndpointCache = (
  refs: readonly EndpointRef[],
) => Promise<ReadonlyMap<string, KnownEndpoint>>;

export function createEndpointCache(ports: EndpointCachePorts): EndpointCache {
  const { registry, secrets, surroundings } = ports;
  const known = new Recent<KnownEndpoint>({ maxEntries: MAX_KEPT, keptMs: KEPT_MS });
  const tenantNames = new Recent<string>({ maxEntries: MAX_KEPT, keptMs: TENANT_KEPT_MS });
  const words = new Recent<NoticeWords>({ maxEntries: MAX_KEPT, keptMs: TENANT_KEPT_MS });

  const tenantName = (id: string): Promise<string> =>
    tenantNames.read(
      id,
      surroundings.now(),
      async () => (await registry.getTenant(id))?.name ?? id,
    );

  const noticeWords = async (scope: Scope): Promise<NoticeWords> =>
    words.read(
      scopeKey(scope),
      surroundings.now(),
      async () => (await registry.getNoticeSettings(scope))?.words ?? {},
    );

  async function open(endpoint: Endpoint): Promise<KnownEndpoint> {
    if (endpoint.deletedAtMs !== undefined) return { isDeleted: true, endpoint };
    const key = await secrets.sealingKey(sealedValuesOf(endpoint));
    const [newest, ...older] = endpoint.sealedSecrets.map((sealed) =>
      unseal(key, secretPlace(endpoint), sealed),
    );
    if (newest === undefined) throw new SealBrokenError(new Error('there is no secret'));
    return {
      endpoint,
      ...(isChat(endpoint.contract) ? { url: newest } : {}),
      ...(isReadByPeople(endpoint.contract) ? { noticeWords: await noticeWords(endpoint) } : {}),
      tenantName: await tenantName(endpoint.tenant),
      secrets: [newest, ...older],
      retiring: (endpoint.retiringSecrets ?? []).map(({ sealed, untilMs }) => ({
        secret: unseal(key, secretPlace(endpoint), sealed),
        untilMs,
      })),
      secretNumbers: secretNumbersOf(endpoint),
      authentication: (endpoint.authentication ?? []).map(
        ({ name, sealedValue, sealedFor }) =>
          [name, unseal(key, authenticationPlace(endpoint, sealedFor), sealedValue)] as const,
      ),
      tls: endpoint.tls && openTls(endpoint, endpoint.tls, key),
      clientExpiresAtMs: clientExpiryMs(endpoint.tls),
      ...(await openKeys(endpoint)),
    };
  }

  async function openKeys(
    endpoint: Endpoint,
  ): Promise<Pick<OpenEndpoint, 'keys' | 'operatorsKeys'>> {
    const contract = contractOf(endpoint.contract);
    const needed = algorithmsNeeded(endpoint, contract, endpoint.contractOptions);
    if (needed.size === 0) return {};
    const { signer, operatorsSigner } = signersOf(endpoint);
    const keys = await ports.signingKeys(signer, needed);
    if (!operatorsSigner) return { keys };
    // Of `test` the stack has none, unless one was imported.
    const sure = isStack(operatorsSigner) ? needed : new Set<KeyAlgorithm>();
    return { keys, operatorsKeys: await ports.signingKeys(operatorsSigner, sure) };
  }

  /** An endpoint that cannot be opened, be it its secret or its tenant's name, holds up its own deliveries only. */
  async function openOrMissing(endpoint: Endpoint): Promise<KnownEndpoint | undefined> {
    try {
      return await open(endpoint);
    } catch (error) {
      log.error('endpoint cannot be opened', error, { endpointId: endpoint.id });
      return undefined;
    }
  }

  return async (refs) => {
    const nowMs = surroundings.now();
    const found = new Map<string, KnownEndpoint>();
    const stale: EndpointRef[] = [];
    for (const ref of refs) {
      const kept = known.get(ref.id, nowMs);
      const isStale = ref.transforms && kept && !kept.endpoint.transform;
      if (kept && !isStale) found.set(ref.id, kept);
      else stale.push(ref);
    }
    if (stale.length === 0) return found;
    for (const endpoint of (await registry.getEndpoints(stale)).values()) {
      const opened = await openOrMissing(endpoint);
      if (!opened) continue;
      // An unverified endpoint is read each time: its held deliveries go out once it is verified.
      if (isUnverified(endpoint)) known.delete(endpoint.id);
      else known.set(endpoint.id, opened, nowMs);
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
  return defined({
    ca,
    cert: clientCertificate,
    key: sealedClientKey && unseal(key, clientKeyPlace(endpoint), sealedClientKey),
    minVersion,
  });
}
