import { once } from 'node:events';
import { createServer as createHttp, type RequestListener, type Server } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { type AddressInfo, createServer as createTcp } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import {
  createHttpSender,
  type HttpRequest,
} from '../../../../lambdas/adapters/sender/http/sender.ts';
import { NO_PHASES, packPhases, unpackPhases } from '../../../../lambdas/core/retries/phases.ts';
import { HOST, hasOpenssl, makeCertificates } from './certificates.ts';
import { LAX } from './sending.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function listening<S extends Server>(server: S): Promise<number> {
  server.listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port; // it listens on a port
}

/** Milliseconds that each part is made to take, at least. */
const DNS_MS = 30;
const ANSWER_MS = 40;
const answer: RequestListener = (_, response) => {
  setTimeout(() => response.end('ok'), ANSWER_MS);
};

function aSender(limits = {}) {
  const surroundings = {
    now: () => Date.now(),
    random: Buffer.alloc,
    sleep: async () => undefined,
  };
  const resolve = () =>
    new Promise<string[]>((done) => setTimeout(() => done(['127.0.0.1']), DNS_MS));
  const sender = createHttpSender(LAX, surroundings, { resolve, limits, warn: () => undefined });
  return (url: string, more: Partial<HttpRequest> = {}) =>
    sender.send({
      url,
      method: 'POST',
      headers: [],
      body: Buffer.from('{}'),
      timeoutMs: 2_000,
      ...more,
    });
}

const atLeast = (ms: number) => ({
  asymmetricMatch: (value: unknown) => typeof value === 'number' && value >= ms - 2,
});

describe('where the time of an attempt went', () => {
  it('is told for a new connection, and is the answer’s alone on one that was kept', async () => {
    const port = await listening(createHttp(answer));
    const send = aSender();
    const first = await send(`http://${HOST}:${port}/`);
    expect(first.phases).toEqual({
      dnsMs: atLeast(DNS_MS),
      connectMs: atLeast(0),
      tlsMs: null,
      firstByteMs: atLeast(ANSWER_MS),
    });
    // undici takes a connection back one turn after its answer.
    await turn();
    const second = await send(`http://${HOST}:${port}/`);
    expect(second.phases).toEqual({ ...NO_PHASES, firstByteMs: atLeast(ANSWER_MS) });
  });

  it('is told for each of many at once, by whether it made a connection', async () => {
    const port = await listening(createHttp(answer));
    const send = aSender();
    const round = () => Promise.all([1, 2, 3, 4].map(() => send(`http://127.0.0.1:${port}/`)));
    for (const { phases } of await round()) {
      expect(phases).toEqual({
        dnsMs: null,
        connectMs: atLeast(0),
        tlsMs: null,
        firstByteMs: atLeast(ANSWER_MS),
      });
    }
    await turn();
    for (const { phases } of await round()) expect(phases?.connectMs).toBeNull();
  });

  it('tells the handshake of TLS', async () => {
    if (!hasOpenssl) return;
    const { valid, authority } = makeCertificates();
    const port = await listening(createHttps(valid, answer));
    const { phases, outcome } = await aSender()(`https://${HOST}:${port}/`, {
      tls: { ca: authority.cert },
    });
    expect(outcome.kind).toBe('response');
    expect(phases).toEqual({
      dnsMs: atLeast(DNS_MS),
      connectMs: atLeast(0),
      tlsMs: atLeast(1),
      firstByteMs: atLeast(ANSWER_MS),
    });
  });

  it('is told as far as a failure came', async () => {
    const closed = createTcp().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const { port } = closed.address() as AddressInfo; // it listens on a port
    closed.close();
    await once(closed, 'close');
    const refused = await aSender()(`http://${HOST}:${port}/`);
    expect(refused.outcome).toMatchObject({ failure: 'connection_refused' });
    expect(refused.phases).toEqual({
      ...NO_PHASES,
      dnsMs: atLeast(DNS_MS),
      connectMs: atLeast(0),
    });

    const unresolved = await aSender({ dns: 10 })(`http://${HOST}:${port}/`);
    expect(unresolved.outcome).toMatchObject({ failure: 'dns' });
    expect(unresolved.phases).toEqual({ ...NO_PHASES, dnsMs: atLeast(10) });
    // Its own deadline comes before that of the look-up.
    const late = await aSender()(`http://${HOST}:${port}/`, { timeoutMs: 10 });
    expect(late.outcome).toMatchObject({ failure: 'dns' });
    expect(late.phases).toEqual({ ...NO_PHASES, dnsMs: atLeast(10) });

    const silent = await listening(createHttp(() => undefined));
    const unanswered = await aSender()(`http://127.0.0.1:${silent}/`, { timeoutMs: 50 });
    expect(unanswered.outcome).toMatchObject({ failure: 'timeout_response' });
    expect(unanswered.phases).toEqual({ ...NO_PHASES, connectMs: atLeast(0) });
  });
});

it('phases are stored in few bytes, and read as they were', () => {
  const part = fc.option(fc.nat({ max: 30_000 }), { nil: null });
  fc.assert(
    fc.property(
      fc.record({ dnsMs: part, connectMs: part, tlsMs: part, firstByteMs: part }),
      (phases) => {
        expect(unpackPhases(JSON.parse(JSON.stringify(packPhases(phases))))).toEqual(phases);
      },
    ),
  );
  expect(JSON.stringify(packPhases({ ...NO_PHASES, firstByteMs: 12 }))).toBe('12');
});
