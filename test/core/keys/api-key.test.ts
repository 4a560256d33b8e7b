import { describe, expect, it } from 'vitest';
import {
  type ApiKey,
  createKey,
  hashOfKey,
  isSameKey,
  isUsable,
  keyInputSchema,
  scopesOf,
} from '../../../lambdas/core/keys/api-key.ts';

const KEY: ApiKey = {
  id: 'key_1',
  tenant: 'acme',
  environment: 'live',
  name: 'key',
  scopes: ['events:write'],
  hash: '',
  hint: '',
  createdAtMs: 0,
};

describe('a tenant’s key', () => {
  it('names its environment and holds 256 random bits', () => {
    expect(createKey('live', Buffer.alloc(32, 0xff))).toBe(`ph_live_${'_'.repeat(42)}8`);
    expect(createKey('test', Buffer.alloc(32, 0))).toBe(`ph_test_${'A'.repeat(43)}`);
  });

  it('is kept as its SHA-256', () => {
    expect(hashOfKey('abc')).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
  });

  it('is usable until it expires, and that moment is not', () => {
    expect(isUsable(KEY, 5)).toBe(true);
    expect(isUsable({ ...KEY, expiresAtMs: 10 }, 9)).toBe(true);
    expect(isUsable({ ...KEY, expiresAtMs: 10 }, 10)).toBe(false);
  });

  it('is not usable once it is revoked', () => {
    expect(isUsable({ ...KEY, revokedAtMs: 10 }, 5)).toBe(false);
  });
});

it('keys are the same only if every character is', () => {
  expect(isSameKey('a'.repeat(32), 'a'.repeat(32))).toBe(true);
  for (const other of ['a'.repeat(31), 'a'.repeat(33), `${'a'.repeat(31)}b`, '']) {
    expect(isSameKey('a'.repeat(32), other)).toBe(false);
  }
});

describe('the scopes of a new key', () => {
  it('are all of them unless it asks for others', () => {
    expect(scopesOf({})).toHaveLength(11);
  });

  it('are those of a preset', () => {
    expect(scopesOf({ preset: 'producer' })).toEqual(['events:write', 'events:read']);
    expect(scopesOf({ preset: 'reader' })).not.toContain('secrets:read');
  });

  it('are those that are listed', () => {
    expect(scopesOf({ scopes: ['events:read'], preset: 'manager' })).toEqual(['events:read']);
  });

  it.each([
    { scopes: [] },
    { scopes: ['events:delete'] },
    { preset: 'god' },
    { name: '' },
    { name: 'x'.repeat(101) },
    { expiresAt: 'tomorrow' },
    { expiresAt: '2026-01-31' },
    { unknown: 1 },
  ])('cannot be asked for with %j', (input) => {
    expect(keyInputSchema.safeParse(input).success).toBe(false);
  });
});
