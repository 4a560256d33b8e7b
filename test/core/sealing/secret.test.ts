import { createDecipheriv } from 'node:crypto';
import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { describe, expect, it } from 'vitest';
import {
  ConfigurationError,
  SealBrokenError,
  UnknownSealingKeyError,
} from '../../../lambdas/core/errors.ts';
import {
  type SealPlace,
  seal,
  sealBytes,
  sealingKeyFrom,
  unseal,
  unsealBytes,
} from '../../../lambdas/core/sealing/seal.ts';
import { sealingKeysFrom } from '../../../lambdas/core/sealing/secret.ts';

const PLACE: SealPlace = { tenant: 'acme', environment: 'live', id: 'ep_1', purpose: 'secret' };
const NONCE = Buffer.alloc(12, 7);
const ONE = 'first-'.repeat(8);
const TWO = 'second-'.repeat(8);
const both = (current: number) =>
  sealingKeysFrom(JSON.stringify({ current, keys: { 1: ONE, 2: TWO } }));

describe('the sealing secret', () => {
  it('may be one string alone, which is version 1', () => {
    const alone = sealingKeysFrom(ONE);
    const sealed = seal(alone, PLACE, 'whsec_abc', NONCE);
    expect(sealed).toMatch(/^v1\./);
    expect(unseal(both(2), PLACE, sealed)).toBe('whsec_abc');
  });

  it('seals under its current version, and opens what any of them sealed', () => {
    const sealed = seal(both(2), PLACE, 'whsec_abc', NONCE);
    expect(sealed).toMatch(/^v2\./);
    expect(unseal(both(1), PLACE, sealed)).toBe('whsec_abc');
    const bytes = sealBytes(both(2), PLACE, Buffer.from('abc'), NONCE);
    expect(unsealBytes(both(1), PLACE, bytes).toString()).toBe('abc');
  });

  it('may say from which version on each place has a key of its own', () => {
    const keys = { 1: ONE, 2: TWO };
    const perPlace = sealingKeysFrom(JSON.stringify({ current: 2, perPlaceFrom: 2, keys }));
    expect(unseal(perPlace, PLACE, seal(both(1), PLACE, 'whsec_abc', NONCE))).toBe('whsec_abc');
    const bytes = sealBytes(perPlace, PLACE, Buffer.from('abc'), NONCE);
    expect(unsealBytes(perPlace, PLACE, bytes).toString()).toBe('abc');
    expect(() => unsealBytes(both(2), PLACE, bytes)).toThrow(SealBrokenError);

    const { tenant, environment, id, purpose } = PLACE;
    const place = JSON.stringify(['v2', tenant, environment, id, purpose]);
    const info = sha256(Buffer.from(place));
    const key = hkdf(sha256, sealingKeyFrom(TWO), undefined, info, 32);
    const decipher = createDecipheriv('aes-256-gcm', key, NONCE).setAAD(Buffer.from(place));
    expect(decipher.update(bytes.subarray(16, -16)).toString()).toBe('abc');
    decipher.setAuthTag(bytes.subarray(-16)).final();
  });

  it('that lacks a version says so', () => {
    const sealed = seal(both(2), PLACE, 'whsec_abc', NONCE);
    expect(() => unseal(sealingKeysFrom(ONE), PLACE, sealed)).toThrow(UnknownSealingKeyError);
    const bytes = sealBytes(both(2), PLACE, Buffer.from('abc'), NONCE);
    expect(() => unsealBytes(sealingKeysFrom(ONE), PLACE, bytes)).toThrow(UnknownSealingKeyError);
  });

  it('does not open a value that says another version than its own', () => {
    const same = sealingKeysFrom(JSON.stringify({ current: 1, keys: { 1: ONE, 2: ONE } }));
    const sealed = seal(same, PLACE, 'whsec_abc', NONCE);
    expect(() => unseal(same, PLACE, sealed.replace('v1.', 'v2.'))).toThrow('does not open');
  });

  it.each([
    'too short',
    '{',
    '{}',
    JSON.stringify({ current: 3, keys: { 1: ONE } }),
    JSON.stringify({ current: 1, keys: { 1: 'short-secret' } }),
    JSON.stringify({ current: 1, keys: { one: ONE, 1: ONE } }),
    `{"current":1,"keys":{"1":"${ONE}"}`,
  ])('is refused without being told: %s', (secret) => {
    try {
      sealingKeysFrom(secret);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigurationError);
      const told = `${error} ${Object(error).stack} ${Object(error).cause}`;
      expect(told).not.toMatch(/first-first|short-secret/);
    }
  });
});
