// The corpus through the guard's three uses: saving, and sending as tests and deliveries do. Each of
// the three rules stands alone once; a listener on the forbidden side counts who comes.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { judgeUrl, STRICT_RULES } from '../../../../lambdas/core/destinations/http/url.ts';
import { endpointInputSchema } from '../../../../lambdas/core/endpoints/endpoint.ts';
import { startDnsServer, type Zone } from '../../../adapters/sender/http/dns-server.ts';
import {
  ADDRESSES_ALONE,
  answerAndClose,
  countClientSockets,
  HTTPS_ALONE,
  LAX,
  type Listener,
  listen,
  PORTS_ALONE,
  senderWith,
} from '../../../adapters/sender/http/sending.ts';
import { BAD_NAMES, HOSTILE_URLS, INNER_NAMES, SPELLINGS_OF_LOOPBACK } from './hostile-urls.ts';

let listener: Listener;

beforeAll(async () => {
  listener = await listen(answerAndClose);
});
afterAll(() => listener.close());

/** Runs it, and gives how many connections were made, by count of the listener and of this process. */
async function connectionsOf(run: () => Promise<void>): Promise<{ made: number; opened: number }> {
  const sockets = countClientSockets();
  const before = listener.connections();
  await run();
  sockets.stop();
  return { made: listener.connections() - before, opened: sockets.count() };
}

describe('the corpus', () => {
  it('holds more than 300 URLs, none of them twice', () => {
    const urls = new Set(HOSTILE_URLS.map(({ at }) => at('http', 4000)));
    expect(urls.size).toBe(HOSTILE_URLS.length);
    expect(urls.size).toBeGreaterThan(300);
  });

  it('would reach the listener if private addresses were allowed', async () => {
    const { made } = await connectionsOf(async () => {
      for (const host of SPELLINGS_OF_LOOPBACK) {
        const sent = await senderWith(LAX)(`http://${host}:${listener.port}/`);
        expect([host, sent.name]).toEqual([host, 'http_200']);
      }
    });
    expect(made).toBe(SPELLINGS_OF_LOOPBACK.length);
  });
});

describe.each(['http', 'https'] as const)(
  'under the rule about addresses alone, over %s',
  (scheme) => {
    it.each(HOSTILE_URLS)('$title is neither saved nor connected to', async ({ at }) => {
      const url = at(scheme, listener.port);
      expect(judgeUrl(url, ADDRESSES_ALONE).kind).toBe('refused');
      expect(endpointInputSchema(ADDRESSES_ALONE).safeParse({ url }).success).toBe(false);
      const { made, opened } = await connectionsOf(async () => {
        expect((await senderWith(ADDRESSES_ALONE)(url)).name).toBe('blocked_address');
      });
      expect({ made, opened }).toEqual({ made: 0, opened: 0 });
    });
  },
);

describe("under a deployed stack's rules", () => {
  it('nothing of the corpus is saved or connected to', async () => {
    const send = senderWith(STRICT_RULES);
    const connections = await connectionsOf(async () => {
      for (const { at, title } of HOSTILE_URLS) {
        for (const url of [at('https', 443), at('https', 8443), at('http', listener.port)]) {
          // First: nothing that the guard lets through may leave this machine.
          expect([title, judgeUrl(url, STRICT_RULES).kind]).toEqual([title, 'refused']);
          const { name } = await send(url);
          expect([title, name]).toEqual([title, 'blocked_address']);
          const saved = endpointInputSchema(STRICT_RULES).safeParse({ url });
          expect([title, saved.success]).toEqual([title, false]);
        }
      }
    });
    expect(connections).toEqual({ made: 0, opened: 0 });
  });
});

describe('each other rule alone', () => {
  it.each([
    ['HTTPS', HTTPS_ALONE, ['http']],
    ['ports', PORTS_ALONE, ['http', 'https']],
  ] as const)('keeps the whole corpus away: %s', async (_, rules, schemes) => {
    const send = senderWith(rules);
    const connections = await connectionsOf(async () => {
      for (const { at, title } of HOSTILE_URLS) {
        for (const url of schemes.map((scheme) => at(scheme, listener.port))) {
          expect([title, judgeUrl(url, rules).kind]).toEqual([title, 'refused']);
          expect([title, (await send(url)).name]).toEqual([title, 'blocked_address']);
          const saved = endpointInputSchema(rules).safeParse({ url });
          expect([title, saved.success]).toEqual([title, false]);
        }
      }
    });
    expect(connections).toEqual({ made: 0, opened: 0 });
  });

  /** Refused by the text alone, whatever is allowed. */
  const malformed = HOSTILE_URLS.filter(
    ({ at }) => judgeUrl(at('http', 4000), LAX).kind === 'refused',
  );

  it('keeps what is badly written away: the text', async () => {
    expect(malformed.length).toBeGreaterThan(100);
    const send = senderWith(LAX);
    const connections = await connectionsOf(async () => {
      for (const { at, title } of malformed) {
        const url = at('http', listener.port);
        expect([title, (await send(url)).name]).toEqual([title, 'blocked_address']);
        expect([title, endpointInputSchema(LAX).safeParse({ url }).success]).toEqual([
          title,
          false,
        ]);
      }
    });
    expect(connections).toEqual({ made: 0, opened: 0 });
  });

  it('keeps inner names away, wherever a real DNS server says that they lead: the names', async () => {
    const hosts = [...INNER_NAMES, ...BAD_NAMES];
    // A public address: the rule about addresses would let it through.
    const everywhere: Zone = new Proxy({}, { get: () => () => ['93.184.216.34'] });
    const dns = await startDnsServer(everywhere);
    const send = senderWith(ADDRESSES_ALONE, { resolve: dns.resolve });
    const connections = await connectionsOf(async () => {
      for (const host of hosts) {
        const url = `http://${host}:${listener.port}/`;
        expect([host, (await send(url)).name]).toEqual([host, 'blocked_address']);
      }
    });
    expect(dns.asked).toEqual([]);
    expect(connections).toEqual({ made: 0, opened: 0 });
    dns.close();
  });

  it('keeps every port but the allowed ones away, whatever its spelling', async () => {
    const connections = await connectionsOf(async () => {
      for (const port of [listener.port, `000${listener.port}`, 80, 22, 25, 6379, 9001, 65_535]) {
        const { name } = await senderWith(PORTS_ALONE)(`https://127.0.0.1:${port}/`);
        expect(name).toBe('blocked_address');
      }
    });
    expect(connections).toEqual({ made: 0, opened: 0 });
  });
});

describe('what a refusal tells', () => {
  it('gives the tenant no address, and the operator the host and the rule without the path', async () => {
    const send = senderWith(ADDRESSES_ALONE);
    const { detail, warnings } = await send('http://2852039166/latest?token=s3cret');
    expect(detail).toBe('The URL must not lead to a private or reserved address.');
    expect(warnings).toEqual([
      [
        'destination refused',
        {
          host: '169.254.169.254',
          port: 80,
          reason: 'must not lead to a private or reserved address',
          rule: 'metadata of AWS, Azure, Google, Oracle and others',
        },
      ],
    ]);
    expect(JSON.stringify(warnings)).not.toContain('s3cret');
  });
});
