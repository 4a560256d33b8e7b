// TLS over real sockets: full verification, each fault in clear words, and certificates of an endpoint's own.
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type Server, type TlsOptions } from 'node:tls';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { failureOutcome } from '../../../../lambdas/adapters/sender/http/outcome.ts';
import { type Certificates, HOST, hasOpenssl, makeCertificates } from './certificates.ts';
import { answerAndClose, LAX, senderWith } from './sending.ts';

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.close();
    await once(server, 'close');
  }
});

interface Seen {
  url: string;
  readonly serverNames: (string | false | null)[];
  connections: number;
}

async function serve(options: TlsOptions, host = HOST): Promise<Seen> {
  const seen: Seen = { url: '', serverNames: [], connections: 0 };
  const server = createServer(options, (socket) => {
    seen.serverNames.push(socket.servername);
    socket.on('error', () => undefined);
    answerAndClose(socket);
  });
  server.on('connection', () => {
    seen.connections++;
  });
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // it listens on a port
  seen.url = `https://${host}:${port}/`;
  return seen;
}

const resolve = async () => ['127.0.0.1'];
const send = senderWith(LAX, { resolve });

// Without openssl nothing can make the certificates: the tests are skipped and say so.
describe.skipIf(!hasOpenssl)('TLS, with certificates made by openssl', () => {
  let certificates: Certificates;
  beforeAll(() => {
    certificates = makeCertificates();
  });
  const trusting = () => ({ tls: { ca: certificates.authority.cert } });

  it('delivers with the name as SNI, over TLS 1.2 and 1.3', async () => {
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      const seen = await serve({ ...certificates.valid, minVersion: version, maxVersion: version });
      expect((await send(seen.url, trusting())).name).toBe('http_200');
      expect(seen.serverNames).toEqual([HOST]);
    }
  });

  it('tells when the receiver’s certificate expires, over a kept connection as well', async () => {
    const seen = await serve({ ...certificates.valid });
    const expiresAtMs = new X509Certificate(certificates.valid.cert).validToDate.getTime();
    for (let n = 0; n < 2; n++) {
      const sent = await send(seen.url, trusting());
      expect(sent.certificateExpiresAtMs).toBe(expiresAtMs);
    }
  });

  it.each<[fault: string, of: keyof Certificates, detail: string]>([
    ['expired', 'expired', 'The certificate, or one of its chain, has expired. (CERT_HAS_EXPIRED)'],
    ['not valid yet', 'future', 'The certificate is not valid yet. (CERT_NOT_YET_VALID)'],
    [
      'for another host',
      'wrongHost',
      'The certificate is for another host. (ERR_TLS_CERT_ALTNAME_INVALID)',
    ],
    ['self-signed', 'selfSigned', 'The certificate is self-signed. (DEPTH_ZERO_SELF_SIGNED_CERT)'],
  ])('refuses a certificate that is %s', async (_, of, detail) => {
    const { url } = await serve(certificates[of]);
    expect(await send(url, trusting())).toMatchObject({ name: 'tls', detail });
  });

  it('refuses an authority that it does not know', async () => {
    const { url } = await serve(certificates.valid);
    const detail =
      'The authority is unknown, or the receiver sends no intermediate certificate. (UNABLE_TO_VERIFY_LEAF_SIGNATURE)';
    expect(await send(url)).toMatchObject({ name: 'tls', detail });
    expect((await send(url, { tls: { ca: certificates.other.cert } })).name).toBe('tls');
  });

  it('refuses a chain that ends in an authority of its own', async () => {
    const cert = certificates.valid.cert + certificates.authority.cert;
    const { url } = await serve({ cert, key: certificates.valid.key });
    const { name, detail } = await send(url);
    expect([name, detail]).toEqual([
      'tls',
      "The chain ends in an authority's certificate that is not trusted. (SELF_SIGNED_CERT_IN_CHAIN)",
    ]);
  });

  it('compares the certificate with the address if the URL holds one', async () => {
    const seen = await serve(certificates.valid, '127.0.0.1');
    expect(await send(seen.url, trusting())).toMatchObject({
      name: 'tls',
      detail: 'The certificate is for another host. (ERR_TLS_CERT_ALTNAME_INVALID)',
    });
  });

  it('refuses TLS 1.1', async () => {
    const { url } = await serve({
      ...certificates.valid,
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    });
    const { name, detail } = await send(url, trusting());
    expect(name).toBe('tls');
    expect(detail).toContain('TLS 1.2 or newer');
  });

  it('verifies whatever NODE_TLS_REJECT_UNAUTHORIZED says', async () => {
    const { url } = await serve(certificates.selfSigned);
    const before = process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    const emit = process.emitWarning;
    process.emitWarning = () => undefined; // Node's own warning about the next line
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
    try {
      expect((await send(url)).name).toBe('tls');
    } finally {
      process.emitWarning = emit;
      if (before === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
      else process.env.NODE_TLS_REJECT_UNAUTHORIZED = before;
    }
  });

  it("sends an endpoint's client certificate to a receiver that asks for one", async () => {
    const { authority, client, valid } = certificates;
    const seen = await serve({ ...valid, requestCert: true, ca: authority.cert });
    expect((await send(seen.url, { tls: { ca: authority.cert, ...client } })).name).toBe(
      'http_200',
    );
  });

  // TLS 1.2 has no alert of its own for it (RFC 5246, section 7.4.6); TLS 1.3 refuses after the handshake, in the
  // middle of a large request.
  it.each([
    [
      'TLSv1.2',
      /^The receiver asks for a client certificate, or there is no cipher that both sides offer\. \(/,
    ],
    [
      'TLSv1.3',
      /^The receiver refuses the client certificate, or asks for one\. \(.*CERTIFICATE_REQUIRED\)$/,
    ],
  ] as const)('says by %s that a client certificate is missing', async (version, detail) => {
    const { authority, valid } = certificates;
    const only = { minVersion: version, maxVersion: version };
    const seen = await serve({ ...valid, ...only, requestCert: true, ca: authority.cert });
    for (const length of [2, 250_000, 2]) {
      const body = Buffer.alloc(length, ' ');
      const sent = await send(seen.url, { ...trusting(), body });
      expect(sent.name).toBe('tls');
      expect(sent.detail).toMatch(detail);
    }
  });

  it("does not lend one endpoint's trust to another", async () => {
    const { url } = await serve(certificates.valid);
    expect((await send(url, trusting())).name).toBe('http_200');
    expect((await send(url)).name).toBe('tls');
    expect((await send(url, trusting())).name).toBe('http_200');
  });

  it('tells a certificate that is no PEM as a failure of TLS', async () => {
    const seen = await serve(certificates.valid);
    const tls = { cert: 'nonsense', key: 'nonsense' };
    expect((await send(seen.url, { tls })).name).toBe('tls');
    expect(seen.connections).toBe(0);
  });
});

// As OpenSSL names the alerts of RFC 8446, section 6.2, in Node's codes.
describe('an alert about the client certificate is told as that:', () => {
  it.each([
    'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
    'ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE',
    'ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_UNKNOWN',
    'ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_EXPIRED',
    'ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_REVOKED',
    'ERR_SSL_SSL/TLS_ALERT_UNSUPPORTED_CERTIFICATE',
    'ERR_SSL_SSLV3_ALERT_NO_CERTIFICATE',
    'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA',
    'ERR_SSL_TLSV1_ALERT_ACCESS_DENIED',
    'ERR_SSL_TLSV1_ALERT_DECRYPT_ERROR',
  ])('%s', (code) => {
    expect(failureOutcome(Object.assign(new Error('alert'), { code }))).toEqual({
      kind: 'failure',
      failure: 'tls',
      detail: `The receiver refuses the client certificate, or asks for one. (${code})`,
    });
  });
});
