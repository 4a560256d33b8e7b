// Certificates of an endpoint's own through the whole service: a receiver that demands a client
// certificate, one of a private authority, and connections that never serve two identities.
import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, type Service, startService } from '../../../core/contracts/service.ts';
import { type Certificates, hasOpenssl, makeCertificates } from './certificates.ts';

/** What one connection presented, and the paths that came over it. */
interface Connection {
  readonly client: string;
  readonly paths: string[];
}

describe.skipIf(!hasOpenssl)('an endpoint with certificates of its own', () => {
  let service: Service;
  let made: Certificates;
  let receiver: Server;
  let url = '';
  const connections = new Map<TLSSocket, Connection>();

  beforeAll(async () => {
    made = makeCertificates();
    service = await startService();
    receiver = createServer(
      {
        ...made.local,
        ca: [made.authority.cert, made.other.cert],
        requestCert: true,
        rejectUnauthorized: true,
      },
      (request, response) => {
        const socket = request.socket as TLSSocket; // of an HTTPS server
        const known = connections.get(socket);
        const path = request.url ?? '';
        const { subject } = socket.getPeerCertificate();
        if (known) known.paths.push(path);
        else connections.set(socket, { client: String(subject.CN), paths: [path] });
        request.resume().on('end', () => response.end('ok'));
      },
    );
    receiver.on('tlsClientError', () => undefined);
    receiver.keepAliveTimeout = 30_000;
    receiver.listen(0, '127.0.0.1');
    await once(receiver, 'listening');
    url = `https://localhost:${(receiver.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    receiver?.closeAllConnections();
    receiver?.close();
    await service?.stop();
  });

  async function endpoint(path: string, tls: unknown): Promise<string> {
    const body = { url: url + path, eventTypes: [path.slice(1)], tls, autoPause: false };
    const { status, json, text } = await service.ask('POST', '/v1/endpoints', body);
    expect(status, text).toBe(201);
    return json.id;
  }
  const post = async (type: string): Promise<string> =>
    (await service.ask('POST', '/v1/events', { type, data: {} })).json.id;
  const outcomeOf = (eventId: string): Promise<string> =>
    eventually(async () => {
      const { json } = await service.ask('GET', `/v1/events/${eventId}`);
      return json.deliveries?.[0]?.attempts[0]?.outcome as string | undefined;
    });
  const client = () => ({
    ca: made.authority.cert,
    clientCertificate: made.client.cert,
    clientKey: made.client.key,
  });

  it('delivers to a receiver of a private authority that demands a client certificate', async () => {
    await endpoint('/mutual', client());
    expect(await outcomeOf(await post('mutual'))).toBe('http_200');
    const seen = [...connections.values()].find(({ paths }) => paths.includes('/mutual'));
    expect(seen?.client).toBe('posthorn.example.org');
  });

  it('is tested with them as it is delivered to', async () => {
    const id = await endpoint('/tested', client());
    const { json } = await service.ask('POST', `/v1/endpoints/${id}/test`, {});
    expect(json).toMatchObject({ outcome: 'http_200', response: { status: 200 } });
    expect(JSON.stringify(json)).not.toContain('PRIVATE KEY');
    const without = await endpoint('/untrusting', undefined);
    const refused = await service.ask('POST', `/v1/endpoints/${without}/test`, {});
    expect(refused.json).toMatchObject({ outcome: 'tls' });
  });

  it('is refused without a client certificate, or with the authority missing', async () => {
    await endpoint('/no-client', { ca: made.authority.cert });
    // In TLS 1.3 a receiver refuses after the handshake: its alert and the end of the connection race.
    expect(await outcomeOf(await post('no-client'))).toMatch(/^(tls|connection_reset)$/);
    expect([...connections.values()].flatMap(({ paths }) => paths)).not.toContain('/no-client');
    await endpoint('/no-authority', {
      clientCertificate: made.client.cert,
      clientKey: made.client.key,
    });
    expect(await outcomeOf(await post('no-authority'))).toBe('tls');
  });

  it('shares no connection with an endpoint of another identity', async () => {
    const other = {
      ca: made.authority.cert,
      clientCertificate: made.other.cert,
      clientKey: made.other.key,
    };
    await endpoint('/one', client());
    await endpoint('/two', other);
    for (let round = 0; round < 5; round++) {
      const ids = await Promise.all([post('one'), post('two')]);
      for (const id of ids) expect(await outcomeOf(id)).toBe('http_200');
    }
    const clientsOf = (path: string) =>
      new Set(
        [...connections.values()]
          .filter(({ paths }) => paths.includes(path))
          .map(({ client: name }) => name),
      );
    expect(clientsOf('/one')).toEqual(new Set(['posthorn.example.org']));
    expect(clientsOf('/two')).toEqual(new Set(['other']));
    const kept = [...connections.values()].filter(({ paths }) => paths.length > 1);
    expect(kept.length).toBeGreaterThan(0);
  });
});
