// Keys of the API: the operator's, and those of tenants with their scopes.
import { createHash, timingSafeEqual } from 'node:crypto';
import * as z from 'zod';
import { instantSchema } from '../instant.ts';
import type { Environment, Scope } from '../scope.ts';

export const MIN_OPERATOR_KEY_LENGTH = 32;
/** Random bytes in a tenant's key. */
export const KEY_BYTES = 32;

export const KEY_SCOPES = [
  'events:write',
  'events:read',
  'events:redact',
  'endpoints:read',
  'endpoints:write',
  'secrets:read',
  'secrets:write',
  'deliveries:read',
  'deliveries:write',
  'keys:write',
  'portal:write',
] as const;
export type KeyScope = (typeof KEY_SCOPES)[number];

/** What only reads, and no secrets. */
export const READING_SCOPES = ['events:read', 'endpoints:read', 'deliveries:read'] as const;

/** Named sets of scopes: `manager` is what a key gets unless it asks for others. */
const KEY_PRESETS = {
  producer: ['events:write', 'events:read'],
  reader: READING_SCOPES,
  manager: KEY_SCOPES,
} as const satisfies Record<string, readonly KeyScope[]>;

export interface KeyCreator {
  /** As the session says. */
  readonly actor?: string;
  /** As the identity provider knows the person. */
  readonly subject?: string;
}

export interface ApiKey extends Scope {
  readonly id: string;
  /** The key that made it: it lives no longer than that one. None if the operator made it, or an older version did. */
  readonly parentId?: string;
  /** The person whose session of the console made it: it stays when that person is gone. */
  readonly createdBy?: KeyCreator;
  readonly name: string;
  readonly scopes: readonly KeyScope[];
  /** None in a key from before redaction had a scope: it came with `events:write`, and such a key keeps it. */
  readonly redactsByScope?: true;
  /** SHA-256 of the key, hex: the key itself is not kept. */
  readonly hash: string;
  /** The key's first characters, to tell keys apart. */
  readonly hint: string;
  readonly createdAtMs: number;
  readonly expiresAtMs?: number;
  readonly revokedAtMs?: number;
  /** To the hour: kept beside the key, and missing where it was found by its hash. */
  readonly lastUsedAtMs?: number;
}

const HOUR_MS = 3_600_000;

/** A key's use is noted by the hour, so that using it costs one write an hour at most. */
export function hourOf(nowMs: number): number {
  return nowMs - (nowMs % HOUR_MS);
}

export const keyInputSchema = z.strictObject({
  name: z.string().min(1).max(100).default('key'),
  scopes: z.array(z.enum(KEY_SCOPES)).min(1).max(KEY_SCOPES.length).optional(),
  preset: z.enum(['producer', 'manager', 'reader']).optional(),
  expiresAt: instantSchema.optional(),
});
type KeyInput = z.infer<typeof keyInputSchema>;

export function scopesOf(input: Pick<KeyInput, 'scopes' | 'preset'>): readonly KeyScope[] {
  return input.scopes ?? KEY_PRESETS[input.preset ?? 'manager'];
}

/** @param random 32 random bytes */
export function createKey(environment: Environment, random: Uint8Array): string {
  return `ph_${environment}_${Buffer.from(random).toString('base64url')}`;
}

export function hashOfKey(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

/** Compares in constant time, whatever the lengths. */
export function isSameKey(a: string, b: string): boolean {
  return timingSafeEqual(Buffer.from(hashOfKey(a)), Buffer.from(hashOfKey(b)));
}

/** What a key may do. */
export function grantedScopes({ scopes, redactsByScope }: ApiKey): readonly KeyScope[] {
  if (redactsByScope || !scopes.includes('events:write')) return scopes;
  return KEY_SCOPES.filter((scope) => scope === 'events:redact' || scopes.includes(scope));
}

/** What a key may not hand on, nor revoke in another key. */
export function scopesBeyond(key: ApiKey, scopes: readonly KeyScope[]): readonly KeyScope[] {
  const granted = grantedScopes(key);
  return scopes.filter((scope) => !granted.includes(scope));
}

/** A key, those that it made, those that they made, and so on. @param all oldest first: then two passes do */
export function familyOf(id: string, all: readonly ApiKey[]): ApiKey[] {
  const ids = new Set([id]);
  for (let known = 0; known < ids.size; ) {
    known = ids.size;
    for (const key of all) if (ids.has(key.parentId ?? '')) ids.add(key.id);
  }
  return all.filter((key) => ids.has(key.id));
}

export function isUsable(key: ApiKey, nowMs: number): boolean {
  return (
    key.revokedAtMs === undefined && (key.expiresAtMs === undefined || nowMs < key.expiresAtMs)
  );
}
