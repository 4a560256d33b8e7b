// What the API takes and shows of signing keys.
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import * as z from 'zod';
import type { Scope } from '../scope.ts';
import type { SealPlace } from '../sealing/seal.ts';
import {
  DEFAULT_LEAD_SECONDS,
  isStack,
  type KeyAlgorithm,
  type Keyring,
  STACK,
  type StoredSigningKey,
  stateOf,
} from './keys.ts';

const MIN_RSA_BITS = 2048;
const MAX_RSA_BITS = 8192;
const MAX_PEM_LENGTH = 16 * 1024;
const DEFAULT_OVERLAP_SECONDS = 24 * 3600;
const MAX_OVERLAP_SECONDS = 7 * 24 * 3600;

/** Seconds for which a replaced key or secret remains valid. */
export const overlapSchema = z
  .int()
  .min(0, 'must not be negative')
  .max(MAX_OVERLAP_SECONDS, `must be at most ${MAX_OVERLAP_SECONDS} (7 days)`)
  .default(DEFAULT_OVERLAP_SECONDS);
const leadSchema = z
  .int()
  .min(0, 'must not be negative')
  .max(MAX_OVERLAP_SECONDS, `must be at most ${MAX_OVERLAP_SECONDS} (7 days)`);

/** `POST /v1/signing-keys/{id}/rotate`: the new key is published at once and signs after `leadSeconds`. */
export const rotationSchema = z.strictObject({
  overlapSeconds: overlapSchema,
  leadSeconds: leadSchema.default(DEFAULT_LEAD_SECONDS),
});

/** `POST /v1/signing-keys`: a key whose public half receivers have pinned signs at once. */
export const broughtKeySchema = z.strictObject({
  privateKey: z
    .string()
    .max(MAX_PEM_LENGTH)
    .meta({ pattern: '^[ \\t\\r\\n]*-----BEGIN PRIVATE KEY-----' })
    .transform(readPrivateKey),
  overlapSeconds: overlapSchema,
  leadSeconds: leadSchema.default(0),
});

export interface KeyMaterial {
  readonly algorithm: KeyAlgorithm;
  /** SPKI, PEM. */
  readonly publicKey: string;
  /** PKCS#8, PEM. */
  readonly privateKey: string;
}

function readPrivateKey(pem: string, context: z.RefinementCtx): KeyMaterial {
  const material = /^\s*-----BEGIN PRIVATE KEY-----/.test(pem) ? materialOf(pem) : undefined;
  if (material !== undefined && 'publicKey' in material) return material;
  const message =
    material?.fault ??
    'must be a PKCS#8 PEM ("-----BEGIN PRIVATE KEY-----"): openssl pkcs8 -topk8 -nocrypt makes one';
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
}

/** @param pem PKCS#8 */
export function materialOf(pem: string): KeyMaterial | { readonly fault: string } {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    return { fault: 'cannot be read as a private key' };
  }
  const algorithm = algorithmOf(key);
  if (algorithm === undefined) {
    return {
      fault: `must be an RSA key of ${MIN_RSA_BITS} to ${MAX_RSA_BITS} bits or an ed25519 key`,
    };
  }
  return {
    algorithm,
    publicKey: createPublicKey(key).export({ format: 'pem', type: 'spki' }).toString(),
    privateKey: key.export({ format: 'pem', type: 'pkcs8' }).toString(),
  };
}

function algorithmOf(key: KeyObject): KeyAlgorithm | undefined {
  if (key.asymmetricKeyType === 'ed25519') return 'Ed25519';
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  const isUsable = bits >= MIN_RSA_BITS && bits <= MAX_RSA_BITS;
  return key.asymmetricKeyType === 'rsa' && isUsable ? 'RS256' : undefined;
}

/** Where a private key is sealed: the stack's belong to no tenant. */
export function keyPlace(id: string, owner: Scope = STACK): SealPlace {
  const { tenant, environment } = isStack(owner) ? { tenant: '', environment: '' } : owner;
  return { tenant, environment, id, purpose: 'signing-key' };
}

export function signingKeyView(keyring: Keyring, key: StoredSigningKey, nowMs: number) {
  return {
    id: key.id,
    algorithm: key.algorithm,
    origin: key.origin,
    state: stateOf(keyring, key, nowMs),
    publicKey: key.publicKey,
    createdAt: new Date(key.createdAtMs).toISOString(),
    signsFrom: new Date(key.signsFromMs).toISOString(),
    publishedUntil:
      key.publishedUntilMs === undefined ? null : new Date(key.publishedUntilMs).toISOString(),
  };
}
