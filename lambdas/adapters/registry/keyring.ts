// The stack's signing keys in the registry: one item that holds them all, changed only if it is still as it was
// read, so that of two functions that race one wins.
import { createPrivateKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { Recent } from '../../core/recent.ts';
import { unseal } from '../../core/sealing/seal.ts';
import type { Secrets } from '../../core/sealing/secrets.ts';
import { keyPlace } from '../../core/signing/key-input.ts';
import type { KeyAlgorithm, Keyring, KeyringStore, SigningKey } from '../../core/signing/keys.ts';
import type { Surroundings } from '../../core/surroundings.ts';
import type { Table } from '../aws/dynamodb/calls.ts';
import { getItem, number, text } from '../aws/dynamodb/client.ts';
import { documentItem, documentOf, putDocumentIf, putNewDocument } from '../items/documents.ts';

const KEY = { pk: text('signing-keys'), sk: text('keyring') };
/** RFC 7518, section 3.3: at least 2048 bits. */
const RSA_BITS = 2048;
/** A new key is seen by dispatch after this long at the latest. */
const KEPT_MS = 5_000;
/** More than a rotation leaves published. */
const MAX_OPENED = 100;

export function createKeyringStore(table: Table): KeyringStore {
  return {
    async read() {
      const item = await getItem(table, KEY);
      return { keys: documentOf<Keyring>(item) ?? [], version: Number(item?.version?.N ?? 0) };
    },
    replace({ version }, keys) {
      const item = { ...documentItem(KEY, keys), version: number(version + 1) };
      return version === 0
        ? putNewDocument(table, item)
        : putDocumentIf(table, item, 'version = :version', { ':version': number(version) });
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

/** The keys as dispatch needs them: read every few seconds, each opened once. */
export function createSigningKeyCache(
  store: Pick<KeyringStore, 'read'>,
  secrets: Pick<Secrets, 'sealingKey'>,
  surroundings: Pick<Surroundings, 'now'>,
): (needed: ReadonlySet<KeyAlgorithm>) => Promise<readonly SigningKey[]> {
  const opened = new Recent<KeyObject>({ maxEntries: MAX_OPENED });
  const known = new Recent<readonly SigningKey[]>({ maxEntries: 1, keptMs: KEPT_MS });

  async function open(): Promise<readonly SigningKey[]> {
    const { keys } = await store.read();
    const sealed = keys.map(({ sealedPrivateKey }) => sealedPrivateKey);
    const sealingKey = await secrets.sealingKey(sealed);
    return keys.map(({ sealedPrivateKey, publicKey, origin, createdAtMs, ...key }) => {
      const place = keyPlace(key.id);
      const privateKey =
        opened.get(key.id, 0) ?? createPrivateKey(unseal(sealingKey, place, sealedPrivateKey));
      opened.set(key.id, privateKey, 0);
      return { ...key, privateKey };
    });
  }

  const read = () => known.read('keyring', surroundings.now(), open);

  return async (needed) => {
    const keys = await read();
    const algorithms = new Set(keys.map(({ algorithm }) => algorithm));
    if ([...needed].every((algorithm) => algorithms.has(algorithm))) return keys;
    // The first key of its kind is made when an endpoint is saved, perhaps just now.
    known.delete('keyring');
    return read();
  };
}
