// Signing keys in the registry: one item for each owner, changed only if it is still as it was read, so that of
// two functions that race one wins.
import { createPrivateKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { Recent } from '../../core/recent.ts';
import { type Scope, scopeKey } from '../../core/scope.ts';
import { unseal } from '../../core/sealing/seal.ts';
import type { Secrets } from '../../core/sealing/secrets.ts';
import { keyPlace } from '../../core/signing/key-input.ts';
import {
  isStack,
  type KeyAlgorithm,
  type Keyring,
  type KeyringRemoval,
  type KeyringStore,
  type SigningKey,
  STACK,
} from '../../core/signing/keys.ts';
import type { Surroundings } from '../../core/surroundings.ts';
import type { Table } from '../aws/dynamodb/calls.ts';
import { getItem, type Item, number, text } from '../aws/dynamodb/client.ts';
import { documentItem, documentOf, putDocumentIf, putNewDocument } from '../items/documents.ts';

/** The stack's stands where it stood before tenants had keys. */
const keyOf = (owner: Scope): Item => ({
  pk: text(isStack(owner) ? 'signing-keys' : `${scopeKey(owner)}#signing-keys`),
  sk: text('keyring'),
});
/** RFC 7518, section 3.3: at least 2048 bits. */
const RSA_BITS = 2048;
/** A new key is seen by dispatch after this long at the latest. */
const KEPT_MS = 5_000;
const MAX_KEYRINGS = 2_000;
/** Two of each keyring, and what a rotation leaves published. */
const MAX_OPENED = 3 * MAX_KEYRINGS;

export function createKeyringStore(table: Table): KeyringStore & KeyringRemoval {
  return {
    async read(owner = STACK) {
      const item = await getItem(table, keyOf(owner));
      const keys = documentOf<Keyring>(item) ?? [];
      return { owner, keys, version: Number(item?.version?.N ?? 0) };
    },
    replace({ owner, version }, keys) {
      const item = { ...documentItem(keyOf(owner), keys), version: number(version + 1) };
      return version === 0
        ? putNewDocument(table, item)
        : putDocumentIf(table, item, 'version = :version', { ':version': number(version) });
    },
    async removeKeyring(owner) {
      await table.call('DeleteItem', { Key: keyOf(owner) });
    },
  };
}

/** A new private key, PKCS#8 PEM. */
export async function generatePrivateKey(algorithm: KeyAlgorithm): Promise<string> {
  const { privateKey } =
    algorithm === 'RS256'
      ? await promisify(generateKeyPair)('rsa', { modulusLength: RSA_BITS })
      : await promisify(generateKeyPair)('ed25519');
  return privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
}

/** The keys of an owner; it is read anew where the needed ones are not among those that are known. */
export type SigningKeyCache = (
  owner: Scope,
  needed: ReadonlySet<KeyAlgorithm>,
) => Promise<readonly SigningKey[]>;

/** The keys as dispatch needs them: read every few seconds, each opened once. */
export function createSigningKeyCache(
  store: Pick<KeyringStore, 'read'>,
  secrets: Pick<Secrets, 'sealingKey'>,
  surroundings: Pick<Surroundings, 'now'>,
): SigningKeyCache {
  const opened = new Recent<KeyObject>({ maxEntries: MAX_OPENED });
  const known = new Recent<readonly SigningKey[]>({ maxEntries: MAX_KEYRINGS, keptMs: KEPT_MS });

  async function open(owner: Scope): Promise<readonly SigningKey[]> {
    const { keys } = await store.read(owner);
    const sealed = keys.map(({ sealedPrivateKey }) => sealedPrivateKey);
    const sealingKey = await secrets.sealingKey(sealed);
    return keys.map(({ sealedPrivateKey, publicKey, origin, createdAtMs, ...key }) => {
      const place = keyPlace(key.id, owner);
      const privateKey =
        opened.get(key.id, 0) ?? createPrivateKey(unseal(sealingKey, place, sealedPrivateKey));
      opened.set(key.id, privateKey, 0);
      return { ...key, privateKey };
    });
  }

  return async (owner, needed) => {
    const name = scopeKey(owner);
    const read = () => known.read(name, surroundings.now(), () => open(owner));
    const keys = await read();
    const algorithms = new Set(keys.map(({ algorithm }) => algorithm));
    if ([...needed].every((algorithm) => algorithms.has(algorithm))) return keys;
    // The first key of its kind is made when an endpoint is saved, perhaps just now.
    known.delete(name);
    return read();
  };
}
