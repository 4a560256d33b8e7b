// The corpus: URLs that must lead nowhere. `{port}` stands for the port of the forbidden listener.

const words = (text: string): string[] => text.trim().split(/[ \n]+/);

/** Spellings of IPv4 addresses (short, as one number, octal, hexadecimal, mixed, escaped, Unicode) that URL parsers, resolvers or people take for an inner address. */
const IPV4_SPELLINGS = [
  ...words(`
  127.0.0.1 127.0.0.2 127.1.2.3 127.255.255.255 127.0.0.1. 0.0.0.0 0.0.0.1 0.255.255.255
  10.0.0.1 10.255.255.255 172.16.0.1 172.31.255.254 192.168.0.1 192.168.255.255 100.64.0.1
  100.127.255.254 169.254.0.1 169.254.169.254 169.254.170.2 169.254.170.23 169.254.79.129
  169.254.169.253 169.254.169.123 169.254.0.23 168.63.129.16 100.100.100.200 192.0.0.192
  192.0.0.1 192.0.0.170 192.0.2.1 198.51.100.7 203.0.113.9 192.31.196.1 192.52.193.1
  192.88.99.1 192.175.48.1 198.18.0.1 198.19.255.255 224.0.0.1 224.0.0.251 233.252.0.1
  239.255.255.250 240.0.0.1 254.1.2.3 255.255.255.255
  127.1 127.0.1 127.65535 127.0.65535 10.1 10.0.1 192.168.1 169.254.43518 172.1048577 0 1 0.0
  0.0.0 100.6574280
  2130706433 2130706433. 3232235521 2886729729 167772161 2852039166 1681915904 2822734096
  4294967295 4026531841
  0177.0.0.1 0177.0.0.01 0177.0.1 0177.1 017700000001 012.0.0.1 0300.0250.0.1
  0251.0376.0251.0376 0254.020.0.1 025177524776 0144.0100.0.1 0000.0000.0000.0000 00 01
  0x7f.0.0.1 0x7f.0x0.0x0.0x1 0x7F.0x00.0x00.0x01 0x7f000001 0X7F000001 0x7f.1 0x7f.0.1
  0x0a.0.0.1 0xa000001 0xc0a80001 0xc0.0xa8.0x0.0x1 0xa9fea9fe 0xa9.0xfe.0xa9.0xfe 0xac100001
  0x0 0x 0xffffffff 0xe0000001 0xa83f8110
  0x7f.0.0.01 127.0x0.0.1 127.0.0.0x1 0177.0x0.0.1 0x7f.000.0.1 127.000.000.001 0127.0.0.1
  010.0.0.1 0x0000007f.1 00000000177.0.0.1 0x000000000000007f.0.0.1 0251.0xfe.43518
  0xa9.254.0251.0xfe 192.0xa8.0.01 0300.168.1 0x7f.0177.0.1
  %31%32%37.0.0.1 127%2e0%2e0%2e1 %31%32%37%2E%30%2E%30%2E%31 12%37.0.0.1 %30%78%37%66.1
  %32130706433 169.254.169.25%34 %e2%91%a0%e2%91%a1%e2%91%a6.0.0.1
  １２７.0.0.1 １２７．０．０．１ 127。0。0。1 127｡0｡0｡1 ①②⑦.⓪.⓪.① 𝟏𝟐𝟕.𝟎.𝟎.𝟏 𝟙𝟚𝟟.0.0.1 ²¹³⁰⁷⁰⁶⁴³³ ₁₂₇.₀.₀.₁
  𝟶x7f.1 0ｘ7f.0.0.1 ⑩.0.0.1 １６９.２５４.１６９.２５４ ①⑥⑨。②⑤④。①⑥⑨。②⑤④ 1\u00ad27.0.0.1 127\u200b.0.0.1
  127.0.0.1\u00ad 127.0.0.\ufe0f1
  `),
];

/** In brackets: every form that leads to loopback, to private or to metadata addresses. */
const IPV6_SPELLINGS = [
  ...words(`
  ::1 0::1 0:0:0:0:0:0:0:1 0000:0000:0000:0000:0000:0000:0000:0001 ::0001 :: 0:0:0:0:0:0:0:0
  ::0.0.0.1 ::0.0.0.0 0::0:1
  ::ffff:127.0.0.1 ::FFFF:127.0.0.1 ::ffff:7f00:1 ::ffff:7f00:0001 0:0:0:0:0:ffff:127.0.0.1
  0000:0000:0000:0000:0000:ffff:7f00:0001 ::ffff:0:0 ::ffff:10.0.0.1 ::ffff:192.168.0.1
  ::ffff:172.16.0.1 ::ffff:169.254.169.254 ::ffff:a9fe:a9fe ::ffff:100.64.0.1
  ::ffff:168.63.129.16 ::ffff:8.8.8.8 0:0::ffff:a00:1
  ::127.0.0.1 ::7f00:1 ::10.0.0.1 ::a9fe:a9fe ::8.8.8.8 ::ffff:0:127.0.0.1 ::ffff:0:7f00:1
  0:0:0:0:ffff:0:a00:1 ::ffff:0:169.254.169.254 64:ff9b::127.0.0.1 64:ff9b::7f00:1
  64:ff9b::10.0.0.1 64:ff9b::a9fe:a9fe 64:ff9b::8.8.8.8 0064:ff9b::a9fe:a9fe 64:ff9b:1::
  64:ff9b:1::127.0.0.1 64:ff9b:1:7f00:0:100:: 64:ff9b:1:ffff::a9fe:a9fe 64:ff9b:1:a00:0:100::
  2002:7f00:1:: 2002:7f00:0001::1 2002:a00:1:: 2002:c0a8:1::1 2002:a9fe:a9fe:: 2002:ac10:1::
  2002:808:808::1 2001::1 2001:0:7f00:1:: 2001:0:4136:e378:8000:63bf:80ff:fffe
  2001:0:a9fe:a9fe:0:0:5601:5601 2001:0000::f5ff:fffe 2600:1f18::5efe:7f00:1
  2a00:1450::5efe:10.0.0.1 2606:4700::200:5efe:192.168.0.1 2606:4700:0:0:300:5efe:a9fe:a9fe
  2a00::100:5efe:127.0.0.1 fe80::5efe:127.0.0.1
  fe80::1 fe80::a9fe:a9fe febf::1 fec0::1 feff::1 fc00::1 fd00::1 fdff:ffff::1 fd00:ec2::254
  fd00:ec2::253 fd00:ec2::123 fd00:ec2::23 fd20:ce::254 fd00:c1::a9fe:a9fe fd00:42::42 ff01::1
  ff02::1 ff02::fb ff05::1:3 ff0e::1 ff3e::1
  100:: 100::1 100:0:0:1::1 2001:1::1 2001:1::2 2001:1::3 2001:2::1 2001:3::1 2001:4:112::1
  2001:10::1 2001:1f::1 2001:20::1 2001:2f::1 2001:30::1 2001:1ff::1 2001:db8::1
  2001:DB8:ffff::1 2620:4f:8000::1 3ffe::1 3ffe:831f::1 3fff::1 3fff:fff::1 5f00::1
  1:: 200::1 400::1 4000::1 6000::1 8000::1 a000::1 c000::1 e000::1 f000::1 f800::1 fe00::1
  fe80::1%25eth0 fe80::1%eth0 ::1%25lo ::ffff:127.1 ::ffff:0x7f.0.0.1 :::1 1 ::ffff:0177.0.0.1
  v1.x
  `),
  '',
];

/** Names that stay inside, and what looks like a name. */
export const INNER_NAMES = [
  ...words(`
  localhost LOCALHOST localhost. LocalHost a.localhost a.b.localhost. localhost.localdomain
  ⓛⓞⓒⓐⓛⓗⓞⓢⓣ ｌocalhost loc\u00adalhost %6c%6f%63alhost localhost。 local\u200bhost ℒocalhost
  ip6-localhost ip6-loopback broadcasthost host metadata instance-data kubernetes intranet
  router a com com. xn--a db metadata.google.internal METADATA.GOOGLE.INTERNAL
  metadata.google.internal. metadata.google。internal metadata。google｡internal
  instance-data.ec2.internal ip-10-0-0-1.eu-west-1.compute.internal x.internal
  host.docker.internal gateway.docker.internal ｍetadata.google.internal
  metadata.google.intern\u00adal printer.local x.LOCAL kubernetes.default.svc
  kubernetes.default.svc.cluster.local api.consul x.lan x.home x.corp x.intranet x.private
  x.localdomain router.home.arpa 1.0.0.127.in-addr.arpa ipv4only.arpa x.ip6.arpa x.test
  x.invalid x.example x.onion x.alt x.docker
  `),
];

/** Names that are none: whatever a resolver would make of them. */
export const BAD_NAMES = [
  ...words(`
  127.0.0.1.. .127.0.0.1 127..0.1 .. . a..example.org .example.org example.org..
  127.0.0.1.example.9 example.0x7f 1.2.3.4.5 256.256.256.256 127.0.0.256 999999999999
  0x1ffffffff 09.1.1.1 127.0.0.1,example.org a;b.example.org a=b.example.org a'b.example.org
  a(b).example.org a!b.example.org a$b.example.org a*b.example.org a&b.example.org
  a+b.example.org a~b.example.org a{b}.example.org a%00b.example.org a%0ab.example.org
  a%2fb.example.org a%40b.example.org a%5cb.example.org a%20b.example.org a<b.example.org
  a^b.example.org a|b.example.org xn--.example.org xn--\ud83d.example.org
  `),
  `${'a'.repeat(64)}.example.org`,
  `${'a.'.repeat(127)}org`,
];

/** Whole URLs, with parts that parsers read in different ways. */
const TRICKY_URLS = [
  '{scheme}://user@127.0.0.1:{port}/',
  '{scheme}://user:pass@hooks.example.org/',
  '{scheme}://@hooks.example.org/',
  '{scheme}://:@hooks.example.org/',
  '{scheme}://:p@hooks.example.org/',
  '{scheme}://a@b@127.0.0.1:{port}/',
  '{scheme}://hooks.example.org@127.0.0.1:{port}/',
  '{scheme}://hooks.example.org:443@127.0.0.1:{port}/',
  '{scheme}://hooks.example.org%40127.0.0.1:{port}/',
  '{scheme}://127.0.0.1:{port}@127.0.0.1:{port}/',
  '{scheme}://hooks.example.org%2f@127.0.0.1:{port}/',
  '{scheme}://127.0.0.1:{port}#@hooks.example.org/',
  '{scheme}://127.0.0.1:{port}?@hooks.example.org/',
  '{scheme}://127.0.0.1:{port}/?@hooks.example.org/',
  '{scheme}://hooks.example.org#',
  '{scheme}://hooks.example.org/#x',
  '{scheme}://hooks.example.org/?a#b',
  '{scheme}://127.0.0.1:{port}\\@hooks.example.org/',
  '{scheme}://hooks.example.org\\@127.0.0.1:{port}/',
  '{scheme}:\\\\127.0.0.1:{port}\\',
  '{scheme}:/\\127.0.0.1:{port}/',
  '{scheme}:\\/127.0.0.1:{port}/',
  '\\\\127.0.0.1:{port}\\x',
  '{scheme}://hooks.example.org\\.127.0.0.1:{port}/',
  '{scheme}://127.0.0.1\\:{port}/',
  '{scheme}://127.0.0.1\t:{port}/',
  '{scheme}://127.0.\t0.1:{port}/',
  '{scheme}://127.0.\n0.1:{port}/',
  '{scheme}://127.0.\r0.1:{port}/',
  '\t{scheme}://127.0.0.1:{port}/',
  '{scheme}://127.0.0.1:{port}/\n',
  ' {scheme}://127.0.0.1:{port}/',
  '{scheme}://127.0.0.1:{port}/ ',
  'ht\ntp://127.0.0.1:{port}/',
  '{scheme}:/\n/127.0.0.1:{port}/',
  '{scheme}://hooks.example.org\u0000.127.0.0.1:{port}/',
  '{scheme}://\u0000127.0.0.1:{port}/',
  '{scheme}://127.0.0.1\u00a0:{port}/',
  '{scheme}://127.0.0.1\u2028:{port}/',
  '{scheme}://hooks.example.org/\r\nHost:127.0.0.1',
  '{scheme}://hooks.example.org/%0d%0a\r\nX:y',
  '\ufeff{scheme}://127.0.0.1:{port}/',
  '{scheme}://hooks.example.org/\u007f',
  '{scheme}://hooks.example.org/\u0085',
  '{scheme}://hooks.example.org/\ud800',
  '{scheme}:127.0.0.1:{port}',
  '{scheme}:/127.0.0.1:{port}',
  '{scheme}:///127.0.0.1:{port}/',
  '{scheme}:////127.0.0.1:{port}/',
  '{scheme}:///@127.0.0.1:{port}/',
  '//127.0.0.1:{port}/',
  '/127.0.0.1',
  '127.0.0.1:{port}',
  'localhost:{port}',
  '{scheme}://',
  '{scheme}:',
  '{scheme}:///',
  '{scheme}://:{port}/',
  '{scheme}://?',
  '{scheme}://#',
  '',
  'null',
  'undefined',
  'file:///etc/passwd',
  'file://127.0.0.1/etc/passwd',
  'ftp://127.0.0.1:{port}/',
  'gopher://127.0.0.1:{port}/_x',
  'dict://127.0.0.1:{port}/x',
  'ldap://127.0.0.1:{port}/',
  'tftp://127.0.0.1:{port}/',
  'ws://127.0.0.1:{port}/',
  'wss://127.0.0.1:{port}/',
  'jar:http://127.0.0.1:{port}!/',
  'data:text/plain,x',
  'blob:http://127.0.0.1:{port}/x',
  'javascript:alert(1)',
  'about:blank',
  'unix:/var/run/docker.sock',
  'http+unix://%2fvar%2frun%2fdocker.sock/',
  'view-source:http://127.0.0.1:{port}/',
  'url:http://127.0.0.1:{port}/',
  'httpx://127.0.0.1:{port}/',
  'httpss://127.0.0.1:{port}/',
  '{scheme}://127.0.0.1:0/',
  '{scheme}://hooks.example.org:0/',
  '{scheme}://127.0.0.1:65536/',
  '{scheme}://127.0.0.1:-1/',
  '{scheme}://127.0.0.1:+{port}/',
  '{scheme}://127.0.0.1:0x50/',
  '{scheme}://127.0.0.1:{port}{port}{port}/',
  '{scheme}://127.0.0.1:{port}:80/',
  '{scheme}://127.0.0.1:80 80/',
  '{scheme}://127.0.0.1:{port}%2f/',
  '{scheme}://127.0.0.1:000{port}/',
  '{scheme}://127.0.0.1:８０/',
  '{scheme}://[::1:{port}/',
  '{scheme}://::1:{port}/',
  '{scheme}://[::1]{port}/',
  '{scheme}://[::1]x:{port}/',
  '{scheme}://x[::1]:{port}/',
  '{scheme}://[[::1]]:{port}/',
  '{scheme}://[127.0.0.1]:{port}/',
  '{scheme}://%5b::1%5d:{port}/',
  '{scheme}://［::1］:{port}/',
  '{scheme}://[::1]@hooks.example.org/',
  `{scheme}://hooks.example.org/${'a'.repeat(2048)}`,
  `{scheme}://hooks.example.org/${'ü'.repeat(1000)}`,
  `{scheme}://hooks.example.org/?${'"'.repeat(1000)}`,
];

export interface HostileUrl {
  readonly title: string;
  readonly at: (scheme: 'http' | 'https', port: number) => string;
}

const entry = (template: string): HostileUrl => ({
  title: JSON.stringify(template.length > 100 ? `${template.slice(0, 100)}...` : template),
  at: (scheme, port) => template.replaceAll('{scheme}', scheme).replaceAll('{port}', String(port)),
});

/** Refused by the rules about text, names and addresses, whichever scheme and ports are allowed. */
export const HOSTILE_URLS: readonly HostileUrl[] = [
  ...[...IPV4_SPELLINGS, ...INNER_NAMES, ...BAD_NAMES].map((host) => `{scheme}://${host}:{port}/`),
  ...IPV6_SPELLINGS.map((host) => `{scheme}://[${host}]:{port}/`),
  ...TRICKY_URLS,
].map(entry);

/** Spellings of 127.0.0.1 and ::1 that do connect when private addresses are allowed. */
export const SPELLINGS_OF_LOOPBACK = [
  '127.0.0.1',
  '127.1',
  '2130706433',
  '0177.0.0.1',
  '0x7f.0.0.1',
  '0x7f000001',
  '127.000.000.001',
  '%31%32%37.0.0.1',
  '１２７。0。0。1',
  '①②⑦.⓪.⓪.①',
  '0.0.0.0',
  '127.0.0.1.',
  'localhost',
];
