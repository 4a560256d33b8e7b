// Every contract's delivery, taken off the wire of a running service, verifies with libraries that
// Posthorn does not sign with.
import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { everyChangedBitFails, everyChangedByteFails } from './changes.ts';
import { withFlippedByte } from './form.ts';
import {
  bynnClaims,
  decrypted,
  header,
  type Received,
  verifiesBronid,
  verifiesBronidBody,
  verifiesBynn,
  verifiesIdnow,
  verifiesMessage,
  verifiesStandard,
  verifiesV1a,
} from './independent-verifiers.ts';
import { askPython, hasPython } from './python.ts';
import { type Arrived, eventually, type Service, startService, within } from './service.ts';

const DATA =
  '{ "resource": {"id":"dossier_1", "reference":"r-1", "score":1.0}, "sessionId":"ses_42", "name":"Zoë" }';
let service: Service;

beforeAll(async () => {
  service = await startService();
}, 120_000);
afterAll(() => service.stop());

let paths = 0;
async function endpoint(contract: string, settings: Record<string, unknown> = {}) {
  const path = `/${contract}/${++paths}`;
  const url = service.receiverUrl + path;
  const type = `test.case${paths}`;
  const wanted = { url, contract, eventTypes: [type], ...settings };
  const { status, json, text } = await service.ask('POST', '/v1/endpoints', wanted);
  expect(status, text).toBe(201);
  const { json: shown } = await service.ask('GET', `/v1/endpoints/${json.id}/secret`);
  return { id: json.id, json, path, type, secret: String(shown.secret) };
}

async function delivered(to: { path: string; type: string }, data = DATA): Promise<Arrived> {
  const before = service.arrived.filter(({ path }) => path === to.path).length;
  const body = `{"type":"${to.type}","data":${data}}`;
  const { status, text } = await service.ask('POST', '/v1/events', body);
  expect(status, text).toBe(202);
  return eventually(() => service.arrived.filter(({ path }) => path === to.path)[before]);
}

async function keys() {
  const { json } = await service.ask('GET', '/v1/signing-keys?tenant=acme');
  const pems = new Map<string, string>();
  for (const { id, publicKey } of json.data) pems.set(id, publicKey);
  const of = (algorithm: string): { id: string; publicKey: string } =>
    json.data.find((key: { algorithm: string }) => key.algorithm === algorithm);
  return { pems, of };
}

describe('a delivery off the wire', () => {
  it('of standard-webhooks verifies with standardwebhooks and svix', async () => {
    const to = await endpoint('standard-webhooks');
    const received = await delivered(to);
    expect(to.secret).toMatch(/^whsec_/);
    expect(verifiesStandard(received, to.secret)).toBe(true);
    expect(received.body.toString()).toContain(`"data":${DATA}}`);
  });

  it('of standard-webhooks with a whsk_ key verifies with the whpk_ that is shown', async () => {
    const to = await endpoint('standard-webhooks', { contractOptions: { signature: 'v1a' } });
    expect(to.secret).toMatch(/^whpk_[A-Za-z0-9+/]{43}=$/);
    const spki = Buffer.concat([
      Buffer.from('302a300506032b6570032100', 'hex'),
      Buffer.from(to.secret.slice(5), 'base64'),
    ]);
    const pem = `-----BEGIN PUBLIC KEY-----\n${spki.toString('base64')}\n-----END PUBLIC KEY-----\n`;
    expect(verifiesV1a(await delivered(to), pem)).toBe(true);
  });

  it('of bynn verifies with jsonwebtoken and the published key', async () => {
    const to = await endpoint('bynn', { token: 'wh_5YCo6VqqfNWjNbMu8q3NPjct' });
    const received = await delivered(to);
    const { json } = await service.ask('GET', '/.well-known/acme/live/jwks.json');
    const { of } = await keys();
    const rsa = of('RS256');
    expect(json.keys.map(({ kid }: { kid: string }) => kid)).toContain(rsa.id);
    const pem = await service.ask('GET', `/.well-known/acme/live/keys/${rsa.id}.pem`);
    expect(pem.text).toBe(rsa.publicKey);
    const claims = bynnClaims(received.body, pem.text);
    expect(claims).toMatchObject({ iss: 'posthorn', sub: null });
    const { jwt, ...body } = JSON.parse(received.body.toString());
    expect(claims?.data).toEqual({ ...body, resource: { id: 'dossier_1', score: 1 } });
    expect(body.organization).toEqual({ id: 'acme', name: 'Acme & Söhne' });
    expect(received.rawHeaders.map(([name]) => name)).toEqual(
      expect.arrayContaining([
        'User-Agent',
        'X-Webhook-Token',
        'X-Test-Mode',
        'Idempotency-Key',
        'Content-Type',
      ]),
    );
    expect(header(received, 'X-Webhook-Token')).toBe('wh_5YCo6VqqfNWjNbMu8q3NPjct');
    expect(header(received, 'X-Test-Mode')).toBe('false');
    expect(header(received, 'Idempotency-Key')).toMatch(/^wh_[0-9A-Za-z]{24}$/);
  });

  it.skipIf(!hasPython)('of kyc-hmac verifies with Python’s hmac', async () => {
    const secret = '5f3a9c1b7e2d4a6f8b0c5f3a9c1b7e2d';
    const to = await endpoint('kyc-hmac', { secret });
    const received = await delivered(to);
    const signature = header(received, 'X-Webhook-Signature').replace(/^sha256=/, '');
    const body = received.body.toString('base64');
    expect(askPython([{ kind: 'hmac-sha256', body, key: secret, expected: signature }])).toEqual([
      true,
    ]);
    const sent = JSON.parse(received.body.toString());
    expect(Object.keys(sent)).toEqual(['id', 'type', 'created', 'data']);
    expect(header(received, 'X-Webhook-ID')).toBe(sent.id);
    expect(header(received, 'X-Webhook-Timestamp')).toBe(String(sent.created));
    expect(header(received, 'User-Agent')).toBe('KYC-Webhooks/1.0');
    expect(received.rawHeaders.map(([name]) => name)).toContain('X-Webhook-ID');
  });

  it('of bronid verifies with an independent SHA3 and Keccak, over the raw bytes and in the body', async () => {
    const secret = 'the_secret_signing_key@!';
    const to = await endpoint('bronid', { secret });
    const received = await delivered(to, '{ "name" : "Zoë", "timestamp": 1 }');
    expect(verifiesBronid(received, secret)).toBe(true);
    expect(verifiesBronidBody(received, secret)).toBe(true);
    const sentAt = JSON.parse(received.body.toString()).timestamp;
    expect(Math.abs(sentAt - received.atMs / 1000)).toBeLessThan(10);
    if (hasPython) {
      const expected = header(received, 'X-BronID-Signature-SHA').replace('bronid_sec_sha256_', '');
      const body = received.body.toString('base64');
      expect(askPython([{ kind: 'sha3-256', body, key: secret, expected }])).toEqual([true]);
    }
  });

  it('of idnow verifies with jsonwebtoken, and says nothing of anybody', async () => {
    const to = await endpoint('idnow');
    const received = await delivered(to);
    expect(verifiesIdnow(received, to.secret)).toBe(true);
    const sent = JSON.parse(received.body.toString());
    expect(Object.keys(sent)).toEqual(['eventId', 'eventType', 'createdAt', 'sessionId']);
    const renamed = await endpoint('idnow', { contractOptions: { headerName: 'X-Auth' } });
    const other = await delivered(renamed);
    expect(header(other, 'Authorization')).toBe('');
    expect(verifiesIdnow(other, renamed.secret, { headerName: 'X-Auth' })).toBe(true);
  });

  it.each(['standard-webhooks', 'bynn', 'kyc-hmac', 'bronid', 'idnow'])(
    'of %s carries HTTP message signatures and v1a beside its own, under an independent verifier',
    async (contract) => {
      const to = await endpoint(contract, {
        signatures: [{ scheme: 'http-message' }, { scheme: 'v1a' }],
        timingHeaders: true,
      });
      const received = await delivered(to);
      const { pems, of } = await keys();
      expect(await verifiesMessage(received, (id) => pems.get(id))).toBe(true);
      expect(verifiesV1a(received, of('Ed25519').publicKey)).toBe(true);
      expect(
        await verifiesMessage({ ...received, url: `${received.url}x` }, (id) => pems.get(id)),
      ).toBe(false);
      expect(header(received, 'Posthorn-Attempt')).toBe('1');
      expect(Date.parse(header(received, 'Posthorn-Sent'))).toBeGreaterThanOrEqual(
        Date.parse(header(received, 'Posthorn-Accepted')),
      );
    },
  );

  it.each([
    ['RSA-OAEP-256', () => generateKeyPairSync('rsa', { modulusLength: 2048 })],
    ['ECDH-ES', () => generateKeyPairSync('ec', { namedCurve: 'P-256' })],
  ])('is decrypted by node-jose (%s), and signed after encryption', async (alg, generate) => {
    const { publicKey, privateKey } = generate();
    const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'k-1', use: 'enc' };
    const to = await endpoint('standard-webhooks', { encryption: { jwk } });
    const received = await delivered(to);
    expect(verifiesStandard(received, to.secret)).toBe(true);
    expect(header(received, 'Content-Type')).toBe('application/jose');
    const head = Buffer.from(received.body.toString().split('.')[0] ?? '', 'base64url');
    expect(JSON.parse(head.toString())).toMatchObject({
      alg,
      enc: 'A256GCM',
      cty: 'json',
      kid: 'k-1',
    });
    const plain = await decrypted(received.body, privateKey.export({ format: 'jwk' }));
    expect(plain.toString()).toContain(`"data":${DATA}}`);
    const bytes = received.body.toString().split('');
    const at = received.body.lastIndexOf('.') - 5;
    bytes[at] = bytes[at] === 'A' ? 'B' : 'A';
    await expect(
      decrypted(Buffer.from(bytes.join('')), privateKey.export({ format: 'jwk' })),
    ).rejects.toThrow();
  });

  it('carries authentication headers and renamed ones, and a second scheme', async () => {
    const to = await endpoint('kyc-hmac', {
      authentication: [
        { type: 'basic', username: 'posthorn', password: 'a long enough password' },
        { type: 'header', name: 'X-Api-Key', value: 'key-0123456789-0123456789' },
      ],
      renameHeaders: { 'X-Webhook-Signature': 'X-Acme-Signature' },
      signatures: [{ scheme: 'idnow', headerName: 'X-Jwt', prefix: '' }],
      headers: { 'X-Region': 'eu' },
    });
    expect(JSON.stringify(to.json)).not.toContain('long enough');
    expect(JSON.stringify(to.json)).not.toContain('key-0123456789');
    const received = await delivered(to);
    const basic = Buffer.from('posthorn:a long enough password').toString('base64');
    expect(header(received, 'Authorization')).toBe(`Basic ${basic}`);
    expect(header(received, 'X-Api-Key')).toBe('key-0123456789-0123456789');
    expect(header(received, 'X-Region')).toBe('eu');
    expect(header(received, 'X-Webhook-Signature')).toBe('');
    expect(header(received, 'X-Acme-Signature')).toMatch(/^sha256=[0-9a-f]{64}$/);
    expect(verifiesIdnow(received, to.secret, { headerName: 'X-Jwt' })).toBe(true);
  });

  it('is signed anew on a retry, under the same idempotency key', async () => {
    const to = await endpoint('bynn', {
      retryPolicy: { immediate: false, steps: [{ count: 3, seconds: 1 }] },
    });
    let left = 1;
    service.answer = ({ path }) => (path === to.path && left-- > 0 ? 500 : 200);
    const first = await delivered(to);
    const second = await eventually(
      () => service.arrived.filter(({ path }) => path === to.path)[1],
    );
    service.answer = () => 200;
    const { pems, of } = await keys();
    expect(pems.size).toBeGreaterThan(0);
    const pem = of('RS256').publicKey;
    const [one, two] = [bynnClaims(first.body, pem), bynnClaims(second.body, pem)];
    expect(one?.jti).not.toBe(two?.jti);
    expect(Number(two?.iat)).toBeGreaterThan(Number(one?.iat));
    expect(Number(two?.exp)).toBe(Number(two?.iat) + 24 * 3600);
    expect(header(second, 'Idempotency-Key')).toBe(header(first, 'Idempotency-Key'));
    expect(verifiesBynn(second, pem)).toBe(true);
  });
});

describe('a delivery off the wire with any change', () => {
  it('of standard-webhooks fails', async () => {
    const to = await endpoint('standard-webhooks');
    const received = await delivered(to);
    const verifies = (changed: Received) => verifiesStandard(changed, to.secret);
    await everyChangedByteFails(received, verifies);
    const signature = Buffer.from(header(received, 'webhook-signature').slice(3), 'base64');
    const put = (changed: Buffer) => `v1,${changed.toString('base64')}`;
    await everyChangedBitFails(received, 'webhook-signature', signature, put, verifies);
  });

  it('of bronid fails', async () => {
    const to = await endpoint('bronid');
    const received = await delivered(to);
    const verifies = (changed: Received) => verifiesBronid(changed, to.secret);
    await everyChangedByteFails(received, verifies);
    const prefix = 'bronid_sec_sha256_';
    const value = header(received, 'X-BronID-Signature-SHA').slice(prefix.length);
    const put = (changed: Buffer) => prefix + changed.toString('hex');
    const name = 'X-BronID-Signature-SHA';
    await everyChangedBitFails(received, name, Buffer.from(value, 'hex'), put, verifies);
  });

  it('of idnow fails, its body included', async () => {
    const to = await endpoint('idnow');
    const received = await delivered(to);
    const verifies = (changed: Received) => verifiesIdnow(changed, to.secret);
    await everyChangedByteFails(received, verifies);
    const token = header(received, 'Authorization');
    const cut = token.lastIndexOf('.') + 1;
    const put = (changed: Buffer) => token.slice(0, cut) + changed.toString('base64url');
    const signature = Buffer.from(token.slice(cut), 'base64url');
    await everyChangedBitFails(received, 'Authorization', signature, put, verifies);
  });

  it('of bynn fails, in the JWT', async () => {
    const received = await delivered(await endpoint('bynn'));
    const { pems } = await keys();
    const verifies = ({ body }: Received) =>
      [...pems.values()].some((pem) => pem.length > 300 && verifiesBynn({ body }, pem));
    expect(verifies(received)).toBe(true);
    const { jwt } = JSON.parse(received.body.toString());
    const from = received.body.indexOf(jwt);
    const signedLength = String(jwt).lastIndexOf('.');
    for (let at = 0; at < signedLength; at += 3) {
      expect(verifies(withFlippedByte(received, from + at, 1))).toBe(false);
    }
    const signature = Buffer.from(jwt.slice(signedLength + 1), 'base64url');
    for (let at = 0; at < signature.length * 8; at += 7) {
      const changed = Buffer.from(signature);
      changed[at >> 3] = (changed[at >> 3] ?? 0) ^ (1 << (at & 7));
      const text = jwt.slice(0, signedLength + 1) + changed.toString('base64url');
      const body = Buffer.from(received.body.toString().replace(jwt, text));
      expect(verifies({ ...received, body })).toBe(false);
    }
  });

  it.skipIf(!hasPython)('of kyc-hmac fails', async () => {
    const to = await endpoint('kyc-hmac');
    const received = await delivered(to);
    const expected = header(received, 'X-Webhook-Signature').replace(/^sha256=/, '');
    const asked = (body: Buffer, signature: string) =>
      ({
        kind: 'hmac-sha256',
        body: body.toString('base64'),
        key: to.secret,
        expected: signature,
      }) as const;
    const bodies = Array.from({ length: received.body.length }, (_, at) =>
      asked(withFlippedByte(received, at, 1 << (at & 7)).body, expected),
    );
    const signatures = Array.from({ length: 256 }, (_, at) => {
      const changed = Buffer.from(expected, 'hex');
      changed[at >> 3] = (changed[at >> 3] ?? 0) ^ (1 << (at & 7));
      return asked(received.body, changed.toString('hex'));
    });
    const [first, ...others] = askPython([
      asked(received.body, expected),
      ...bodies,
      ...signatures,
    ]);
    expect(first).toBe(true);
    expect(others).not.toContain(true);
  });
});

describe('an event that a contract cannot form', () => {
  it('ends as unshapeable at once, sends nothing and does not blame the endpoint', async () => {
    const to = await endpoint('bynn');
    const { json } = await service.ask('POST', '/v1/events', {
      type: to.type,
      data: { resource: 'not an object' },
    });
    const delivery = await eventually(async () => {
      const listed = await service.ask('GET', `/v1/deliveries?endpoint=${to.id}`);
      return listed.json.data.find((one: { event: string }) => one.event === json.id);
    });
    expect(delivery).toMatchObject({ status: 'dead', deathReason: 'final_outcome' });
    expect(delivery.attempts).toMatchObject([
      {
        outcome: 'unshapeable',
        detail: 'The contract bynn cannot form this: data.resource must be an object.',
      },
    ]);
    expect(service.arrived.filter(({ path }) => path === to.path)).toEqual([]);
    const { json: after } = await service.ask('GET', `/v1/endpoints/${to.id}`);
    expect(after.status).toBe('active');
  });
});

describe('the JWKS', () => {
  it('is open, cacheable, and holds public halves only', async () => {
    const response = await fetch(`${service.url}/.well-known/jwks.json`);
    expect(response.headers.get('cache-control')).toBe('public, max-age=300');
    const { keys: published } = (await response.json()) as { keys: Record<string, string>[] };
    expect(published.map(({ kty }) => kty).sort()).toEqual(['OKP', 'RSA']);
    for (const key of published) {
      for (const member of ['d', 'p', 'q', 'dp', 'dq', 'qi'])
        expect(key).not.toHaveProperty(member);
      expect(key).toMatchObject({ use: 'sig' });
    }
  });

  it('is the same for many who ask first at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => service.ask('GET', '/.well-known/jwks.json')),
    );
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
  });
});

describe('a key that is brought along', () => {
  it('signs at once, and customers who pinned it go on verifying', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
    const brought = await service.ask('POST', '/v1/signing-keys', { privateKey: pem });
    expect(brought.status, brought.text).toBe(201);
    expect(brought.json).toMatchObject({ algorithm: 'RS256', origin: 'brought', state: 'signing' });
    expect(brought.text).not.toContain('PRIVATE');
    // What dispatch knows of the keys may be five seconds old.
    const pinned = publicKey.export({ format: 'pem', type: 'spki' }).toString();
    const to = await endpoint('bynn', { signingKey: 'stack' });
    await within(25, async () => verifiesBynn(await delivered(to), pinned));
    expect((await service.ask('POST', '/v1/signing-keys', { privateKey: pem })).status).toBe(409);
  }, 40_000);

  it.each([
    ['a short RSA key', () => generateKeyPairSync('rsa', { modulusLength: 1024 })],
    ['a key of another kind', () => generateKeyPairSync('ec', { namedCurve: 'P-256' })],
  ])('is refused if it is %s', async (_, generate) => {
    const pem = generate().privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
    const { status, json } = await service.ask('POST', '/v1/signing-keys', { privateKey: pem });
    expect(status).toBe(422);
    expect(json.errors).toEqual([
      { path: '/privateKey', message: 'must be an RSA key of 2048 to 8192 bits or an ed25519 key' },
    ]);
  });

  it('is for the operator only', async () => {
    const { json } = await service.ask('POST', '/v1/keys', {});
    const headers = { authorization: `Bearer ${json.key}` };
    const response = await fetch(`${service.url}/v1/signing-keys`, { method: 'POST', headers });
    expect(response.status).toBe(403);
  });
});
