// Names, with a real DNS server on loopback: what it answers is judged whole, and once.
import { afterEach, describe, expect, it } from 'vitest';
import { NO_LISTS } from '../../../../lambdas/core/destinations/http/lists.ts';
import type { DestinationRules } from '../../../../lambdas/core/destinations/http/url.ts';
import { type DnsServer, startDnsServer, type Zone } from './dns-server.ts';
import {
  ADDRESSES_ALONE,
  answerAndClose,
  countClientSockets,
  LAX,
  type Listener,
  listen,
  senderWith,
} from './sending.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const PUBLIC = '93.184.216.34';

async function setUp(zone: Zone): Promise<{ dns: DnsServer; listener: Listener }> {
  const dns = await startDnsServer(zone);
  const listener = await listen(answerAndClose);
  closing.push(dns.close, listener.close);
  return { dns, listener };
}

describe('a name is refused without a connection if it leads', () => {
  it.each<[string, ReturnType<Zone[string]>]>([
    ['to loopback', ['127.0.0.1']],
    ['to loopback on IPv6', ['::1']],
    ['to this host', ['0.0.0.0']],
    ['to a private address', ['10.0.0.1']],
    ['to shared address space', ['100.64.0.1']],
    ['to metadata', ['169.254.169.254']],
    ['to metadata on IPv6', ['fd00:ec2::254']],
    ['to the wire server of Azure', ['168.63.129.16']],
    ['to a mapped address', ['::ffff:127.0.0.1']],
    ['to NAT64 of loopback', ['64:ff9b::7f00:1']],
    ['to 6to4 of loopback', ['2002:7f00:1::1']],
    ['to ISATAP of loopback', ['2a00:1450::5efe:7f00:1']],
    ['to a public address and then an inner one', [PUBLIC, '127.0.0.1']],
    ['to an inner address and then a public one', ['127.0.0.1', PUBLIC]],
    ['to nine public addresses and an inner one', [...Array(9).fill(PUBLIC), '10.0.0.1']],
    ['to a public address, and an inner one on IPv6', [PUBLIC, '::1']],
    ['to a public address on IPv6, and an inner one', ['2606:4700::1', '127.0.0.1']],
    ['through another name to loopback', { cname: 'two.example.org' }],
  ])('%s', async (_, target) => {
    const { dns, listener } = await setUp({
      'hooks.example.org': () => target,
      'two.example.org': () => ({ cname: 'three.example.org' }),
      'three.example.org': () => ['127.0.0.1'],
    });
    const sockets = countClientSockets();
    const send = senderWith(ADDRESSES_ALONE, { resolve: dns.resolve });
    const sent = await send(`http://hooks.example.org:${listener.port}/x?token=s3cret`);
    sockets.stop();
    expect(sent).toMatchObject({
      name: 'blocked_address',
      detail: 'The name leads to an address that is not allowed.',
    });
    expect([sockets.count(), listener.connections()]).toEqual([0, 0]);
    const [warning] = sent.warnings;
    expect(warning?.[0]).toBe('destination refused');
    expect(warning?.[1]).toMatchObject({ host: 'hooks.example.org', port: listener.port });
    expect(JSON.stringify(warning)).not.toContain('s3cret');
    if (Array.isArray(target)) expect(JSON.stringify(warning)).toContain(target[0]);
  });
});

describe('rebinding', () => {
  /** Allowed at the first look-up, something else from then on. The sender asks both families each time. */
  function rebinding(first: string, then: string): Zone {
    let lookUps = 0;
    return { 'hooks.example.org': () => [Math.floor(lookUps++ / 2) === 0 ? first : then] };
  }

  it('between look-ups changes nothing: there is one, and the connection goes to its answer', async () => {
    const { dns, listener } = await setUp(rebinding('127.0.0.1', '169.254.169.254'));
    // 127.0.0.1 stands for the public address here; what it turns into is closed by a list.
    const rules: DestinationRules = {
      ...LAX,
      lists: { ...NO_LISTS, denyCidrs: ['169.254.0.0/16'] },
    };
    const send = senderWith(rules, { resolve: dns.resolve });
    const url = `http://hooks.example.org:${listener.port}/`;
    expect((await send(url)).name).toBe('http_200');
    expect(dns.asked).toEqual(['hooks.example.org']);
    expect(listener.connections()).toBe(1);
    // The next connection asks again, and is refused.
    expect((await send(url)).name).toBe('blocked_address');
    expect(dns.asked).toHaveLength(2);
    expect(listener.connections()).toBe(1);
  });

  it('from one connection to the next to an inner address is refused', async () => {
    const { dns, listener } = await setUp(rebinding('10.0.0.1', '127.0.0.1'));
    const send = senderWith(ADDRESSES_ALONE, { resolve: dns.resolve });
    const url = `http://hooks.example.org:${listener.port}/`;
    expect((await send(url)).name).toBe('blocked_address');
    expect((await send(url)).name).toBe('blocked_address');
    expect(listener.connections()).toBe(0);
  });
});

describe('a look-up', () => {
  it('that never ends is cut off, and does not outlive the timeout', async () => {
    const { dns } = await setUp({ 'hooks.example.org': () => 'hang' });
    const ownLimit = senderWith(LAX, { resolve: dns.resolve, limits: { dns: 150 } });
    const wholeLimit = senderWith(LAX, { resolve: dns.resolve });
    for (const sent of [
      await ownLimit('http://hooks.example.org/'),
      await wholeLimit('http://hooks.example.org/', { timeoutMs: 150 }),
    ]) {
      expect(sent.name).toBe('dns');
      expect(sent.detail).toBe('The host name could not be resolved in time.');
      expect(sent.tookMs).toBeGreaterThan(100);
      expect(sent.tookMs).toBeLessThan(900);
    }
  });

  it('that does not end holds up no other, however many there are', async () => {
    const hanging = Array.from({ length: 60 }, (_, index) => `dead${index}.example.org`);
    const { dns, listener } = await setUp({
      ...Object.fromEntries(hanging.map((name) => [name, () => 'hang' as const])),
      'hooks.example.org': () => ['127.0.0.1'],
    });
    const send = senderWith(LAX, { resolve: dns.resolve, limits: { dns: 60_000 } });
    const ended: string[] = [];
    const dead = hanging.map(async (name) => ended.push((await send(`http://${name}/`)).name));
    const sent = await send(`http://hooks.example.org:${listener.port}/`);
    expect([sent.name, ended]).toEqual(['http_200', []]);
    dns.giveUp();
    await Promise.all(dead);
    expect(new Set(ended)).toEqual(new Set(['dns']));
  });

  it('of a name of this machine goes to no name server', async () => {
    const { dns, listener } = await setUp({ localhost: () => ['192.0.2.1'] });
    const send = senderWith(LAX, { resolve: dns.resolve });
    expect((await send(`http://localhost:${listener.port}/`)).name).toBe('http_200');
    expect(dns.asked).toEqual([]);
  });

  it('of a name that does not exist is a failure of DNS', async () => {
    const { dns } = await setUp({});
    const sent = await senderWith(LAX, { resolve: dns.resolve })('http://none.example.org/');
    expect([sent.name, sent.detail]).toEqual(['dns', 'The host name could not be resolved.']);
  });

  it('is shared by those who ask for the same name at a time', async () => {
    const { dns, listener } = await setUp({ 'hooks.example.org': () => ['127.0.0.1'] });
    const send = senderWith(LAX, { resolve: dns.resolve });
    const url = `http://hooks.example.org:${listener.port}/`;
    const all = await Promise.all(Array.from({ length: 20 }, () => send(url)));
    expect(new Set(all.map(({ name }) => name))).toEqual(new Set(['http_200']));
    expect(dns.asked).toEqual(['hooks.example.org']);
  });
});

describe('a request to a name', () => {
  it('goes to the judged address with the Host of the name', async () => {
    const heads: string[] = [];
    const dns = await startDnsServer({
      'hooks.example.org': () => ({ cname: 'a.example.org' }),
      'a.example.org': () => ['127.0.0.1'],
    });
    const listener = await listen((socket) => {
      socket.once('data', (data) => heads.push(data.toString('latin1')));
      answerAndClose(socket);
    });
    closing.push(dns.close, listener.close);
    const rules = { ...LAX, lists: { ...NO_LISTS, denyCidrs: ['10.0.0.0/8'] } };
    const url = `http://Hooks.Example.org:${listener.port}/path?a=b`;
    expect((await senderWith(rules, { resolve: dns.resolve })(url)).name).toBe('http_200');
    expect(heads[0]).toMatch(/^POST \/path\?a=b HTTP\/1\.1\r\n/);
    expect(heads[0]).toContain(`\r\nhost: hooks.example.org:${listener.port}\r\n`);
  });
});
