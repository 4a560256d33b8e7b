// verify() over deliveries off the wire of a running service, whose own tests check them with
// libraries of others.
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { compactDecrypt } from 'jose';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  ConnectionError,
  Posthorn,
  VerificationError,
  type VerificationKeys,
  verify,
} from '../../client/src/index.ts';
import { type Arrived, eventually, type Service, startService } from '../core/contracts/service.ts';

let service: Service;
let posthorn: Posthorn;

beforeAll(async () => {
  service = await startService();
  posthorn = new Posthorn({
    url: service.url,
    key: 'an-operator-key-of-more-than-32-characters',
    tenant: 'acme',
  });
}, 120_000);
afterAll(() => service.stop());

const DATA = {
  resource: { id: 'd-1', score: 1 },
  sessionId: 'ses_42',
  type: 'data.type',
  name: 'Zoë',
};
type Contract = VerificationKeys['contract'];

let count = 0;
async function deliveredBy(contract: Contract, settings: object = {}) {
  const path = `/${contract}/${++count}`;
  const type = `case.number${count}`;
  const { id, token } = await posthorn.endpoints.create({
    url: service.receiverUrl + path,
    contract,
    eventTypes: [type],
    ...settings,
  });
  const { secret } = await posthorn.endpoints.secret(id);
  const event = await posthorn.events.send({ type, data: DATA });
  const arrived = await eventually(() => service.arrived.find((one) => one.path === path));
  return { id, type, secret, event: event.id, token, received: receivedOf(arrived) };
}

const receivedOf = ({ rawHeaders, body }: Arrived) => ({
  headers: Object.fromEntries(rawHeaders),
  body,
});
const ACME = { tenant: 'acme', environment: 'live' } as const;
const jwksUrl = () => new URL('/.well-known/acme/live/jwks.json', service.url);

describe('a delivery off the wire', () => {
  it.each<[Contract, object, object]>([
    ['standard-webhooks', {}, {}],
    ['standard-webhooks', { contractOptions: { signature: 'v1a' } }, {}],
    ['standard-webhooks', { secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' }, {}],
    ['kyc-hmac', {}, {}],
    ['kyc-hmac', { secret: 'a_secret_of_UTF-8x1y2x1y' }, {}],
    [
      'kyc-hmac',
      { contractOptions: { signedContent: 'timestamp.body' } },
      { signedContent: 'timestamp.body' },
    ],
    ['bronid', {}, {}],
    ['idnow', {}, {}],
    ['idnow', { contractOptions: { headerName: 'X-Jwt', prefix: '' } }, { headerName: 'X-Jwt' }],
  ])('of %s with %j verifies, and not with a changed body', async (contract, settings, more) => {
    const { received, secret, event, type } = await deliveredBy(contract, settings);
    const keys = { contract, secret, ...more } as VerificationKeys;
    const verified = await verify(received, keys);
    if (contract !== 'bronid') expect(verified).toMatchObject({ id: event, type });
    const body = Buffer.from(received.body);
    body[10] = (body[10] ?? 0) ^ 1;
    await expect(verify({ ...received, body }, keys)).rejects.toThrow(VerificationError);
  });

  it('of bynn verifies with the published keys, fetched or given', async () => {
    const { received, type, token } = await deliveredBy('bynn');
    const own = { contract: 'bynn', token: token ?? '' } as const;
    const fetched = await verify(received, { ...own, keys: jwksUrl() });
    expect(fetched).toMatchObject({ type, payload: { resource: DATA.resource } });
    const given = await verify(received, { ...own, keys: await posthorn.jwks(ACME) });
    expect(given).toEqual(fetched);
    const both = [await posthorn.jwks(), jwksUrl()];
    expect(await verify(received, { ...own, keys: both })).toEqual(fetched);
    for (const wrong of [
      { ...own, keys: [] },
      { ...own, keys: await posthorn.jwks() },
      { ...own, keys: await posthorn.jwks({ ...ACME, environment: 'test' }) },
      { ...own, keys: jwksUrl(), token: `${own.token}x` },
    ]) {
      await expect(verify(received, wrong)).rejects.toThrow(VerificationError);
    }
  });

  it.each<Contract>(['standard-webhooks', 'kyc-hmac', 'bronid', 'idnow', 'bynn'])(
    'of %s that is encrypted verifies, and is opened',
    async (contract) => {
      const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
      const jwk = publicKey.export({ format: 'jwk' });
      const encryption = { jwk, alg: 'RSA-OAEP-256', enc: 'A256GCM' };
      const { received, secret, token, type } = await deliveredBy(contract, { encryption });
      const decrypt = async (jwe: string) => (await compactDecrypt(jwe, privateKey)).plaintext;
      const keys = { contract, secret, token, keys: jwksUrl() } as VerificationKeys;
      const verified = await verify(received, { ...keys, decrypt });
      if (contract !== 'bronid') expect(verified).toMatchObject({ type });
      expect(JSON.stringify(verified.payload)).toContain(contract === 'idnow' ? 'ses_42' : 'd-1');
      await expect(verify(received, keys)).rejects.toThrow(VerificationError);
    },
  );

  it('verifies with the old secret and with the new one while a rotation overlaps', async () => {
    const { id, type, secret } = await deliveredBy('standard-webhooks');
    const rotated = await posthorn.endpoints.rotateSecret(id, { overlapSeconds: 3600 });
    expect(rotated.secret).not.toBe(secret);
    const path = `/standard-webhooks/${count}`;
    // Dispatch may know the endpoint's old secret for some seconds.
    const both = await eventually(async () => {
      await posthorn.events.send({ type, data: DATA });
      const all = service.arrived.filter((one) => one.path === path);
      return all.map(receivedOf).find(({ headers }) => headers['webhook-signature']?.includes(' '));
    });
    for (const one of [secret, rotated.secret]) {
      const keys = { contract: 'standard-webhooks', secret: one } as const;
      expect(await verify(both, keys)).toMatchObject({ type });
    }
  });
});

describe('keys at an address', () => {
  it('are asked for once for many deliveries, and seldom anew when none verifies', async () => {
    const { received, token } = await deliveredBy('bynn');
    const set = await posthorn.jwks(ACME);
    let asked = 0;
    const server = createServer((_, response) => {
      asked++;
      response.end(JSON.stringify(set));
    }).listen(0, '127.0.0.1');
    await eventually(() => server.listening);
    const { port } = server.address() as AddressInfo; // it listens on a port, not on a pipe
    const keys = {
      contract: 'bynn',
      token: token ?? '',
      keys: new URL(`http://127.0.0.1:${port}/`),
    } as const;
    await Promise.all([verify(received, keys), verify(received, keys), verify(received, keys)]);
    expect(asked).toBe(1);
    const forged = { ...received, body: Buffer.from('{"jwt":"e30.e30.AAAA"}') };
    for (let i = 0; i < 5; i++) {
      await expect(verify(forged, keys)).rejects.toThrow(VerificationError);
    }
    expect(asked).toBe(1);
    const nowMs = performance.now();
    vi.spyOn(performance, 'now').mockReturnValue(nowMs + 31_000);
    await expect(verify(forged, keys)).rejects.toThrow(VerificationError);
    expect(asked).toBe(2);
    vi.restoreAllMocks();
    server.closeAllConnections();
    server.close();
    await expect(
      verify(received, { ...keys, keys: new URL(`http://127.0.0.1:${port}/other`) }),
    ).rejects.toThrow(ConnectionError);
  });
});
