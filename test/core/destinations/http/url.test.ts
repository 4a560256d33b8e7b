import { describe, expect, it } from 'vitest';
import {
  judgeAddress,
  judgeUrl,
  STRICT_RULES,
} from '../../../../lambdas/core/destinations/http/url.ts';

const LAX = { allowHttp: true, allowPrivate: true, allowedPorts: 'any' } as const;
const strictly = (url: string) => judgeUrl(url, STRICT_RULES);

describe('a URL that may be an endpoint', () => {
  it.each([
    'https://hooks.example.com/',
    'https://hooks.example.com',
    'HTTPS://Hooks.Example.COM/a?b=c&d=%20',
    'https://hooks.example.com:443/',
    'https://hooks.example.com:8443/x',
    'https://hooks.example.com./x',
    'https://8.8.8.8/x',
    'https://[2606:4700:4700::1111]/x',
    'https://bücher.de/ü',
    'https://localhost.example.com/',
    'https://mytest.io/',
  ])('is %s', (url) => {
    expect(strictly(url).kind).toBe('allowed');
  });
});

describe('a URL that is refused', () => {
  it.each([
    ['', 'absolute'],
    ['hooks.example.com', 'absolute'],
    ['//hooks.example.com', 'absolute'],
    ['ftp://hooks.example.com', 'absolute'],
    ['file:///etc/passwd', 'absolute'],
    ['javascript:alert(1)', 'absolute'],
    ['https:hooks.example.com', 'absolute'],
    ['http://hooks.example.com/', 'https://'],
    ['https://', 'valid'],
    ['https://hooks.example.com:99999/', 'valid'],
    ['https://user@hooks.example.com/', 'credentials'],
    ['https://user:pass@hooks.example.com/', 'credentials'],
    ['https://@hooks.example.com/', 'credentials'],
    ['https://hooks.example.com/#x', 'fragment'],
    ['https://hooks.example.com/#', 'fragment'],
    ['https://hooks.example.com:80/', 'ports'],
    ['https://hooks.example.com:22/', 'ports'],
    [' https://hooks.example.com/', 'spaces'],
    ['https://hooks.example.com/a b', 'spaces'],
    ['https://hooks.exam\nple.com/', 'spaces'],
    ['https://hooks.example.com\\@evil.com/', 'spaces'],
    [`https://hooks.example.com/${'a'.repeat(2048)}`, '2048'],
    ['https://intranet/', 'fully qualified'],
    ['https://localhost/', 'fully qualified'],
    ['https://localhost./', 'fully qualified'],
    ['https://a.localhost/', '.localhost'],
    ['https://db.internal/', '.internal'],
    ['https://metadata.google.internal/', '.internal'],
    ['https://printer.local/', '.local'],
    ['https://router.home.arpa/', '.home.arpa'],
    ['https://x.onion/', '.onion'],
  ])('is %j, for its %s', (url, reason) => {
    const verdict = strictly(url);
    expect(verdict.kind === 'refused' ? verdict.reason : 'allowed').toContain(reason);
  });

  it.each([
    'https://127.0.0.1/',
    'https://127.1/',
    'https://2130706433/',
    'https://0x7f000001/',
    'https://0177.0.0.1/',
    'https://0x7f.0.0.1/',
    'https://%31%32%37.0.0.1/',
    'https://１２７.0.0.1/',
    'https://127。0。0。1/',
    'https://0/',
    'https://[::1]/',
    'https://[::]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[::ffff:7f00:1]/',
    'https://[::ffff:8.8.8.8]/',
    'https://[0:0:0:0:0:ffff:a9fe:a9fe]/',
    'https://169.254.169.254/latest/meta-data/',
    'https://[fd00:ec2::254]/',
  ])('is %s, which leads to an inner address in some spelling', (url) => {
    const verdict = strictly(url);
    expect(verdict.kind === 'refused' ? verdict.reason : 'allowed').toContain(
      'private or reserved',
    );
  });
});

describe('the three things that one machine may allow', () => {
  it('are plain HTTP, loopback and any port', () => {
    for (const url of ['http://127.0.0.1:4000/', 'http://localhost:1/', 'https://[::1]:9/']) {
      expect(judgeUrl(url, LAX).kind).toBe('allowed');
    }
  });

  it('can each be taken back', () => {
    const url = 'http://127.0.0.1:4000/';
    expect(judgeUrl(url, { ...LAX, allowHttp: false }).kind).toBe('refused');
    expect(judgeUrl(url, { ...LAX, allowPrivate: false }).kind).toBe('refused');
    expect(judgeUrl(url, { ...LAX, allowedPorts: [443, 8443] }).kind).toBe('refused');
  });

  it('do not include credentials, fragments or other schemes', () => {
    for (const url of ['http://a@127.0.0.1/', 'http://127.0.0.1/#a', 'ftp://127.0.0.1/']) {
      expect(judgeUrl(url, LAX).kind).toBe('refused');
    }
  });
});

describe('an address', () => {
  it.each(['1.1.1.1', '8.8.8.8', '203.0.114.1', '172.32.0.1', '2606:4700::1', '2a00:1450::1'])(
    'may be connected to if it is public: %s',
    (address) => {
      expect(judgeAddress(address, STRICT_RULES)).toBe('allowed');
    },
  );

  it.each([
    ['this network', '0.0.0.0'],
    ['this network', '0.1.2.3'],
    ['private', '10.0.0.1'],
    ['private', '172.16.0.1'],
    ['private', '172.31.255.255'],
    ['private', '192.168.1.1'],
    ['CGNAT', '100.64.0.1'],
    ['CGNAT', '100.127.255.255'],
    ['loopback', '127.255.255.255'],
    ['link-local', '169.254.1.1'],
    ['cloud metadata', '169.254.169.254'],
    ['IETF protocols', '192.0.0.1'],
    ['documentation', '192.0.2.1'],
    ['documentation', '198.51.100.1'],
    ['documentation', '203.0.113.1'],
    ['benchmarks', '198.18.0.1'],
    ['6to4 relay', '192.88.99.1'],
    ['multicast', '224.0.0.1'],
    ['multicast', '239.255.255.255'],
    ['reserved', '240.0.0.1'],
    ['broadcast', '255.255.255.255'],
    ['unspecified', '::'],
    ['loopback', '::1'],
    ['mapped', '::ffff:1.1.1.1'],
    ['compatible', '::1.1.1.1'],
    ['NAT64', '64:ff9b::1.1.1.1'],
    ['NAT64, local', '64:ff9b:1::1'],
    ['6to4', '2002:7f00:1::1'],
    ['Teredo', '2001::1'],
    ['ORCHIDv2', '2001:20::1'],
    ['documentation', '2001:db8::1'],
    ['documentation', '3fff::1'],
    ['benchmarks', '2001:2::1'],
    ['unique local', 'fc00::1'],
    ['unique local', 'fdff::1'],
    ['AWS metadata', 'fd00:ec2::254'],
    ['link-local', 'fe80::1'],
    ['link-local with a zone', 'fe80::1%eth0'],
    ['site-local', 'fec0::1'],
    ['multicast', 'ff02::1'],
    ['discard', '100::1'],
    ['not assigned', '4000::1'],
    ['no address', 'example.com'],
    ['no address', ''],
  ])('may not be connected to: %s %s', (_, address) => {
    expect(judgeAddress(address, STRICT_RULES)).toBe('refused');
  });
});
