// The search that all logs go through must find what is there: otherwise finding nothing means nothing.
import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findLeaks } from './leaks.ts';

const secret = fc
  .uint8Array({ minLength: 12, maxLength: 48 })
  .map((bytes) => `S"é+${Buffer.from(bytes).toString('base64')}`);
const SPELLINGS: [string, (text: string) => string][] = [
  ['plain', (text) => text],
  ['JSON', (text) => JSON.stringify({ text })],
  ['JSON in JSON', (text) => JSON.stringify({ inner: Buffer.from(text).toString('base64') })],
  ['base64', (text) => Buffer.from(text).toString('base64')],
  ['base64url', (text) => Buffer.from(text).toString('base64url')],
  ['hex', (text) => Buffer.from(text).toString('hex')],
  ['URL-encoded', (text) => encodeURIComponent(text)],
];

describe('the search for secrets', () => {
  it.each(SPELLINGS)('finds one as %s, whatever stands around it', (_, spell) => {
    fc.assert(
      fc.property(secret, fc.string({ maxLength: 7 }), fc.string({ maxLength: 7 }), (one, a, b) => {
        const others = Array.from({ length: 20 }, () => randomBytes(20).toString('base64'));
        const found = findLeaks(`x${spell(a + one + b)}y`, [...others, one]);
        expect(found.map((leak) => leak.secret)).toContain(one);
      }),
    );
  });

  it('finds nothing where nothing is', () => {
    const text = randomBytes(200_000).toString('base64');
    const secrets = Array.from({ length: 500 }, () => randomBytes(24).toString('base64'));
    expect(findLeaks(text, secrets)).toEqual([]);
  });
});
