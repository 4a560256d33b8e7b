// One delivery of each contract, verified by libraries that Posthorn does not sign with.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Arrival, startReceiver, type TestReceiver } from '../builders/receiver.ts';
import {
  bynnClaims,
  header,
  type Received,
  verifiesBronid,
  verifiesIdnow,
  verifiesMessage,
  verifiesStandard,
} from '../core/contracts/independent-verifiers.ts';
import { askPython, hasPython } from '../core/contracts/python.ts';
import { call, expectStatus, newTenant, type TestTenant } from './client.ts';
import { openTarget } from './open-target.ts';
import type { Target } from './target.ts';

const DATA = '{ "resource": {"id":"dossier_1", "score":1.0}, "sessionId":"ses_42", "name":"Zoë" }';
let target: Target;
let receiver: TestReceiver;
let tenant: TestTenant;

beforeAll(async () => {
  [target, receiver] = await Promise.all([openTarget(), startReceiver()]);
  tenant = await newTenant(target);
}, 90_000);
afterAll(async () => {
  await target?.remove();
  await receiver?.close();
});

function received(arrival: Arrival): Received {
  const rawHeaders = Object.entries(arrival.headers).map(
    ([name, value]) => [name, String(value)] as const,
  );
  return { ...arrival, url: receiver.url + arrival.path, rawHeaders };
}

/** Posts an event to a new endpoint of the contract, and gives what arrived. */
async function delivered(contract: string, settings: Readonly<Record<string, unknown>> = {}) {
  const path = `/${contract}/${Object.keys(settings).join('-')}`;
  const { secret } = await tenant.endpoint(receiver.url + path, {
    contract,
    eventTypes: [contract],
    ...settings,
  });
  const id = await tenant.event(`{"type":"${contract}","data":${DATA}}`);
  const [arrival] = await receiver.untilAt(path, 1);
  if (!arrival) throw new Error('nothing came');
  return { id, secret, arrival, request: received(arrival) };
}

/** A change that each signature must notice: of the body's last byte but one. */
function changed(request: Received): Received {
  const body = Buffer.from(request.body);
  body[body.length - 2] = (body.at(-2) ?? 0) ^ 1;
  return { ...request, body };
}

async function publishedKey(request: Received): Promise<string> {
  const { body } = await call(target, 'GET', `/.well-known/${tenant.id}/live/jwks.json`);
  const keys = (body as unknown as { keys: { kid: string; kty: string }[] }).keys; // RFC 7517
  const { jwt } = JSON.parse(request.body.toString());
  const { kid } = JSON.parse(Buffer.from(String(jwt).split('.')[0] ?? '', 'base64url').toString());
  const key = keys.find((one) => one.kty === 'RSA' && (kid === undefined || one.kid === kid));
  const answer = await fetch(`${target.url}/.well-known/${tenant.id}/live/keys/${key?.kid}.pem`);
  expect(answer.status).toBe(200);
  return answer.text();
}

describe('a message', () => {
  it.each([
    ['slack', /"text":"About Zoë"/],
    ['teams', /"type":"TextRun","text":"About Zoë"/],
    ['discord', /"title":"About Zoë"/],
  ])(
    'to %s is signed by nothing, and goes to a URL that is masked ever after',
    async (contract, title) => {
      const options = { title: 'About {{data.name}}', fields: ['data.resource.score'] };
      const { secret, arrival, request } = await delivered(contract, { contractOptions: options });
      expect(secret).toBe(receiver.url + arrival.path);
      expect(request.body.toString()).toMatch(title);
      expect(request.body.toString()).toMatch(/1\\?\\?\.0/);
      expect(Object.keys(arrival.headers).filter((name) => /sign|auth|webhook/.test(name))).toEqual(
        [],
      );
      const { body } = await call(target, 'GET', '/v1/endpoints?limit=100', { key: tenant.key });
      expect(JSON.stringify(body)).not.toContain(arrival.path);
    },
  );
});

describe('a delivery', () => {
  it('of standard-webhooks verifies with standardwebhooks and svix', async () => {
    const { id, secret, request } = await delivered('standard-webhooks');
    expect(header(request, 'webhook-id')).toBe(id);
    expect(verifiesStandard(request, secret)).toBe(true);
    expect(verifiesStandard(changed(request), secret)).toBe(false);
    expect(request.body.toString()).toContain(`"data":${DATA}}`);
  });

  it('of bynn verifies with jsonwebtoken and the published key', async () => {
    const { request } = await delivered('bynn');
    const pem = await publishedKey(request);
    expect(bynnClaims(request.body, pem)).toMatchObject({
      iss: 'posthorn',
      sub: null,
      data: { resource: { id: 'dossier_1' } },
    });
    const other = JSON.parse(request.body.toString());
    const [head, claims, signature] = String(other.jwt).split('.');
    other.jwt = [head, claims, signature?.split('').toReversed().join('')].join('.');
    expect(bynnClaims(Buffer.from(JSON.stringify(other)), pem)).toBeUndefined();
  });

  it.skipIf(!hasPython)('of kyc-hmac verifies with Python’s hmac', async () => {
    const { secret: key, request } = await delivered('kyc-hmac');
    const expected = header(request, 'X-Webhook-Signature').replace(/^sha256=/, '');
    const cases = [request, changed(request)].map(({ body }) => ({
      kind: 'hmac-sha256' as const,
      body: body.toString('base64'),
      key,
      expected,
    }));
    expect(askPython(cases)).toEqual([true, false]);
  });

  it('of bronid verifies with an independent SHA3 and Keccak', async () => {
    const { secret, request } = await delivered('bronid');
    expect(verifiesBronid(request, secret)).toBe(true);
    expect(verifiesBronid(changed(request), secret)).toBe(false);
  });

  it('of idnow verifies with jsonwebtoken, and says nothing of anybody', async () => {
    const { secret, request } = await delivered('idnow');
    expect(verifiesIdnow(request, secret)).toBe(true);
    expect(verifiesIdnow(changed(request), secret)).toBe(false);
    expect(request.body.toString()).not.toContain('Zoë');
  });

  it('carries an HTTP message signature beside its own, on request', async () => {
    const { request } = await delivered('kyc-hmac', { signatures: [{ scheme: 'http-message' }] });
    const listed = await call(target, 'GET', `/v1/signing-keys?tenant=${tenant.id}`, {
      key: target.operatorKey,
    });
    expectStatus(listed, 200);
    const keys = listed.body.data as unknown as { id: string; publicKey: string }[]; // as documented
    const pem = (id: string) => keys.find((key) => key.id === id)?.publicKey;
    expect(await verifiesMessage(request, pem)).toBe(true);
    expect(await verifiesMessage(changed(request), pem)).toBe(false);
  });
});
