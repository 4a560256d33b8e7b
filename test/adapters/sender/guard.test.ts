import type { LookupAddress } from 'node:dns';
import { describe, expect, it, vi } from 'vitest';
import { createSender } from '../../../lambdas/adapters/sender/sender.ts';
import { STRICT_RULES } from '../../../lambdas/core/destinations/url.ts';
import { outcomeName } from '../../../lambdas/core/retries/outcome.ts';
import { fixedSurroundings } from '../../builders/ports.ts';

let addresses: LookupAddress[] = [];

type Callback = (error: Error | null, addresses: LookupAddress[]) => void;
vi.mock('node:dns', async (original) => ({
  ...(await original<typeof import('node:dns')>()),
  lookup: (_name: string, _options: object, callback: Callback) => callback(null, addresses),
}));

const v4 = (address: string): LookupAddress => ({ address, family: 4 });
const v6 = (address: string): LookupAddress => ({ address, family: 6 });

describe('a name', () => {
  // Every list holds a refused address, so that nothing is ever connected to.
  it.each<[string, LookupAddress[]]>([
    ['loopback', [v4('127.0.0.1')]],
    ['cloud metadata', [v4('169.254.169.254')]],
    ['a mapped address', [v6('::ffff:10.0.0.1')]],
    ['a public address first and an inner one after', [v4('93.184.216.34'), v4('10.0.0.1')]],
    ['an inner address first and a public one after', [v6('::1'), v4('93.184.216.34')]],
    ['something that is no address', [v4('not an address')]],
  ])('that leads to %s is not connected to', async (_, list) => {
    addresses = list;
    const { outcome } = await createSender(STRICT_RULES, fixedSurroundings()).send({
      url: 'https://hooks.example.com/',
      method: 'POST',
      headers: [],
      body: Buffer.from('{}'),
      timeoutMs: 1_000,
    });
    expect(outcomeName(outcome)).toBe('blocked_address');
    expect(JSON.stringify(outcome)).not.toContain(String(list[0]?.address));
  });
});
