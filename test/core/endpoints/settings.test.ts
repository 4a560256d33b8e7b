// What an endpoint's settings may be, and the faults that saving them finds.
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { STRICT_RULES } from '../../../lambdas/core/destinations/http/url.ts';
import { endpointInputSchema } from '../../../lambdas/core/endpoints/endpoint.ts';
import { faultsOf } from '../../../lambdas/core/faults.ts';

const schema = endpointInputSchema(STRICT_RULES);
const base = { url: 'https://receiver.example.com/hooks' };
const faults = (input: Record<string, unknown>) => {
  const parsed = schema.safeParse({ ...base, ...input });
  return parsed.success ? [] : faultsOf(parsed.error);
};
const REPLACES = 'is set by Posthorn and cannot be replaced';

describe('a custom header', () => {
  it.each([
    ['bynn', 'x-webhook-TOKEN'],
    ['bynn', 'User-Agent'],
    ['bynn', 'Idempotency-Key'],
    ['kyc-hmac', 'X-Webhook-Signature'],
    ['bronid', 'X-BronID-Signature-SHA'],
    ['idnow', 'authorization'],
    ['standard-webhooks', 'Webhook-Signature'],
    ['standard-webhooks', 'Content-Length'],
    ['standard-webhooks', 'host'],
    ['standard-webhooks', 'transfer-encoding'],
    ['standard-webhooks', 'content-type'],
  ])('cannot replace what %s sends as %s', (contract, name) => {
    expect(faults({ contract, headers: { [name]: 'x' } })).toEqual([
      { path: `/headers/${name}`, message: REPLACES },
    ]);
  });

  it('cannot replace a header of a further signature, of timing, or one that was renamed to', () => {
    const signed = { signatures: [{ scheme: 'http-message' }, { scheme: 'v1a' }] };
    for (const name of ['Signature', 'Signature-Input', 'Content-Digest', 'webhook-id']) {
      expect(faults({ contract: 'bynn', ...signed, headers: { [name]: 'x' } })).toHaveLength(1);
      expect(faults({ contract: 'bynn', headers: { [name]: 'x' } })).toEqual([]);
    }
    expect(faults({ timingHeaders: true, headers: { 'posthorn-attempt': '1' } })).toHaveLength(1);
    const renameHeaders = { 'webhook-signature': 'X-Acme-Signature' };
    expect(faults({ renameHeaders, headers: { 'x-acme-signature': 'x' } })).toHaveLength(1);
    expect(faults({ renameHeaders, headers: { 'webhook-signature': 'x' } })).toHaveLength(1);
  });

  it('may be what the contract itself does not set', () => {
    expect(faults({ headers: { 'User-Agent': 'Acme', Authorization: 'Bearer x' } })).toEqual([]);
  });
});

describe('an authentication header', () => {
  it('may be bearer, basic or any name', () => {
    expect(faults({ authentication: [{ type: 'bearer', token: 'abc' }] })).toEqual([]);
    expect(faults({ authentication: [{ type: 'basic', username: 'a', password: 'bö' }] })).toEqual(
      [],
    );
    expect(faults({ authentication: [{ type: 'header', name: 'X-Key', value: 'abc' }] })).toEqual(
      [],
    );
  });
  it('cannot replace a signed, transport or custom header, or another of its kind', () => {
    const bearer = { type: 'bearer', token: 'abc' };
    expect(faults({ contract: 'idnow', authentication: [bearer] })).toEqual([
      { path: '/authentication/0', message: 'sets authorization, which Posthorn sets itself' },
    ]);
    expect(faults({ headers: { Authorization: 'x' }, authentication: [bearer] })).toHaveLength(1);
    expect(faults({ authentication: [bearer, bearer] })).toHaveLength(1);
    for (const name of [
      'Host',
      'TE',
      'Proxy-Authorization',
      'Proxy-Authenticate',
      'proxy-status',
    ]) {
      expect(faults({ authentication: [{ type: 'header', name, value: 'x' }] })).toEqual([
        { path: '/authentication/0/name', message: 'is a header of the transport' },
      ]);
    }
  });
  it('cannot carry a line break', () => {
    expect(faults({ authentication: [{ type: 'bearer', token: 'a\r\nX: y' }] })).toHaveLength(1);
    const basic = { type: 'basic', username: 'a:b', password: 'c' };
    expect(faults({ authentication: [basic] })).toHaveLength(1);
  });
});

describe('a further signature', () => {
  it('may stand beside every contract, also alone', () => {
    for (const contract of ['standard-webhooks', 'bynn', 'kyc-hmac', 'bronid', 'idnow']) {
      const signatures = [{ scheme: 'http-message' }, { scheme: 'v1a' }];
      expect(faults({ contract, signatures, ownSignature: false })).toEqual([]);
    }
    expect(faults({ ownSignature: false })).toEqual([
      { path: '/ownSignature', message: 'may be false only if signatures has at least one entry' },
    ]);
  });
  it('cannot be the contract’s own, stand twice, or set what is set already', () => {
    expect(faults({ signatures: [{ scheme: 'standard-webhooks' }] })).toHaveLength(1);
    expect(faults({ signatures: [{ scheme: 'v1a' }, { scheme: 'v1a' }] })).toHaveLength(1);
    const clash = { scheme: 'idnow', headerName: 'X-Webhook-Signature' };
    expect(faults({ contract: 'kyc-hmac', signatures: [clash] })).toEqual([
      { path: '/signatures/0/scheme', message: 'sets x-webhook-signature, which is already set' },
    ]);
  });
  it('covers custom headers that are there', () => {
    const signatures = [{ scheme: 'http-message', headers: ['X-Flow'] }];
    expect(faults({ signatures, headers: { 'x-flow': 'a' } })).toEqual([]);
    expect(faults({ signatures })).toEqual([
      {
        path: '/signatures/0/headers',
        message: 'names X-Flow, which is in neither headers nor authentication',
      },
    ]);
  });
  it('by HMAC needs a shared secret', () => {
    const secret = `whsk_${Buffer.from('0123456789abcdefghijklmnopqrstuv').toString('base64')}`;
    expect(faults({ secret })).toEqual([]);
    expect(faults({ secret, contract: 'kyc-hmac' })).toHaveLength(1);
    expect(faults({ secret, signatures: [{ scheme: 'kyc-hmac' }] })).toHaveLength(1);
  });
});

describe('renaming', () => {
  it('is of headers that are set, to names that are free', () => {
    const rename = (renameHeaders: Record<string, string>) => faults({ renameHeaders });
    expect(rename({ 'Webhook-Id': 'X-Event' })).toEqual([]);
    expect(rename({ 'X-None': 'X-Event' })).toHaveLength(1);
    expect(rename({ 'webhook-id': 'webhook-timestamp' })).toHaveLength(1);
    expect(rename({ 'webhook-id': 'Content-Length' })).toHaveLength(1);
    expect(rename({ 'webhook-id': 'X-A', 'webhook-timestamp': 'x-a' })).toHaveLength(1);
  });
});

describe('encryption', () => {
  const rsa = (modulusLength: number) => generateKeyPairSync('rsa', { modulusLength });
  const jwkOf = ({ publicKey }: { readonly publicKey: KeyObject }) =>
    publicKey.export({ format: 'jwk' });
  it('takes a public RSA or EC key', () => {
    expect(faults({ encryption: { jwk: jwkOf(rsa(2048)) } })).toEqual([]);
    for (const namedCurve of ['P-256', 'P-384', 'P-521']) {
      expect(
        faults({ encryption: { jwk: jwkOf(generateKeyPairSync('ec', { namedCurve })) } }),
      ).toEqual([]);
    }
    expect(faults({ encryption: { jwk: jwkOf(generateKeyPairSync('x25519')) } })).toEqual([]);
  });
  it('refuses private, weak and unusable keys, and an algorithm of another kind', () => {
    const { privateKey, publicKey } = rsa(2048);
    expect(faults({ encryption: { jwk: privateKey.export({ format: 'jwk' }) } })).toEqual([
      { path: '/encryption/jwk', message: 'must be a public key: this one is private' },
    ]);
    expect(faults({ encryption: { jwk: jwkOf(rsa(1024)) } })).toHaveLength(1);
    expect(
      faults({ encryption: { jwk: { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' } } }),
    ).toHaveLength(1);
    expect(faults({ encryption: { jwk: { kty: 'oct', k: 'AA' } } })).toHaveLength(1);
    const jwk = publicKey.export({ format: 'jwk' });
    expect(faults({ encryption: { jwk, alg: 'ECDH-ES' } })).toEqual([
      { path: '/encryption/alg', message: 'must be RSA-OAEP-256 for this key' },
    ]);
  });
  const n = String(jwkOf(rsa(2048)).n);
  const base64url = (...bytes: number[]) => Buffer.from(bytes).toString('base64url');
  const even = Buffer.from(n, 'base64url');
  even[even.length - 1] = 2;
  const order8 = 'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800';
  it.each<[string, object]>([
    ['the exponent 0', { kty: 'RSA', n, e: base64url(0) }],
    ['the exponent 1', { kty: 'RSA', n, e: base64url(1) }],
    ['the exponent 3', { kty: 'RSA', n, e: base64url(3) }],
    ['an even exponent', { kty: 'RSA', n, e: base64url(1, 0, 2) }],
    ['an even modulus', { kty: 'RSA', n: even.toString('base64url'), e: 'AQAB' }],
    ['a power of two', { kty: 'RSA', n: base64url(128, ...Array(255).fill(0)), e: 'AQAB' }],
    ['the point 0', { kty: 'OKP', crv: 'X25519', x: base64url(...Array(32).fill(0)) }],
    ['the point 1', { kty: 'OKP', crv: 'X25519', x: base64url(1, ...Array(31).fill(0)) }],
    [
      'a point of order 8',
      { kty: 'OKP', crv: 'X25519', x: Buffer.from(order8, 'hex').toString('base64url') },
    ],
    [
      'a point beside the curve',
      { kty: 'EC', crv: 'P-256', x: n.slice(0, 43), y: n.slice(43, 86) },
    ],
  ])('refuses %s, which protects nothing or cannot be used', (_, jwk) => {
    expect(faults({ encryption: { jwk } }).map(({ path }) => path)).toEqual(['/encryption/jwk']);
  });
});

it('regression: certificates beside a URL without TLS were once taken, and meant nothing', () => {
  const lax = endpointInputSchema({ allowHttp: true, allowPrivate: true, allowedPorts: 'any' });
  const given = { url: 'http://receiver.example.com/', tls: { minVersion: 'TLSv1.3' } };
  const { error } = lax.safeParse(given);
  expect(error && faultsOf(error)).toEqual([{ path: '/tls', message: 'needs a URL with https' }]);
  expect(lax.safeParse({ ...given, url: 'https://receiver.example.com/' }).success).toBe(true);
});

describe('a contract’s options and secrets', () => {
  it('have faults by their path', () => {
    expect(faults({ contract: 'bynn', contractOptions: { webhookToken: 'none' } })[0]?.path).toBe(
      '/contractOptions/webhookToken',
    );
    expect(faults({ contract: 'kyc-hmac', contractOptions: { other: 1 } })).toEqual([
      { path: '/contractOptions/other', message: 'is not a known field' },
    ]);
    const transport = { contract: 'idnow', contractOptions: { headerName: 'Host' } };
    expect(faults(transport)).toHaveLength(1);
  });
  it('are accepted as the vendors have them', () => {
    expect(faults({ contract: 'bronid', secret: 'the_secret_signing_key@!' })).toEqual([]);
    expect(faults({ contract: 'bynn', token: 'wh_5YCo6VqqfNWjNbMu8q3NPjct' })).toEqual([]);
    expect(faults({ contract: 'bronid', secret: 'too_short_signing_key@!' })).toHaveLength(1);
  });
});
