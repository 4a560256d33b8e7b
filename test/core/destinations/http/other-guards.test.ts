// What the guards of others refuse, as literals from their sources: ours refuses all of it. Looked up in
// November 2026; each list names the file that it was read from.
import { describe, expect, it } from 'vitest';
import {
  judgeAddress,
  judgeUrl,
  STRICT_RULES,
} from '../../../../lambdas/core/destinations/http/url.ts';
import { edgesOf } from './cidr-edges.ts';

const words = (text: string): string[] => text.trim().split(/\s+/);

/** Go's `net.IP`: `!IsGlobalUnicast()`, `IsLoopback()` and `IsPrivate()`. */
const GO_NOT_GLOBAL = words(`
  0.0.0.0/32 127.0.0.0/8 169.254.0.0/16 224.0.0.0/4 255.255.255.255/32 ::/128 ::1/128 fe80::/10 ff00::/8
  10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 fc00::/7`);

/** Rust's `Ipv4Addr`: `is_private`, `is_loopback`, `is_link_local`, `is_broadcast`, `is_documentation`. */
const RUST_IPV4 = words(`
  10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 127.0.0.0/8 169.254.0.0/16 255.255.255.255/32
  192.0.2.0/24 198.51.100.0/24 203.0.113.0/24`);

const GUARDS: Readonly<Record<string, readonly string[]>> = {
  // stripe/smokescreen, pkg/smokescreen/ip_policy.go: not global unicast, private, CGNAT, and "IPv6
  // addresses that embed IPv4 addresses (NAT64, 6to4, Teredo, IPv4-mapped)".
  Smokescreen: [
    ...GO_NOT_GLOBAL,
    ...words('100.64.0.0/10 64:ff9b::/96 64:ff9b:1::/48 2002::/16 2001::/32 ::ffff:0:0/96'),
  ],
  // svix/svix-webhooks, server/svix-server/src/core/webhook_http_client.rs: is_allowed and what it calls.
  Svix: [
    ...RUST_IPV4,
    ...words(`
    100.64.0.0/10 192.0.0.0/24 240.0.0.0/4 198.18.0.0/15 0.0.0.0/8
    ff00::/8 ::1/128 fe80::/10 fc00::/7 ::/128 2001:db8::/32`),
  ],
  // hook0/hook0, output-worker/src/dns.rs: is_forbidden_ip and classify_ipv4_carrier. It lets five parts
  // of 2001::/23 through, and 64:ff9b::/96 with a public address; ours refuses both whole.
  Hook0: [
    ...RUST_IPV4,
    ...words(`
    0.0.0.0/8 100.64.0.0/10 192.0.0.0/24 192.88.99.0/24 198.18.0.0/15 240.0.0.0/4 224.0.0.0/4
    ::/8 64:ff9b::/32 2002::/16 100::/64 2001::/23 5f00::/16 2001:db8::/32 3fff::/20 fc00::/7
    fe80::/10 fec0::/10 ff00::/8`),
  ],
  // frain-dev/convoy, config/config.go: BlockList of the dispatcher. Its own list begins with loopback only.
  Convoy: words('127.0.0.0/8 ::1/128'),
};

const CASES = Object.entries(GUARDS).flatMap(([guard, cidrs]) =>
  cidrs.map((cidr) => [guard, cidr] as const),
);

/** The addresses that their own tests name as refused. */
const FROM_THEIR_TESTS: Readonly<Record<string, readonly string[]>> = {
  // pkg/smokescreen/smokescreen_test.go, ip_policy_test.go, ip_filter_bypass_test.go
  Smokescreen: words(`
    10.0.0.1 172.16.0.1 192.168.0.1 127.0.0.1 127.255.255.255 ::1 169.254.169.254 255.255.255.255
    ff02:0:0:0:0:0:0:2 100.64.0.1 64:ff9b::1 64:ff9b::a00:1 fc00::1 fd00::5`),
  // webhook_http_client.rs, is_allowed_test
  Svix: words(`
    10.254.0.0 192.168.10.65 172.16.10.65 0.1.2.3 0.0.0.0 127.0.0.1 169.254.45.1 255.255.255.255
    192.0.2.255 198.51.100.65 203.0.113.6 100.100.0.0 192.0.0.0 192.0.0.255 250.10.20.30 198.18.0.0
    ::1 ::ffff:127.0.0.1 ::ffff:0.0.0.1`),
  // dns.rs, comments and tests: spellings of 127.0.0.1
  Hook0: words(
    '::7f00:1 ::ffff:0:7f00:1 ::5efe:7f00:1 2002:7f00:1::1 64:ff9b::7f00:1 64:ff9b:1::1',
  ),
};

describe('an address is refused as it is by', () => {
  it.each(CASES)('%s: %s', (_, cidr) => {
    for (const address of edgesOf(cidr).inside) {
      expect([address, judgeAddress(address, STRICT_RULES)]).toEqual([address, 'refused']);
      const host = address.includes(':') ? `[${address}]` : address;
      expect([host, judgeUrl(`https://${host}/`, STRICT_RULES).kind]).toEqual([host, 'refused']);
    }
  });

  it.each(Object.entries(FROM_THEIR_TESTS))('the tests of %s', (_, addresses) => {
    for (const address of addresses) {
      expect([address, judgeAddress(address, STRICT_RULES)]).toEqual([address, 'refused']);
    }
  });
});

it('public addresses that the others allow are allowed', () => {
  for (const address of ['1.1.1.1', '8.8.8.8', '2001:4860:4860::8888', '2606:4700:4700::1111']) {
    expect([address, judgeAddress(address, STRICT_RULES)]).toEqual([address, 'allowed']);
  }
});
