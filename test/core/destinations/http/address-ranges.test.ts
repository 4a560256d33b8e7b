// The table of ranges: each from its first to its last address, and the neighbours that are public.
import { describe, expect, it } from 'vitest';
import { findAddressRefusal } from '../../../../lambdas/core/destinations/http/addresses.ts';
import { IPV4_RANGES, IPV6_RANGES } from '../../../../lambdas/core/destinations/http/ranges.ts';
import { judgeAddress, STRICT_RULES } from '../../../../lambdas/core/destinations/http/url.ts';
import { LAX } from '../../../adapters/sender/http/sending.ts';
import { edgesOf } from './cidr-edges.ts';

/**
 * IANA's IPv4 and IPv6 special-purpose registries of 9 October 2025, every row, deprecated ones too;
 * iana.org/assignments/iana-ipv4-special-registry and iana-ipv6-special-registry.
 */
const IANA = `
0.0.0.0/8 0.0.0.0/32 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12
192.0.0.0/24 192.0.0.0/29 192.0.0.8/32 192.0.0.9/32 192.0.0.10/32 192.0.0.170/32 192.0.0.171/32
192.0.2.0/24 192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.88.99.2/32 192.168.0.0/16
192.175.48.0/24 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 240.0.0.0/4 255.255.255.255/32
::1/128 ::/128 ::ffff:0:0/96 64:ff9b::/96 64:ff9b:1::/48 100::/64 100:0:0:1::/64 2001::/23
2001::/32 2001:1::1/128 2001:1::2/128 2001:1::3/128 2001:2::/48 2001:3::/32 2001:4:112::/48
2001:10::/28 2001:20::/28 2001:30::/28 2001:db8::/32 2002::/16 2620:4f:8000::/48 3fff::/20
5f00::/16 fc00::/7 fe80::/10`
  .trim()
  .split(/\s+/);

/** Beyond the registries: multicast, deprecated forms, and where clouds keep credentials. */
const BEYOND = `
224.0.0.0/4 168.63.129.16/32 169.254.169.254/32 169.254.170.2/32 169.254.170.23/32 169.254.79.129/32
192.0.0.192/32 100.100.100.200/32 ff00::/8 fec0::/10 ::/96 ::ffff:0:0:0/96 3ffe::/16 fd00:ec2::254/128
fd00:ec2::23/128 fd20:ce::254/128 fd00:c1::a9fe:a9fe/128 4000::/2 8000::/1 200::/7 400::/6`
  .trim()
  .split(/\s+/);

describe('an address is refused', () => {
  it.each([...IANA, ...BEYOND])('anywhere in %s', (cidr) => {
    for (const address of edgesOf(cidr).inside) {
      expect([address, judgeAddress(address, STRICT_RULES)]).toEqual([address, 'refused']);
      expect(findAddressRefusal(address, STRICT_RULES)).toMatch(/./);
      // Allowed where the embedded runtime allows it.
      expect(judgeAddress(address, LAX)).toBe('allowed');
    }
  });

  it.each([...IPV4_RANGES, ...IPV6_RANGES])('anywhere in our own $cidr, $name', ({ cidr }) => {
    for (const address of edgesOf(cidr).inside) {
      expect([address, judgeAddress(address, STRICT_RULES)]).toEqual([address, 'refused']);
    }
  });

  it.each([
    '',
    ' ',
    '127.0.0.1 ',
    '127.1',
    '2130706433',
    '0x7f.0.0.1',
    '0177.0.0.1',
    '8.8.8.8/32',
    '8.8.8',
    '8.8.8.8.8',
    '8.8.8.08',
    '256.1.1.1',
    '[2606:4700::1]',
    '2606:4700::1%eth0',
    '2606:4700:::1',
    'example.org',
    'undefined',
    '2606:4700::1/128',
  ])('if it is %j, which is none in its one spelling', (text) => {
    expect(judgeAddress(text, STRICT_RULES)).toBe('refused');
  });
});

describe('an address is allowed', () => {
  it.each([
    '9.255.255.255',
    '11.0.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '126.255.255.255',
    '128.0.0.0',
    '168.63.129.15',
    '168.63.129.17',
    '169.253.255.255',
    '169.255.0.0',
    '172.15.255.255',
    '172.32.0.0',
    '191.255.255.255',
    '192.0.1.0',
    '192.0.3.0',
    '192.88.98.255',
    '192.88.100.0',
    '192.167.255.255',
    '192.169.0.0',
    '198.17.255.255',
    '198.20.0.0',
    '198.51.99.255',
    '198.51.101.0',
    '203.0.112.255',
    '203.0.114.0',
    '223.255.255.255',
    '1.0.0.0',
    '2001:200::1',
    '2001:4860:4860::8888',
    '2001:dc0::1',
    '2003::1',
    '2600:1f18::1',
    '2a05:d018::1',
    '2620:4f:7fff::1',
    '2620:4f:8001::1',
    '2606:4700::5eff:1',
    '2606:4700::1:5efe:7f00:1',
  ])('just beside the ranges: %s', (address) => {
    expect(findAddressRefusal(address, STRICT_RULES)).toBeUndefined();
  });
});
