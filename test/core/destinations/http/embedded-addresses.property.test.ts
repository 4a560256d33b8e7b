// For any IPv4 address, the IPv6 forms that lead to it get its own verdict or a refusal.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_LISTS } from '../../../../lambdas/core/destinations/http/lists.ts';
import {
  type DestinationRules,
  judgeAddress,
  judgeUrl,
  STRICT_RULES,
} from '../../../../lambdas/core/destinations/http/url.ts';
import { LAX } from '../../../adapters/sender/http/sending.ts';

type Octets = readonly [number, number, number, number];
const octet = fc.integer({ min: 0, max: 255 });
const anyIpv4 = fc.tuple(octet, octet, octet, octet);
const group = fc.integer({ min: 0, max: 0xffff });
const hex = (high: number, low: number) => (high * 256 + low).toString(16);
const pair = ([a, b, c, d]: Octets) => `${hex(a, b)}:${hex(c, d)}`;
const inverted = ([a, b, c, d]: Octets): Octets => [a ^ 255, b ^ 255, c ^ 255, d ^ 255];

const FORMS: Readonly<Record<string, (octets: Octets, any: number) => string>> = {
  mapped: (octets) => `::ffff:${octets.join('.')}`,
  'mapped in hexadecimal': (octets) => `0:0:0:0:0:ffff:${pair(octets)}`,
  compatible: (octets) => `::${octets.join('.')}`,
  SIIT: (octets) => `::ffff:0:${pair(octets)}`,
  NAT64: (octets) => `64:ff9b::${octets.join('.')}`,
  'NAT64 for local use': (octets, any) => `64:ff9b:1:${any.toString(16)}:0:0:${pair(octets)}`,
  'NAT64 for local use, after 48 bits': ([a, b, c, d]) =>
    `64:ff9b:1:${hex(a, b)}:${hex(0, c)}:${hex(d, 0)}:0:0`,
  '6to4': (octets, any) => `2002:${pair(octets)}:${any.toString(16)}::1`,
  'Teredo, client': (octets, any) =>
    `2001:0:4136:e378:8000:${any.toString(16)}:${pair(inverted(octets))}`,
  'Teredo, server': (octets, any) => `2001:0:${pair(octets)}:8000:${any.toString(16)}:f7f7:f7f7`,
  ISATAP: (octets, any) => `2a00:1450:${any.toString(16)}:0:0:5efe:${pair(octets)}`,
  'ISATAP, global': (octets, any) => `2a00:1450:${any.toString(16)}:0:200:5efe:${pair(octets)}`,
};

describe.each(Object.entries(FORMS))('for any IPv4 address, its form as %s', (_, form) => {
  it("gets the address's own verdict or a refusal", () => {
    fc.assert(
      fc.property(anyIpv4, group, (octets, any) => {
        const own = judgeAddress(octets.join('.'), STRICT_RULES);
        const embedded = judgeAddress(form(octets, any), STRICT_RULES);
        const saved = judgeUrl(`https://[${form(octets, any)}]/`, STRICT_RULES).kind;
        for (const verdict of [embedded, saved]) expect([own, 'refused']).toContain(verdict);
      }),
      { numRuns: 500 },
    );
  });

  it('is closed by a list that closes the address, even where all else is allowed', () => {
    fc.assert(
      fc.property(anyIpv4, group, (octets, any) => {
        const denyCidrs = [`${octets.join('.')}/32`];
        const rules: DestinationRules = { ...LAX, lists: { ...NO_LISTS, denyCidrs } };
        expect(judgeAddress(form(octets, any), rules)).toBe('refused');
      }),
      { numRuns: 200 },
    );
  });
});

describe('for any IPv4 address', () => {
  it('every spelling in a URL gets its own verdict or a refusal', () => {
    fc.assert(
      fc.property(anyIpv4, (octets) => {
        const [a, b, c, d] = octets;
        const number = ((a * 256 + b) * 256 + c) * 256 + d;
        const own = judgeAddress(octets.join('.'), STRICT_RULES);
        expect(judgeUrl(`https://${octets.join('.')}/`, STRICT_RULES).kind).toBe(own);
        const spellings = [
          String(number),
          `0x${number.toString(16)}`,
          `0${number.toString(8)}`,
          octets.map((one) => `0x${one.toString(16)}`).join('.'),
          octets.map((one) => `0${one.toString(8)}`).join('.'),
          octets.map((one) => String(one).padStart(3, '0')).join('.'),
          `${a}.${(b * 256 + c) * 256 + d}`,
          `${a}.${b}.${c * 256 + d}`,
        ];
        for (const host of spellings) {
          expect([own, 'refused']).toContain(judgeUrl(`https://${host}/`, STRICT_RULES).kind);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
