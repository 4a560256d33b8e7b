// Signing keys: whose sign for an endpoint, which of these sign and are published, and how one follows another. A
// key is published before it signs and stays published after it stopped, so that no receiver is surprised.
import { createPublicKey, type KeyObject } from 'node:crypto';
import { OPERATOR_SCOPE, OPERATOR_TENANT, type Scope, scopeKey } from '../scope.ts';

/** RS256 for JWTs, Ed25519 for `v1a` and HTTP message signatures. */
export const KEY_ALGORITHMS = ['RS256', 'Ed25519'] as const;
export type KeyAlgorithm = (typeof KEY_ALGORITHMS)[number];

/** How long receivers may keep the published keys, in seconds. */
export const JWKS_MAX_AGE_SECONDS = 300;
/** How long a rotated key's successor is published before it signs: twice what receivers may keep. */
export const DEFAULT_LEAD_SECONDS = 2 * JWKS_MAX_AGE_SECONDS;
/** Dispatch may know the keys, and sign with them, as they were so long ago. */
const DISPATCH_KEEPS_MS = 15_000;
/**
 * A key that signed stays published at least so long, whatever was asked for: what dispatch keeps, the 30 s that a
 * request may take, and as much again for clocks that differ.
 */
export const MIN_OVERLAP_SECONDS = 90;
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

/** All keys of one owner, in the order in which they sign. They change together, in one conditional write. */
export type Keyring = readonly StoredSigningKey[];

type KeyTimes = Pick<StoredSigningKey, 'id' | 'algorithm' | 'signsFromMs' | 'publishedUntilMs'>;

/** A key that is open for signing. */
export interface SigningKey extends KeyTimes {
  readonly privateKey: KeyObject;
}

/** One key for each algorithm. */
export type SigningKeys<K = SigningKey> = { readonly [A in KeyAlgorithm]?: K };

export function publishedKeys<K extends KeyTimes>(keys: readonly K[], nowMs: number): K[] {
  return keys.filter(
    ({ publishedUntilMs }) => publishedUntilMs === undefined || nowMs < publishedUntilMs,
  );
}

/** Of the published keys of each algorithm, the last whose time has come. */
export function signingKeysAt<K extends KeyTimes>(
  keys: readonly K[],
  nowMs: number,
): SigningKeys<K> {
  const signing: { [A in KeyAlgorithm]?: K } = {};
  for (const key of publishedKeys(keys, nowMs)) {
    if (key.signsFromMs <= nowMs) signing[key.algorithm] = key;
  }
  return signing;
}

export function signingKeyAt<K extends KeyTimes>(
  keys: readonly K[],
  algorithm: KeyAlgorithm,
  nowMs: number,
): K | undefined {
  return signingKeysAt(keys, nowMs)[algorithm];
}

/** The key that nothing followed yet. */
export function latestKey(keyring: Keyring, algorithm: KeyAlgorithm): StoredSigningKey | undefined {
  return keyring.findLast(
    (key) => key.algorithm === algorithm && key.publishedUntilMs === undefined,
  );
}

/**
 * Puts a key behind the others of its algorithm. Those that would begin to sign after it never do, and are
 * removed; the one before it stays published for the overlap after the new one begins to sign. Keys that are no
 * longer published are dropped.
 */
export function withSuccessor(
  keyring: Keyring,
  made: StoredSigningKey,
  overlapSeconds: number,
  nowMs: number,
): Keyring {
  const others = publishedKeys(keyring, nowMs);
  const ofItsKind = others.filter(({ algorithm }) => algorithm === made.algorithm);
  // A key whose time comes while dispatch still has it may sign: its successor begins no earlier.
  const sure = ofItsKind.filter(({ signsFromMs }) => signsFromMs < nowMs + DISPATCH_KEEPS_MS);
  const signsFromMs = Math.max(made.signsFromMs, ...sure.map((key) => key.signsFromMs));
  const isOvertaken = (key: StoredSigningKey): boolean =>
    ofItsKind.includes(key) && !sure.includes(key) && key.signsFromMs >= signsFromMs;
  const kept = others.filter((key) => !isOvertaken(key));
  const before = kept.findLast(({ algorithm }) => algorithm === made.algorithm);
  const publishedUntilMs = signsFromMs + Math.max(overlapSeconds, MIN_OVERLAP_SECONDS) * 1000;
  return [
    ...kept.map((key) => (key === before ? { ...key, publishedUntilMs } : key)),
    { ...made, signsFromMs },
  ];
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

/** Whose keys sign for an endpoint: its tenant's in its environment, or the stack's. */
export const SIGNING_KEY_OWNERS = ['tenant', 'stack'] as const;
export type SigningKeyOwner = (typeof SIGNING_KEY_OWNERS)[number];

/** The stack's keys are those of the operator's tenant: of `test`, only what was imported for it. */
export const STACK = OPERATOR_SCOPE;
export const isStack = (scope: Scope): boolean => scopeKey(scope) === scopeKey(STACK);

/**
 * The owners of the keys that sign. What a tenant can cause is signed for this tenant; the stack's keys sign only
 * what the operator's key posted. An endpoint from before tenants had keys keeps the stack's for everything, until its
 * owner moves it: its receiver knows no other.
 */
export function signersOf({
  tenant,
  environment,
  signingKey,
}: Scope & { readonly signingKey?: SigningKeyOwner }): {
  readonly signer: Scope;
  readonly operatorsSigner?: Scope;
} {
  if (signingKey === undefined) return { signer: STACK };
  const signer = { tenant, environment };
  const operatorsSigner = { tenant: OPERATOR_TENANT, environment };
  return signingKey === 'stack' ? { signer, operatorsSigner } : { signer };
}

/** The keys of one owner, with what tells whether they were changed since they were read. */
export interface StoredKeyring {
  readonly owner: Scope;
  readonly keys: Keyring;
  readonly version: number;
}

export interface KeyringStore {
  /** Consistent. @param owner the stack, unless said */
  read(owner?: Scope): Promise<StoredKeyring>;
  /** False if others changed them since `before` was read. */
  replace(before: StoredKeyring, keys: Keyring): Promise<boolean>;
}

export interface KeyringRemoval {
  removeKeyring(owner: Scope): Promise<void>;
}
