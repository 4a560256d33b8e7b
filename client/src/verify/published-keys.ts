// Published RSA keys: pinned, as a key set, or fetched from its JWKS and kept for a while.
import { bounded } from '../bounded-response.ts';
import { ConnectionError } from '../errors.ts';
import type { VerificationKey } from './jwt.ts';
import { type KeySet, type PublicKeys, refuse } from './received.ts';

const KEPT_MS = 5 * 60_000;
/** Anybody can send what verifies with no key: that must not make us ask all the time. */
const ASKED_AGAIN_MS = 30_000;
const TIMEOUT_MS = 10_000;

const fetched = new Map<
  string,
  { readonly atMs: number; readonly keys: Promise<readonly VerificationKey[]> }
>();

/** @param isRetry whether what was kept did not verify: a key may be new */
export async function rsaKeysOf(
  source: PublicKeys,
  isRetry = false,
): Promise<readonly VerificationKey[]> {
  if (isList(source)) {
    const found = source.map(async (one) =>
      typeof one === 'string' ? [await pemKey(one)] : rsaKeysOf(one, isRetry),
    );
    return (await Promise.all(found)).flat();
  }
  if (!(source instanceof URL)) {
    if (!Array.isArray(source?.keys)) refuse('keys: must be PEMs, a key set or its URL');
    return ofSet(source.keys);
  }
  const known = fetched.get(source.href);
  // A steady clock, and never the caller's: this is about how often is asked, not about signatures.
  const nowMs = performance.now();
  if (known && nowMs - known.atMs < (isRetry ? ASKED_AGAIN_MS : KEPT_MS)) return known.keys;
  // What was known is better than nothing, for all who wait for this answer; without it the next call asks again.
  const keys: Promise<readonly VerificationKey[]> = fetchSet(source).catch((error: unknown) => {
    if (known) return known.keys;
    if (fetched.get(source.href)?.keys === keys) fetched.delete(source.href);
    throw error;
  });
  fetched.set(source.href, { atMs: nowMs, keys });
  return keys;
}

const isList = (source: PublicKeys): source is readonly (string | KeySet)[] =>
  Array.isArray(source);

async function fetchSet(url: URL): Promise<readonly VerificationKey[]> {
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const response = await fetch(url, { signal, redirect: 'error' });
    if (!response.ok) throw new Error(`it answered ${response.status}`);
    const set: unknown = await bounded(response).json();
    if (typeof set === 'object' && set !== null && 'keys' in set && Array.isArray(set.keys)) {
      return await ofSet(set.keys);
    }
    throw new Error('it is no key set');
  } catch (cause) {
    throw new ConnectionError(`the keys at ${url} could not be read: ${cause}`, { cause });
  }
}

/** A key that cannot be read does not keep the others from being used. */
async function ofSet(keys: readonly unknown[]): Promise<readonly VerificationKey[]> {
  const { importJWK } = await import('jose');
  const rsa = keys.filter((key): key is object => Object(key).kty === 'RSA');
  const read = await Promise.allSettled(rsa.map(async (key) => importJWK(key, 'RS256')));
  return read.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
}

/** @throws VerificationError */
async function pemKey(pem: string): Promise<VerificationKey> {
  try {
    const { importSPKI } = await import('jose');
    return await importSPKI(pem, 'RS256');
  } catch {
    return refuse('keys: a text is no PEM of an RSA public key');
  }
}
