// What the sender makes of what comes back, over real connections: what retries go by.
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { createHttpSender } from '../../../../lambdas/adapters/sender/http/sender.ts';
import type { DestinationRules } from '../../../../lambdas/core/destinations/http/url.ts';
import { type Outcome, outcomeName } from '../../../../lambdas/core/retries/outcome.ts';

const LAX: DestinationRules = { allowHttp: true, allowPrivate: true, allowedPorts: 'any' };
/** 2026-01-31T09:30:00Z */
const NOW_MS = 1_769_851_800_000;
const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // it listens on a port
  return `http://127.0.0.1:${port}/hook`;
}

const aSender = () =>
  createHttpSender(LAX, { now: () => NOW_MS, random: Buffer.alloc, sleep: async () => undefined });

async function send(
  sender: ReturnType<typeof aSender>,
  url: string,
  timeoutMs = 3_000,
): Promise<Outcome> {
  const body = Buffer.from('{"type":"dossier.created"}');
  const headers = [['content-type', 'application/json']] as const;
  return (await sender.send({ url, method: 'POST', headers, body, timeoutMs })).outcome;
}

describe('a status', () => {
  it.each([200, 204, 301, 308, 400, 401, 404, 410, 422, 429, 500, 502, 503, 599])(
    'of %d is what it is',
    async (status) => {
      const url = await serve((_, response) => response.writeHead(status).end());
      expect(outcomeName(await send(aSender(), url))).toBe(`http_${status}`);
    },
  );
});

describe('Retry-After', () => {
  it.each([
    ['in seconds', '90', 90_000],
    ['of more than a day', '172800', 172_800_000],
    ['as a date', 'Sat, 31 Jan 2026 09:32:30 GMT', 150_000],
    ['as a date of the past', 'Fri, 30 Jan 2026 09:30:00 GMT', 0],
    ['that cannot be read', 'in a while', undefined],
  ])('%s: %s', async (_, value, expected) => {
    const url = await serve((_, response) => {
      response.writeHead(429, { 'retry-after': value }).end();
    });
    const outcome = await send(aSender(), url);
    expect(outcome.kind === 'response' && outcome.response.retryAfterMs).toBe(expected);
  });
});

describe('a connection that the receiver gives up', () => {
  /** Answers the first so many requests of each connection, and breaks it at the next. */
  async function serveSome(perConnection: number) {
    const served = new Map<Socket, number>();
    const bodies: string[] = [];
    let isBroken = false;
    const url = await serve(async (request, response) => {
      const count = (served.get(request.socket) ?? 0) + 1;
      served.set(request.socket, count);
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      bodies.push(Buffer.concat(chunks).toString());
      if (isBroken || count > perConnection) request.socket.resetAndDestroy();
      else response.writeHead(204).end();
    });
    const breakAll = () => {
      isBroken = true;
    };
    return { url, bodies, connections: () => served.size, breakAll };
  }

  it('as it is used again gets one try on a fresh one, which nobody notices', async () => {
    const { url, bodies, connections } = await serveSome(1);
    const sender = aSender();
    for (let request = 0; request < 4; request++) {
      expect(outcomeName(await send(sender, url))).toBe('http_204');
    }
    expect(connections()).toBeGreaterThan(1);
    expect(new Set(bodies)).toEqual(new Set(['{"type":"dossier.created"}']));
  });

  it('as it is used for the first time is a failed attempt, and not tried again', async () => {
    const { url, bodies } = await serveSome(0);
    expect(outcomeName(await send(aSender(), url))).toBe('connection_reset');
    expect(bodies).toHaveLength(1);
  });

  it('after it was used, and then the fresh one too, is a failed attempt', async () => {
    const { url, bodies, connections, breakAll } = await serveSome(5);
    const sender = aSender();
    for (let request = 0; request < 3; request++) {
      await send(sender, url);
      // A connection is free again a moment after its answer.
      await nextTurn();
    }
    const before = { requests: bodies.length, connections: connections() };
    breakAll();
    expect(outcomeName(await send(sender, url))).toBe('connection_reset');
    expect({ requests: bodies.length, connections: connections() }).toEqual({
      requests: before.requests + 2,
      connections: before.connections + 1,
    });
  });
});

describe('a slow receiver', () => {
  it('is a timeout within the time of the request, and not tried again on another connection', async () => {
    let requests = 0;
    const url = await serve((_, response) => {
      requests++;
      if (requests === 1) response.writeHead(204).end();
    });
    const sender = aSender();
    await send(sender, url);
    const startedAt = performance.now();
    expect(outcomeName(await send(sender, url, 250))).toBe('timeout_response');
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    expect(requests).toBe(2);
  });

  it('that has said its status has answered, however long its body takes', async () => {
    const url = await serve((_, response) => {
      response.writeHead(503, { 'retry-after': '7' });
      response.write('wait');
    });
    const outcome = await send(aSender(), url, 250);
    expect(outcome).toMatchObject({
      kind: 'response',
      response: { status: 503, retryAfterMs: 7_000, body: 'wait' },
    });
  });
});
