// What stands in the registry from the beginning, put there without a call.
import { generateKeyPairSync } from 'node:crypto';
import {
  documentItem,
  documentOf,
  endpointPartition,
  transformPartition,
  VERSION_SORT_KEY,
} from '../../../lambdas/adapters/items/documents.ts';
import { endpointItem } from '../../../lambdas/adapters/registry/endpoint-items.ts';
import type { Endpoint } from '../../../lambdas/core/endpoints/endpoint.ts';
import { secretPlace } from '../../../lambdas/core/sealing/places.ts';
import { NONCE_BYTES, seal } from '../../../lambdas/core/sealing/seal.ts';
import { sealingKeysFrom } from '../../../lambdas/core/sealing/secret.ts';
import { keyPlace } from '../../../lambdas/core/signing/key-input.ts';
import type { MemoryDynamoDb } from '../memory/dynamodb/service.ts';

export const SEALING_SECRET = 'the-sealing-secret-of-the-simulation';
const KEYS = sealingKeysFrom(SEALING_SECRET);
type Registry = Pick<MemoryDynamoDb, 'registry'>;

/** An endpoint as it is after its creation. */
export function putEndpoint(
  { registry }: Registry,
  endpoint: Omit<Endpoint, 'sealedSecrets'>,
  secret: string,
  nonce: Uint8Array,
): Endpoint {
  const sealedSecrets = [seal(KEYS, secretPlace(endpoint), secret, nonce)];
  const stored: Endpoint = { ...endpoint, sealedSecrets };
  const pk = { S: endpointPartition(endpoint) };
  registry.put(endpointItem({ pk, sk: { S: endpoint.id } }, stored));
  const version = { pk, sk: { S: VERSION_SORT_KEY } };
  const counted = registry.get(version)?.item;
  const changes = Number(counted?.changes?.N ?? 0) + 1;
  registry.put({ ...counted, ...version, v: { N: '1' }, changes: { N: String(changes) } });
  return stored;
}

/** The version of its transformation, if it has one, in a scope that has its endpoint. */
export function putTransform({ registry }: Registry, endpoint: Omit<Endpoint, 'sealedSecrets'>) {
  const { transform } = endpoint;
  if (!transform) return;
  const { language, source, version } = transform;
  const key = { pk: { S: transformPartition(endpoint) }, sk: { S: version } };
  registry.put(documentItem(key, { language, source, version }));
  const counted = { pk: { S: endpointPartition(endpoint) }, sk: { S: VERSION_SORT_KEY } };
  registry.put({ ...registry.get(counted)?.item, ...counted, tf: { N: '1' } });
}

let signingKey: string | undefined;

/** Made once and only for contracts that sign with it: making it takes longer than a simulation. */
export function putSigningKey({ registry }: Registry): void {
  const place = { pk: { S: 'signing-keys' }, sk: { S: 'keyring' } };
  if (documentOf(registry.get(place)?.item)) return;
  signingKey ??= generateKeyPairSync('rsa', { modulusLength: 2048 })
    .privateKey.export({ format: 'pem', type: 'pkcs8' })
    .toString();
  const id = 'sk_simulated';
  const sealedPrivateKey = seal(KEYS, keyPlace(id), signingKey, Buffer.alloc(NONCE_BYTES));
  const key = { id, algorithm: 'RS256', signsFromMs: 0, createdAtMs: 0, sealedPrivateKey };
  registry.put({ ...documentItem(place, [key]), version: { N: '1' } });
}

/** A tenant as it is after its creation. */
export function putTenant({ registry }: Registry, id: string, createdAtMs: number): void {
  const key = { pk: { S: 'tenants' }, sk: { S: id } };
  registry.put(documentItem(key, { id, name: id, createdAtMs }));
}
