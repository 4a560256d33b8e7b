import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  createLink,
  readLink,
  recipientOf,
} from '../../../../lambdas/core/destinations/email/links.ts';
import type { Recipient } from '../../../../lambdas/core/destinations/email/recipients.ts';
import { createId } from '../../../../lambdas/core/identifiers.ts';

const NOW_MS = 1_767_225_600_000;
const id = createId('ep', NOW_MS, Buffer.alloc(10, 1));
const place = { tenant: 'acme', environment: 'live', id } as const;
const zoe: Recipient = { address: 'zoe@example.com', state: 'pending' };
const kim: Recipient = { address: 'kim@example.com', state: 'confirmed', sinceMs: 1 };
const SECRET = 'the-secret-of-the-endpoint';

function whose(
  text: string,
  secret = SECRET,
  nowMs = NOW_MS,
  all: readonly Recipient[] = [zoe, kim],
) {
  const link = readLink(text);
  return link && recipientOf(link, secret, all, nowMs);
}
const confirming = createLink('confirm', place, SECRET, zoe.address, NOW_MS + 1_000);
const leaving = createLink('unsubscribe', place, SECRET, kim.address);

describe('a link', () => {
  it('is an HMAC of all that it says, and of its address, which it does not say', () => {
    const until = NOW_MS / 1000 + 1;
    const said = ['mail-link', 'confirm', 'live', 'acme', id, until, 'zoe@example.com'].join('\n');
    const mac = createHmac('sha256', SECRET).update(said).digest('base64url');
    expect(confirming).toBe(`confirm.live.acme.${id}.${until}.${mac}`);
    expect(confirming).not.toContain('zoe');
  });

  it('is its own recipient’s', () => {
    expect(whose(confirming)).toBe(zoe);
    expect(whose(leaving)).toBe(kim);
    expect(whose(leaving, SECRET, NOW_MS, [zoe])).toBeUndefined();
  });

  it('ends in its time, and unsubscribing never does', () => {
    expect(whose(confirming, SECRET, NOW_MS + 999)).toBe(zoe);
    expect(whose(confirming, SECRET, NOW_MS + 1_000)).toBeUndefined();
    expect(whose(leaving, SECRET, NOW_MS + 10 ** 12)).toBe(kim);
    // One that confirms without end was never made.
    expect(whose(createLink('confirm', place, SECRET, zoe.address))).toBeUndefined();
  });

  it('is nobody’s with anything else in its place', () => {
    const parts = confirming.split('.');
    const others = [
      'unsubscribe',
      'test',
      'other',
      createId('ep', NOW_MS, Buffer.alloc(10, 2)),
      String(NOW_MS),
      'A'.repeat(43),
    ];
    for (const [index, other] of others.entries()) {
      const forged = parts.with(index, other).join('.');
      expect(whose(forged), forged).toBeUndefined();
    }
    expect(whose(confirming, 'another-secret')).toBeUndefined();
  });

  it.each([
    '',
    'x',
    'confirm',
    `${confirming}.x`,
    confirming.slice(0, -1),
    confirming.replace('confirm', 'pending'),
    confirming.replace('live', '__proto__'),
    confirming.replace('acme', 'ac#me'),
    confirming.replace(/\.\d+\./, '.-1.'),
    confirming.replace(/\.\d+\./, '.1e3.'),
  ])('is not read from %j', (text) => expect(readLink(text)).toBeUndefined());
});
