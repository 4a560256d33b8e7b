import { describe, expect, it } from 'vitest';
import { createHttpSender } from '../../../../lambdas/adapters/sender/http/sender.ts';
import { STRICT_RULES } from '../../../../lambdas/core/destinations/http/url.ts';
import { outcomeName } from '../../../../lambdas/core/retries/outcome.ts';
import { fixedSurroundings } from '../../../builders/ports.ts';

describe('a name', () => {
  // Every list holds a refused address, so that nothing is ever connected to.
  it.each<[string, string[]]>([
    ['loopback', ['127.0.0.1']],
    ['cloud metadata', ['169.254.169.254']],
    ['a mapped address', ['::ffff:10.0.0.1']],
    ['a public address first and an inner one after', ['93.184.216.34', '10.0.0.1']],
    ['an inner address first and a public one after', ['::1', '93.184.216.34']],
    ['something that is no address', ['not an address']],
  ])('that leads to %s is not connected to', async (_, addresses) => {
    const sender = createHttpSender(STRICT_RULES, fixedSurroundings(), {
      resolve: () => Promise.resolve(addresses),
    });
    const { outcome } = await sender.send({
      url: 'https://hooks.example.com/',
      method: 'POST',
      headers: [],
      body: Buffer.from('{}'),
      timeoutMs: 1_000,
    });
    expect(outcomeName(outcome)).toBe('blocked_address');
    expect(JSON.stringify(outcome)).not.toContain(String(addresses[0]));
  });
});
