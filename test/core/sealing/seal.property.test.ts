import { createDecipheriv } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SealBrokenError } from '../../../lambdas/core/errors.ts';
import {
  type SealPlace,
  seal,
  sealingKeyFrom,
  soleKey,
  unseal,
} from '../../../lambdas/core/sealing/seal.ts';
import { text } from '../../builders/events.ts';

const RAW_KEY = sealingKeyFrom('x'.repeat(64));
const KEY = soleKey(RAW_KEY);
const PLACE: SealPlace = { tenant: 'acme', environment: 'live', id: 'ep_1', purpose: 'secret' };
const nonce = fc.uint8Array({ minLength: 12, maxLength: 12 });

describe('a sealed value', () => {
  it('opens under its key at its place', () => {
    fc.assert(
      fc.property(text(300), nonce, (plain, bytes) => {
        expect(unseal(KEY, PLACE, seal(KEY, PLACE, plain, bytes))).toBe(plain);
      }),
    );
  });

  it('does not open once any bit of it is flipped', () => {
    fc.assert(
      fc.property(text(40), nonce, fc.nat(), (plain, bytes, place) => {
        const sealed = seal(KEY, PLACE, plain, bytes);
        const content = Buffer.from(sealed.slice(3), 'base64url');
        const bit = place % (content.length * 8);
        content[bit >> 3] = (content[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        const flipped = `v1.${content.toString('base64url')}`;
        expect(() => unseal(KEY, PLACE, flipped)).toThrow(SealBrokenError);
      }),
      { numRuns: 300 },
    );
  });

  it('does not open once it is cut off or lengthened', () => {
    fc.assert(
      fc.property(text(40), nonce, fc.integer({ min: 1, max: 80 }), (plain, bytes, count) => {
        const sealed = seal(KEY, PLACE, plain, bytes);
        const content = Buffer.from(sealed.slice(3), 'base64url');
        const shorter = content.subarray(0, Math.max(0, content.length - count));
        const longer = Buffer.concat([content, Buffer.alloc(count)]);
        for (const changed of [shorter, longer]) {
          expect(() => unseal(KEY, PLACE, `v1.${changed.toString('base64url')}`)).toThrow(
            SealBrokenError,
          );
        }
      }),
    );
  });

  it.each<[string, Partial<SealPlace>]>([
    ['tenant', { tenant: 'acme2' }],
    ['environment', { environment: 'test' }],
    ['endpoint', { id: 'ep_2' }],
    ['purpose', { purpose: 'token' }],
  ])('does not open when it is moved to another %s', (_, change) => {
    const sealed = seal(KEY, PLACE, 'whsec_abc', Buffer.alloc(12, 7));
    expect(() => unseal(KEY, { ...PLACE, ...change }, sealed)).toThrow(SealBrokenError);
  });

  it('does not open at a place whose parts only run together the same', () => {
    const sealed = seal(KEY, { ...PLACE, tenant: 'a","b', id: 'c' }, 's', Buffer.alloc(12, 7));
    const other = { ...PLACE, tenant: 'a', id: 'b","c' };
    expect(() => unseal(KEY, other, sealed)).toThrow(SealBrokenError);
  });

  it('does not open under another key', () => {
    const sealed = seal(KEY, PLACE, 'whsec_abc', Buffer.alloc(12, 7));
    const other = soleKey(sealingKeyFrom(`${'x'.repeat(63)}y`));
    expect(() => unseal(other, PLACE, sealed)).toThrow(SealBrokenError);
  });

  it.each(['', 'v1', 'v1.', 'v1.AAAA', 'v2.AAAA', 'whsec_plain'])('is never %j', (sealed) => {
    expect(() => unseal(KEY, PLACE, sealed)).toThrow(SealBrokenError);
  });

  it('is AES-256-GCM with the nonce before and the tag after', () => {
    const sealed = seal(KEY, PLACE, 'whsec_abc', Buffer.alloc(12, 7));
    const bytes = Buffer.from(sealed.slice(3), 'base64url');
    const decipher = createDecipheriv('aes-256-gcm', RAW_KEY, Buffer.alloc(12, 7));
    decipher.setAAD(Buffer.from('["v1","acme","live","ep_1","secret"]'));
    decipher.setAuthTag(bytes.subarray(-16));
    const plain = Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]);
    expect(plain.toString()).toBe('whsec_abc');
    expect(sealed).not.toContain('whsec');
  });
});
