// What is signed for one tenant or for `test` never verifies as another's or as `live`'s, for every scheme that a
// key of ours signs: two tenants, both environments, and one URL, which belongs to one of them.
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verify } from '../../../client/src/verify/verify.ts';
import { bynnClaims, verifiesBynn, verifiesMessage, verifiesV1a } from './independent-verifiers.ts';
import { type Arrived, eventually, type Service, startService } from './service.ts';

interface Owner {
  readonly tenant: string;
  readonly environment: 'live' | 'test';
}
type Published = ReadonlyMap<string, { readonly kty: string; readonly pem: string }>;
type Holds = (received: Arrived, keys: Published) => boolean | Promise<boolean>;

/** Every endpoint's, the attackers' as well: the keys alone must tell. */
const TOKEN = 'wh_5YCo6VqqfNWjNbMu8q3NPjct';
const headersOf = ({ rawHeaders }: Arrived): Record<string, string> =>
  Object.fromEntries(rawHeaders.map(([name, value]) => [name.toLowerCase(), value]));

/** What several ways to verify say, which must be the same. */
async function agreed(...checks: (boolean | Promise<unknown>)[]): Promise<boolean> {
  const answers = await Promise.all(
    checks.map(async (check) => {
      if (typeof check === 'boolean') return check;
      try {
        await check;
        return true;
      } catch {
        return false;
      }
    }),
  );
  expect(new Set(answers).size).toBe(1);
  return answers[0] ?? false;
}
const whpkOf = (pem: string): string =>
  `whpk_${createPublicKey(pem).export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64')}`;

const pemsOf = (keys: Published, kty: string): string[] =>
  [...keys.values()].filter((key) => key.kty === kty).map(({ pem }) => pem);
const verifiesMessageBy: Holds = (received, keys) =>
  verifiesMessage(received, (id) => keys.get(id)?.pem);
const messageBy = (algorithm: string) => ({
  ownSignature: false,
  signatures: [{ scheme: 'http-message', algorithm }],
});

/** A scheme that a key of ours signs has its line here. */
const SCHEMES: Record<string, { readonly settings: object; readonly holds: Holds }> = {
  bynn: {
    settings: { contract: 'bynn', token: TOKEN },
    holds(received, keys) {
      const headers = headersOf(received);
      const pems = pemsOf(keys, 'RSA');
      const { body } = received;
      return agreed(
        pems.some((pem) => verifiesBynn(received, pem)),
        verify({ headers, body }, { contract: 'bynn', keys: pems, token: TOKEN }),
      );
    },
  },
  v1a: {
    settings: { ownSignature: false, signatures: [{ scheme: 'v1a' }] },
    holds(received, keys) {
      const headers = headersOf(received);
      const [pem = ''] = pemsOf(keys, 'OKP');
      const { body } = received;
      const secret = whpkOf(pem);
      return agreed(
        verifiesV1a(received, pem),
        verify({ headers, body }, { contract: 'standard-webhooks', secret }),
      );
    },
  },
  'http-message by ed25519': { settings: messageBy('ed25519'), holds: verifiesMessageBy },
  'http-message by RSA': { settings: messageBy('rsa-v1_5-sha256'), holds: verifiesMessageBy },
};

const VICTIM: Owner = { tenant: 'acme', environment: 'live' };
const ATTACKERS: readonly Owner[] = [
  { tenant: 'globex', environment: 'live' },
  { tenant: 'globex', environment: 'test' },
  { tenant: 'acme', environment: 'test' },
];
const OWNERS = [VICTIM, ...ATTACKERS];
const nameOf = ({ tenant, environment }: Owner) => `${tenant}/${environment}`;
const STACK: Owner = { tenant: '_posthorn', environment: 'live' };

let service: Service;
const keys = new Map<string, string>();
let endpoints = 0;

beforeAll(async () => {
  service = await startService();
  await service.ask('PUT', '/v1/tenants/globex', { name: 'Globex' });
  for (const owner of OWNERS) {
    const { json } = await asOperator(owner, 'POST', '/v1/keys', { name: 'all' });
    keys.set(nameOf(owner), json.key);
  }
}, 120_000);
afterAll(() => service?.stop());

const asOperator = (owner: Owner, method: string, path: string, body?: unknown) =>
  service.ask(method, path, body, {
    'posthorn-tenant': owner.tenant,
    'posthorn-environment': owner.environment,
  });
async function asTenant(owner: Owner, method: string, path: string, body?: unknown) {
  const response = await fetch(service.url + path, {
    method,
    headers: {
      authorization: `Bearer ${keys.get(nameOf(owner))}`,
      'content-type': 'application/json',
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  expect(response.status, `${method} ${path}: ${text}`).toBeLessThan(300);
  return text === '' ? undefined : JSON.parse(text);
}

async function published({ tenant, environment }: Owner): Promise<Published> {
  const response = await fetch(`${service.url}/.well-known/${tenant}/${environment}/jwks.json`);
  expect(response.status).toBe(200);
  const { keys: found } = JSON.parse(await response.text());
  return new Map(
    found.map((jwk: { kid: string; kty: string }) => {
      const key = createPublicKey({ key: { ...jwk }, format: 'jwk' });
      const pem = key.export({ format: 'pem', type: 'spki' }).toString();
      return [jwk.kid, { kty: jwk.kty, pem }];
    }),
  );
}

/** An endpoint at the victim's URL, and the type that only it takes. */
async function endpointOf(owner: Owner, settings: object) {
  const type = `case.n${++endpoints}`;
  const path = `/victim/${type}`;
  const wanted = { url: service.receiverUrl + path, eventTypes: [type], ...settings };
  const { id } = await asTenant(owner, 'POST', '/v1/endpoints', wanted);
  return { id, type, path };
}
type Made = Awaited<ReturnType<typeof endpointOf>>;

const arrival = (made: Made, index = 0): Promise<Arrived> =>
  eventually(() => service.arrived.filter(({ path }) => path === made.path)[index]);
/** What an attacker would write. */
const FORGED = { resource: { id: 'r-1' }, organization: { id: 'acme', name: 'Acme & Söhne' } };
const event = ({ type }: Made) => ({ type, data: FORGED });

describe.each(Object.entries(SCHEMES))('%s', (_name, { settings, holds }) => {
  it.each(['tenant', 'stack'])(
    'with signingKey %s verifies as its own tenant’s and environment’s alone',
    async (signingKey) => {
      for (const owner of OWNERS) {
        const made = await endpointOf(owner, { ...settings, signingKey });
        await asTenant(owner, 'POST', '/v1/events', event(made));
        await arrival(made);
        await asTenant(owner, 'POST', `/v1/endpoints/${made.id}/test`, event(made));
        const filter = { eventType: made.type };
        await asTenant(owner, 'POST', '/v1/endpoints/test', { ...event(made), filter });
        const { data } = await asTenant(owner, 'GET', `/v1/deliveries?endpoint=${made.id}`);
        await asTenant(owner, 'POST', `/v1/deliveries/${data[0].id}/retry`);
        await arrival(made, 3);
        for (const received of service.arrived.filter(({ path }) => path === made.path)) {
          for (const other of [...OWNERS, STACK]) {
            const isGenuine = await holds(received, await published(other));
            expect([nameOf(other), isGenuine]).toEqual([nameOf(other), other === owner]);
          }
        }
      }
    },
    120_000,
  );

  it('with signingKey stack verifies as the stack’s where the operator’s key posted it, and for live only', async () => {
    for (const owner of OWNERS) {
      const made = await endpointOf(owner, { ...settings, signingKey: 'stack' });
      await asOperator(owner, 'POST', '/v1/events', event(made));
      const received = await arrival(made);
      const isLive = owner.environment === 'live';
      expect(await holds(received, await published(STACK))).toBe(isLive);
      expect(await holds(received, await published(owner))).toBe(!isLive);
    }
  }, 60_000);

  it('with signingKey stack and a transformation verifies as its own tenant’s, whoever posted it', async () => {
    const transform = { language: 'jsonata', source: JSON.stringify(FORGED) };
    for (const owner of OWNERS) {
      const made = await endpointOf(owner, { ...settings, signingKey: 'stack', transform });
      await asOperator(owner, 'POST', '/v1/events', { type: made.type, data: { id: 'own' } });
      const received = await arrival(made);
      for (const other of [...OWNERS, STACK]) {
        const isGenuine = await holds(received, await published(other));
        expect([nameOf(other), isGenuine]).toEqual([nameOf(other), other === owner]);
      }
    }
  }, 60_000);
});

describe('bynn', () => {
  const claimsOf = async (owner: Owner, received: Arrived) =>
    pemsOf(await published(owner), 'RSA')
      .map((pem) => bynnClaims(received.body, pem))
      .find((claims) => claims !== undefined);

  it('names the tenant, unless the operator’s key posted another organization', async () => {
    const globex: Owner = { tenant: 'globex', environment: 'live' };
    const made = await endpointOf(globex, { contract: 'bynn' });
    await asTenant(globex, 'POST', '/v1/events', event(made));
    const own = await claimsOf(globex, await arrival(made));
    expect(own?.data.organization).toEqual({ id: 'globex', name: 'Globex' });
    await asTenant(globex, 'POST', `/v1/endpoints/${made.id}/test`, event(made));
    const tested = await claimsOf(globex, await arrival(made, 1));
    expect(tested?.data.organization).toEqual({ id: 'globex', name: 'Globex' });
    await asOperator(globex, 'POST', '/v1/events', event(made));
    const posted = await claimsOf(globex, await arrival(made, 2));
    expect(posted?.data.organization).toEqual(FORGED.organization);
  });
});

describe('a key that was imported for test', () => {
  it('signs there what the operator’s key posted, and verifies as no other', async () => {
    const owner: Owner = { tenant: 'acme', environment: 'test' };
    const { privateKey } = generateKeyPairSync('ed25519');
    const asked = { privateKey: privateKey.export({ format: 'pem', type: 'pkcs8' }) };
    const imported = await service.ask('POST', '/v1/signing-keys?environment=test', asked);
    expect(imported.status, imported.text).toBe(201);
    const again = await service.ask('POST', '/v1/signing-keys', asked);
    expect(again.status).toBe(409);
    const { settings, holds } = SCHEMES.v1a ?? expect.fail();
    const made = await endpointOf(owner, { ...settings, signingKey: 'stack' });
    const mine = { ...STACK, environment: 'test' } as const;
    const deliver = async (post: typeof asTenant) => {
      const { length } = service.arrived.filter(({ path }) => path === made.path);
      await post(owner, 'POST', '/v1/events', event(made));
      const received = await arrival(made, length);
      const by = await Promise.all([mine, owner, STACK].map(published));
      return Promise.all(by.map((keys) => holds(received, keys)));
    };
    // Dispatch knows it after some seconds.
    await eventually(async () => (await deliver(asOperator))[0]);
    expect(await deliver(asOperator)).toEqual([true, false, false]);
    expect(await deliver(asTenant)).toEqual([false, true, false]);
  }, 30_000);
});
