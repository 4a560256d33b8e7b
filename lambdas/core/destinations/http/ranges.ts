// Addresses that are no receiver's: the IANA special-purpose registries for IPv4 and IPv6 (whole, also
// where they say "globally reachable"), forms that carry an IPv4 address, and the addresses at which
// clouds and Lambda keep credentials. docs/destination-guard.md compares it with other guards' lists.

/** Whether the operator's `allowCidrs` may open the range: `never` is what leads to this machine or to credentials. */
type Opening = 'never' | 'by-operator';

export interface SpecialRange {
  readonly cidr: string;
  /** For the operator's log only. */
  readonly name: string;
  readonly opening: Opening;
}

const never = (cidr: string, name: string): SpecialRange => ({ cidr, name, opening: 'never' });
const range = (cidr: string, name: string): SpecialRange => ({
  cidr,
  name,
  opening: 'by-operator',
});

/** The first match gives the reason, so narrow ranges come before wide ones. */
export const IPV4_RANGES: readonly SpecialRange[] = [
  never('169.254.169.254/32', 'metadata of AWS, Azure, Google, Oracle and others'),
  never('169.254.170.2/32', 'credentials of ECS'),
  never('169.254.170.23/32', 'credentials of EKS'),
  never('169.254.79.129/32', 'X-Ray daemon of Lambda'),
  never('169.254.0.0/16', 'link-local, RFC 3927'),
  never('168.63.129.16/32', 'wire server of Azure'),
  never('192.0.0.192/32', 'metadata of Oracle'),
  never('100.100.100.200/32', 'metadata of Alibaba'),
  // Lambda's runtime API, and SnapStart's credentials, are on loopback.
  never('127.0.0.0/8', 'loopback, RFC 1122'),
  never('0.0.0.0/8', 'this network, RFC 791'),
  never('255.255.255.255/32', 'limited broadcast, RFC 8190'),
  never('224.0.0.0/4', 'multicast, RFC 5771'),
  range('10.0.0.0/8', 'private, RFC 1918'),
  range('172.16.0.0/12', 'private, RFC 1918'),
  range('192.168.0.0/16', 'private, RFC 1918'),
  range('100.64.0.0/10', 'shared address space, RFC 6598'),
  range('192.0.0.0/24', 'IETF protocol assignments, RFC 6890'),
  range('192.0.2.0/24', 'documentation, RFC 5737'),
  range('198.51.100.0/24', 'documentation, RFC 5737'),
  range('203.0.113.0/24', 'documentation, RFC 5737'),
  range('192.31.196.0/24', 'AS112, RFC 7535'),
  range('192.52.193.0/24', 'AMT, RFC 7450'),
  range('192.88.99.0/24', '6to4 relay, RFC 7526'),
  range('192.175.48.0/24', 'AS112, RFC 7534'),
  range('198.18.0.0/15', 'benchmarks, RFC 2544'),
  range('240.0.0.0/4', 'reserved, RFC 1112'),
];

export const IPV6_RANGES: readonly SpecialRange[] = [
  never('fd00:ec2::/32', 'metadata, DNS, time and credentials of AWS'),
  never('fd20:ce::/32', 'metadata of Google'),
  never('fd00:c1::/32', 'metadata of Oracle'),
  never('fd00:42::/32', 'metadata of Scaleway'),
  never('::1/128', 'loopback, RFC 4291'),
  never('::/128', 'unspecified, RFC 4291'),
  never('::ffff:0:0/96', 'IPv4-mapped, RFC 4291'),
  never('::ffff:0:0:0/96', 'IPv4-translated (SIIT), RFC 2765'),
  never('::/96', 'IPv4-compatible, RFC 4291'),
  never('64:ff9b::/96', 'NAT64, RFC 6052'),
  never('64:ff9b:1::/48', 'NAT64 for local use, RFC 8215'),
  never('2002::/16', '6to4, RFC 3056'),
  never('2001::/32', 'Teredo, RFC 4380'),
  never('fe80::/10', 'link-local, RFC 4291'),
  never('ff00::/8', 'multicast, RFC 4291'),
  range('fc00::/7', 'unique local, RFC 4193'),
  range('fec0::/10', 'site-local, RFC 3879'),
  range('100::/64', 'discard only, RFC 6666'),
  range('100:0:0:1::/64', 'dummy prefix, RFC 9780'),
  range('2001:2::/48', 'benchmarks, RFC 5180'),
  range('2001:10::/28', 'ORCHID, RFC 4843'),
  range('2001:20::/28', 'ORCHIDv2, RFC 7343'),
  range('2001:30::/28', 'drone remote ID, RFC 9374'),
  range('2001::/23', 'IETF protocol assignments, RFC 2928'),
  range('2001:db8::/32', 'documentation, RFC 3849'),
  range('3fff::/20', 'documentation, RFC 9637'),
  range('3ffe::/16', '6bone, RFC 3701'),
  range('2620:4f:8000::/48', 'AS112, RFC 7534'),
  range('5f00::/16', 'segment routing, RFC 9602'),
];
