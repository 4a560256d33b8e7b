// Signing in to the console: against a provider that others wrote, and against one that lies.
import { createHash, randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { type CryptoKey, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { oidcSchema, roleOf } from '../../../lambdas/core/sessions/oidc.ts';
import { type ApiService, startApiService } from '../../builders/api-service.ts';
import {
  CLIENT,
  listening,
  startProvider,
  stopped,
  type TestProvider,
} from '../../builders/identity-provider.ts';

const REDIRECT_URI = 'https://hooks.example.com/console';
/** As the API is asked at. */
const AT = { host: 'hooks.example.com', 'x-forwarded-proto': 'https' };
const VERIFIER = randomBytes(32).toString('base64url');
const NONCE = randomBytes(16).toString('base64url');
const HOUR_MS = 3_600_000;

const ROLES = { helpers: 'support', readers: 'viewer', owners: 'admin' } as const;
/** Groups of the people that the provider knows. */
const PEOPLE: Readonly<Record<string, unknown>> = {
  sam: ['helpers', 'readers'],
  ada: 'owners',
  eve: ['others', 'constructor', '__proto__'],
  nobody: undefined,
};

type Settings = NonNullable<ReturnType<typeof oidcSchema.parse>>;
const settingsOf = (issuer: string): Settings =>
  oidcSchema.parse({ issuer, clientId: CLIENT, claim: 'groups', roles: ROLES }) as Settings;

let service: ApiService;
beforeAll(async () => {
  service = await startApiService();
});
afterAll(() => service?.stop());

const signIn = (body: object) =>
  service.anyone('POST', '/v1/console-sessions/oidc', body, { ...AT });
const given = (code: string, more: object = {}) =>
  signIn({ code, codeVerifier: VERIFIER, nonce: NONCE, ...more });

describe('with oidc-provider', () => {
  let provider: TestProvider;

  beforeAll(async () => {
    provider = await startProvider(PEOPLE);
    provider.serve(REDIRECT_URI);
    service.modes.oidc = settingsOf(provider.issuer);
  });
  afterAll(async () => {
    await provider?.stop();
    service.modes.oidc = undefined;
  });

  /** What a browser does. @returns the code */
  async function codeFor(person: string): Promise<string> {
    const { json } = await service.anyone('GET', '/v1/console-sessions/oidc', undefined, { ...AT });
    const cookies = new Map<string, string>();
    const state = randomBytes(8).toString('hex');
    let address = new URL(json.authorizationEndpoint);
    address.search = new URLSearchParams({
      response_type: 'code',
      client_id: json.clientId,
      scope: json.scope,
      redirect_uri: json.redirectUri,
      state,
      nonce: NONCE,
      code_challenge: createHash('sha256').update(VERIFIER).digest('base64url'),
      code_challenge_method: 'S256',
    }).toString();
    for (let body: URLSearchParams | undefined; ; ) {
      const response = await fetch(address, {
        redirect: 'manual',
        headers: { cookie: [...cookies].map((pair) => pair.join('=')).join('; ') },
        ...(body && { method: 'POST', body }),
      });
      await response.body?.cancel();
      for (const cookie of response.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
        cookies.set(name, value);
      }
      const location = response.headers.get('location');
      body = undefined;
      if (location === null) {
        expect([address.pathname, response.status]).toEqual([
          expect.stringMatching(/^\/interaction\/[\w-]+$/),
          200,
        ]);
        body = new URLSearchParams({ prompt: 'login', login: person, password: 'any' });
        continue;
      }
      address = new URL(location, address);
      if (!address.href.startsWith(REDIRECT_URI)) continue;
      expect(address.searchParams.get('state')).toBe(state);
      return address.searchParams.get('code') ?? '';
    }
  }

  it('says where to go, and where to come back', async () => {
    const { json } = await service.anyone('GET', '/v1/console-sessions/oidc', undefined, { ...AT });
    expect(json).toEqual({
      authorizationEndpoint: `${provider.issuer}/auth`,
      clientId: CLIENT,
      scope: 'openid email',
      redirectUri: REDIRECT_URI,
    });
  });

  it.each([
    ['sam', 'support'],
    ['ada', 'admin'],
  ])('%s signs in as %s for an hour', async (person, role) => {
    const { status, json } = await given(await codeFor(person));
    expect({ status, json }).toMatchObject({
      status: 201,
      json: { role, actor: `${person}@example.com`, madeBy: null },
    });
    expect(Date.parse(json.expiresAt) - service.clock.nowMs).toBe(HOUR_MS);
    expect(json.signIn).toBe('oidc');
    expect(json.url).toBe(`${REDIRECT_URI}#token=${json.token}`);
    const shown = await service.askWith(json.token)('GET', '/v1/keys/current');
    expect(shown.json).toMatchObject({ kind: 'operator', session: { role } });
  });

  it('names a person as the maker of keys, to the operator only', async () => {
    const { json } = await given(await codeFor('ada'));
    const acme = { 'posthorn-tenant': 'acme' };
    const made = await service.askWith(json.token)('POST', '/v1/keys', {}, acme);
    expect(made.json.createdBy).toEqual({ actor: 'ada@example.com', subject: 'ada' });
    const child = await service.askWith(made.json.key)('POST', '/v1/keys', {});
    expect([child.json.parent, child.json.createdBy]).toEqual([made.json.id, null]);
    await service.operator('DELETE', `/v1/console-sessions?id=${json.id}`);
    service.clock.nowMs += 3_001;
    const one = `/v1/keys/${made.json.id}`;
    const shown = await service.operator('GET', one, undefined, acme);
    expect([shown.json.createdBy, shown.json.revokedAt]).toEqual([made.json.createdBy, null]);
    for (const path of [one, '/v1/keys', '/v1/keys/current']) {
      const { status, text } = await service.askWith(made.json.key)('GET', path);
      expect([path, status]).toEqual([path, 200]);
      expect(text).not.toContain('ada');
    }
  });

  it.each(['eve', 'nobody'])('%s, who has no role, does not get in', async (person) => {
    const { status, json } = await given(await codeFor(person));
    expect([status, json.detail]).toEqual([403, expect.stringContaining('no role')]);
  });

  it('refuses a code with another verifier, with another nonce, and a second time', async () => {
    const other = randomBytes(32).toString('base64url');
    expect((await given(await codeFor('sam'), { codeVerifier: other })).status).toBe(401);
    expect((await given(await codeFor('sam'), { nonce: `${NONCE}x` })).status).toBe(401);
    const code = await codeFor('sam');
    expect((await given(code)).status).toBe(201);
    expect((await given(code)).status).toBe(401);
  });

  it('refuses a code at an address that it was not made for', async () => {
    const body = { code: await codeFor('sam'), codeVerifier: VERIFIER, nonce: NONCE };
    const elsewhere = { ...AT, host: 'other.example.com' };
    const answer = await service.anyone('POST', '/v1/console-sessions/oidc', body, elsewhere);
    expect(answer.status).toBe(401);
  });
});

describe('with a provider that lies', () => {
  let server: Server;
  let issuer: string;
  let token = '';
  let discovery: object = {};
  let jwks: object = {};
  let answers: Record<string, { status: number; body: string }> = {};
  const keys = generateKeyPair('RS256', { extractable: true });
  const others = generateKeyPair('RS256');

  beforeEach(async () => {
    server = createServer((request, response) => {
      const { [request.url ?? '']: lie } = answers;
      if (lie) {
        response.writeHead(lie.status, { location: '/elsewhere' }).end(lie.body);
        return;
      }
      const bodies: Readonly<Record<string, object>> = {
        '/.well-known/openid-configuration': discovery,
        '/jwks': jwks,
        '/token': { access_token: 'x', token_type: 'Bearer', id_token: token },
      };
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(bodies[request.url ?? ''] ?? {}));
    });
    issuer = await listening(server);
    answers = {};
    discovery = {
      issuer,
      authorization_endpoint: `${issuer}/auth`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/jwks`,
    };
    jwks = { keys: [{ ...(await exportJWK((await keys).publicKey)), kid: 'a', alg: 'RS256' }] };
    service.modes.oidc = settingsOf(issuer);
    return async () => {
      service.modes.oidc = undefined;
      await stopped(server);
    };
  });

  const seconds = () => Math.floor(service.clock.nowMs / 1000);
  const claims = () => ({
    iss: issuer,
    aud: CLIENT,
    sub: 'sam',
    iat: seconds(),
    exp: seconds() + 60,
    nonce: NONCE,
    groups: ['helpers'],
  });
  const sign = async (payload: object, alg = 'RS256', key?: CryptoKey | Uint8Array) =>
    new SignJWT(payload as JWTPayload)
      .setProtectedHeader({ alg, kid: 'a' })
      .sign(key ?? (await keys).privateKey);
  const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

  it('lets in who holds a token that holds', async () => {
    token = await sign(claims());
    expect((await given('code')).status).toBe(201);
  });

  it.each<[string, () => Promise<string> | string]>([
    ['signed by another key', async () => sign(claims(), 'RS256', (await others).privateKey)],
    ['not signed', () => `${encoded({ alg: 'none' })}.${encoded(claims())}.`],
    [
      'signed with the public key as a secret',
      async () =>
        sign(
          claims(),
          'HS256',
          Buffer.from(JSON.stringify(await exportJWK((await keys).publicKey))),
        ),
    ],
    ['of another issuer', () => sign({ ...claims(), iss: 'https://login.example.com' })],
    ['for another client', () => sign({ ...claims(), aud: 'other' })],
    ['for several, and not for this one', () => sign({ ...claims(), aud: [CLIENT, 'other'] })],
    ['handed on by another party', () => sign({ ...claims(), azp: 'other' })],
    ['that has expired', () => sign({ ...claims(), exp: seconds() - 31 })],
    ['without an end', () => sign({ ...claims(), exp: undefined })],
    ['without a nonce', () => sign({ ...claims(), nonce: undefined })],
    ['of another sign-in', () => sign({ ...claims(), nonce: `${NONCE}x` })],
    ['of nobody', () => sign({ ...claims(), sub: '' })],
    ['that is none', () => 'x.y.z'],
  ])('refuses a token %s', async (_, make) => {
    token = await make();
    const { status, json } = await given('code');
    expect([status, json.detail]).toEqual([401, 'The sign-in does not hold. Try again.']);
  });

  it.each<[number, object, number]>([
    [400, { error: 'invalid_grant' }, 401],
    [403, { error: 'invalid_grant' }, 401],
    [400, { error: 'invalid_request' }, 401],
    [401, { error: 'invalid_client' }, 503],
    [400, { error: 'unauthorized_client' }, 503],
    [404, {}, 503],
    [429, { error: 'slow_down' }, 503],
  ])('answers to %i %j of the token endpoint with %j', async (status, body, expected) => {
    token = await sign(claims());
    answers = { '/token': { status, body: JSON.stringify(body) } };
    expect((await given('code')).status).toBe(expected);
  });

  it('refuses a token whose key is none of its keys', async () => {
    jwks = { keys: [{ ...(await exportJWK((await others).publicKey)), kid: 'b', alg: 'RS256' }] };
    token = await sign(claims());
    expect((await given('code')).status).toBe(401);
  });

  it.each<[object, number]>([
    [{}, 403],
    [{ email_verified: false }, 403],
    [{ email_verified: 'false' }, 403],
    [{ email_verified: true }, 201],
    [{ email_verified: 'true' }, 201],
  ])('takes a role from an address with %j: %i', async (more, expected) => {
    const roles = { 'ada@example.com': 'admin' } as const;
    service.modes.oidc = { ...settingsOf(issuer), claim: 'email', roles };
    token = await sign({ ...claims(), email: 'ada@example.com', ...more });
    expect((await given('code')).status).toBe(expected);
  });

  it.each<[string, () => void]>([
    ['it describes another issuer', () => (discovery = { ...discovery, issuer: `${issuer}/` })],
    ['it describes nothing', () => (discovery = {})],
    ['its keys are none', () => (jwks = { error: 'maintenance' })],
    ...['/token', '/jwks'].flatMap((at): [string, () => void][] =>
      (
        [
          ['fails', 500, '{}'],
          ['sends on elsewhere', 302, ''],
          ['answers without end', 200, `"${'x'.repeat(300_000)}"`],
          ['answers with no JSON', 200, '<html>'],
        ] as const
      ).map(([how, status, body]) => [
        `${at} ${how}`,
        () => {
          answers = { [at]: { status, body } };
        },
      ]),
    ),
    ['/jwks is not there', () => (answers = { '/jwks': { status: 404, body: '{}' } })],
    ['nobody listens', () => server.close()],
  ])('answers 503 where %s', async (_, lie) => {
    token = await sign(claims());
    lie();
    const { status, headers } = await given('code');
    expect([status, headers.get('retry-after')]).toEqual([503, '5']);
  });
});

describe('without a provider', () => {
  it('says so', async () => {
    for (const [method, body] of [
      ['GET', undefined],
      ['POST', { code: 'c', codeVerifier: VERIFIER, nonce: NONCE }],
    ] as const) {
      const answer = await service.anyone(method, '/v1/console-sessions/oidc', body);
      expect([method, answer.status]).toEqual([method, 404]);
    }
  });
});

describe('the setting', () => {
  it.each([
    'http://login.example.com',
    'https://login.example.com?a=b',
    'https://login.example.com#a',
    'login.example.com',
    'http://127.0.0.1.example.com',
  ])('takes no issuer %s', (issuer) => {
    expect(oidcSchema.safeParse({ issuer, clientId: CLIENT }).success).toBe(false);
  });

  it('gives the highest role, whatever the order', () => {
    const oidc = settingsOf('https://login.example.com');
    expect(roleOf(oidc, ['owners', 'readers'])).toBe('admin');
    expect(roleOf(oidc, ['readers', 'helpers', 'readers'])).toBe('support');
    expect(roleOf(oidc, ['toString', 'hasOwnProperty'])).toBeUndefined();
  });
});
