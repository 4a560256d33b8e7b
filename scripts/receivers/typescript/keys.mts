import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';

/** The key set of your tenant and environment, and no other: what is signed for others then does not verify. */
const KEYS_URL = new URL(process.env.WEBHOOK_KEYS_URL ?? '');
const FRESH_MS = 300_000;

type Look<T> = (keys: ReadonlyMap<string, KeyObject>) => Promise<T | undefined>;
let keys = new Map<string, KeyObject>();
let [fetchedAt, renewedAt] = [0, 0];

/** Looks with the cached keys, and if that gives nothing, with keys fetched anew: at most every 30 seconds. */
export async function withKeys<T>(look: Look<T>): Promise<T | undefined> {
  if (Date.now() - fetchedAt > FRESH_MS) await fetchKeys();
  const found = await look(keys);
  if (found !== undefined || Date.now() - renewedAt < 30_000) return found;
  renewedAt = Date.now();
  await fetchKeys();
  return look(keys);
}

let fetching: Promise<void> | undefined;

/** Once for all that wait for it: forged requests, too, may come many at a time. */
function fetchKeys(): Promise<void> {
  fetching ??= readKeys().finally(() => {
    fetching = undefined;
  });
  return fetching;
}

async function readKeys(): Promise<void> {
  const response = await fetch(KEYS_URL, { signal: AbortSignal.timeout(5_000) });
  if (!response.ok) throw new Error(`the key set answers ${response.status}`);
  const set = (await response.json()) as { keys: (JsonWebKey & { kid: string })[] };
  keys = new Map(set.keys.map((key) => [key.kid, createPublicKey({ key, format: 'jwk' })]));
  fetchedAt = Date.now();
}
