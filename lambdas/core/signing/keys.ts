// The stack's signing keys: which sign, which are published, and how one follows another. A key is
// published before it signs and stays published after it stopped, so that no receiver is surprised.
import { createPublicKey, type KeyObject } from 'node:crypto';
import { defined } from '../defined.ts';

/** RS256 for JWTs, Ed25519 for `v1a` and HTTP message signatures. */
export const KEY_ALGORITHMS = ['RS256', 'Ed25519'] as const;
export type KeyAlgorithm = (typeof KEY_ALGORITHMS)[number];

/** How long receivers may keep the published keys, in seconds. */
export const JWKS_MAX_AGE_SECONDS = 300;
/** How long a rotated key's successor is published before it signs: twice what receivers may keep. */
export const DEFAULT_LEAD_SECONDS = 2 * JWKS_MAX_AGE_SECONDS;
/** Keys that are published at the same time, all algorithms together: one item must hold them. */
export const MAX_SIGNING_KEYS = 20;

export interface StoredSigningKey {
  /** `sk_...`: the `kid` and `keyid` of what it signs. */
  readonly id: string;
  readonly algorithm: KeyAlgorithm;
  readonly origin: 'generated' | 'brought';
  /** SPKI, PEM. */
  readonly publicKey: string;
  /** PKCS#8 PEM, sealed. */
  readonly sealedPrivateKey: string;
  readonly createdAtMs: number;
  readonly signsFromMs: number;
  /** From when on it is no longer published: only of keys that have a successor. */
  readonly publishedUntilMs?: number;
}

/** All keys, oldest first. They change together, in one conditional write. */
export type Keyring = readonly StoredSigningKey[];

/** A key that is open for signing. */
export interface SigningKey {
  readonly id: string;
  readonly algorithm: KeyAlgorithm;
  readonly signsFromMs: number;
  readonly privateKey: KeyObject;
}

/** The keys that sign at one moment. */
export type SigningKeys = { readonly [A in KeyAlgorithm]?: SigningKey };

/** The newest of an algorithm's keys whose time has come. */
export function signingKeyAt<K extends Pick<SigningKey, 'algorithm' | 'signsFromMs'>>(
  keys: readonly K[],
  algorithm: KeyAlgorithm,
  nowMs: number,
): K | undefined {
  let found: K | undefined;
  for (const key of keys) {
    if (key.algorithm !== algorithm || key.signsFromMs > nowMs) continue;
    if (!found || key.signsFromMs >= found.signsFromMs) found = key;
  }
  return found;
}

export function signingKeysAt(keys: readonly SigningKey[], nowMs: number): SigningKeys {
  return defined({
    RS256: signingKeyAt(keys, 'RS256', nowMs),
    Ed25519: signingKeyAt(keys, 'Ed25519', nowMs),
  });
}

export function publishedKeys(keyring: Keyring, nowMs: number): Keyring {
  return keyring.filter(
    (key) => key.publishedUntilMs === undefined || nowMs < key.publishedUntilMs,
  );
}

/** The key that nothing followed yet. */
export function latestKey(keyring: Keyring, algorithm: KeyAlgorithm): StoredSigningKey | undefined {
  return keyring.findLast(
    (key) => key.algorithm === algorithm && key.publishedUntilMs === undefined,
  );
}

/**
 * Puts a key behind the latest of its algorithm, which stays published for the overlap after the new
 * one begins to sign. Keys whose time is over are dropped.
 */
export function withSuccessor(
  keyring: Keyring,
  successor: StoredSigningKey,
  overlapSeconds: number,
  nowMs: number,
): Keyring {
  const latest = latestKey(keyring, successor.algorithm);
  const publishedUntilMs = successor.signsFromMs + overlapSeconds * 1000;
  const kept = publishedKeys(keyring, nowMs).map((key) =>
    key.id === latest?.id ? { ...key, publishedUntilMs } : key,
  );
  return [...kept, successor];
}

type KeyState = 'next' | 'signing' | 'retiring';

export function stateOf(keyring: Keyring, key: StoredSigningKey, nowMs: number): KeyState {
  if (key.signsFromMs > nowMs) return 'next';
  return signingKeyAt(keyring, key.algorithm, nowMs)?.id === key.id ? 'signing' : 'retiring';
}

/** RFC 7517: the public key with its id and what it is for. */
export function jwkOf(key: Pick<StoredSigningKey, 'id' | 'algorithm' | 'publicKey'>) {
  const jwk = createPublicKey(key.publicKey).export({ format: 'jwk' });
  const alg = key.algorithm === 'RS256' ? 'RS256' : 'EdDSA';
  return { ...jwk, kid: key.id, alg, use: 'sig' };
}

/** The stack's signing keys, with what tells whether they were changed since they were read. */
export interface StoredKeyring {
  readonly keys: Keyring;
  readonly version: number;
}

export interface KeyringStore {
  /** Consistent. */
  read(): Promise<StoredKeyring>;
  /** False if others changed them since `before` was read. */
  replace(before: StoredKeyring, keys: Keyring): Promise<boolean>;
}
