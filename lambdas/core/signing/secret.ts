// An endpoint's secret: its forms, its strength, and how it is shown.
import { createSecretKey } from 'node:crypto';
import * as z from 'zod';
import { memoized } from '../recent.ts';
import { asymmetricFault, isAsymmetric } from './asymmetric-secret.ts';
import { bytesOfBase64 } from './base64.ts';

/** Random bytes in a secret of ours. */
export const SECRET_BYTES = 32;
const STANDARD_PREFIX = 'whsec_';
const MIN_KEY_BYTES = 18;
const MAX_KEY_BYTES = 192;

/**
 * A secret that the customer gives: 24 to 256 printable ASCII characters, used as the UTF-8 bytes given, except
 * the `whsec_` form, whose rest is base64 of the key (Standard Webhooks: 24 to 64 bytes are advised),
 * and the `whsk_` form, an ed25519 key of the endpoint. Base64 is taken only as every library reads it.
 */
export const givenSecretSchema = z
  .string()
  .min(24, 'must have at least 24 characters')
  .max(256, 'must have at most 256 characters')
  .regex(/^[\x21-\x7e]*$/, 'must be printable ASCII without spaces')
  .refine((secret) => new Set(secret).size >= 8, 'is too uniform: use random characters')
  .superRefine((secret, context) => {
    const message = spellingFault(secret);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  });

function spellingFault(secret: string): string | undefined {
  if (isAsymmetric(secret)) return asymmetricFault(secret);
  if (!isStandardSecret(secret)) {
    if (/whpk_/i.test(secret)) return 'is a public key: give the whsk_ key that it belongs to';
    return /wh(sec|sk)_/i.test(secret)
      ? 'must begin with whsec_ or whsk_, in lower case and with nothing before it'
      : undefined;
  }
  const encoded = secret.slice(STANDARD_PREFIX.length);
  const bytes = bytesOfBase64(encoded);
  if (typeof bytes === 'string') return `must be whsec_ and base64 that ${bytes}`;
  return bytes.length < MIN_KEY_BYTES || bytes.length > MAX_KEY_BYTES
    ? `must be whsec_ and the base64 of ${MIN_KEY_BYTES} to ${MAX_KEY_BYTES} bytes`
    : undefined;
}

/** Whether it is of the form `whsec_`. */
export function isStandardSecret(secret: string): boolean {
  return secret.startsWith(STANDARD_PREFIX);
}

/** @param random 32 random bytes */
export function standardSecret(random: Uint8Array): string {
  return STANDARD_PREFIX + Buffer.from(random).toString('base64');
}

/** 43 characters of base64url. @param random 32 random bytes */
export function randomSecret(random: Uint8Array): string {
  return Buffer.from(random).toString('base64url');
}

/** 64 hex digits. @param random 32 random bytes */
export function hexSecret(random: Uint8Array): string {
  return Buffer.from(random).toString('hex');
}

/** The bytes that sign: the decoded rest of a `whsec_` secret, otherwise its UTF-8 bytes. */
export function keyBytesOf(secret: string): Buffer {
  return isStandardSecret(secret)
    ? Buffer.from(secret.slice(STANDARD_PREFIX.length), 'base64')
    : Buffer.from(secret, 'utf8');
}

const MAX_PREPARED = 1_000;

/** The same as a key object, made once: Node.js takes as long for it as for the HMAC of a small body. */
export const hmacKeyOf = memoized(MAX_PREPARED, (secret) => createSecretKey(keyBytesOf(secret)));

const MASK = '*'.repeat(28);

/** 28 asterisks and the last four characters, whatever the length. */
export function maskSecret(secret: string): string {
  return `${MASK}${secret.slice(-4)}`;
}

export function isMasked(value: unknown): boolean {
  return typeof value === 'string' && value.startsWith(MASK) && value.length <= MASK.length + 4;
}
