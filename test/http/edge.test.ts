// The edge of the HTTP API: what comes before a body is read, limits, web pages, and headers.
import { describe, expect, it } from 'vitest';
import type { Registry } from '../../lambdas/adapters/registry/registry.ts';
import { type ApiKey, hashOfKey } from '../../lambdas/core/keys/api-key.ts';
import { Problem } from '../../lambdas/core/problem.ts';
import type { Secrets } from '../../lambdas/core/sealing/secrets.ts';
import { settingsSchema } from '../../lambdas/core/settings.ts';
import { createApplication } from '../../lambdas/http/application.ts';
import { createAuthentication } from '../../lambdas/http/authentication.ts';
import { createEdge } from '../../lambdas/http/edge.ts';
import { addEventRoutes } from '../../lambdas/ingest/routes.ts';
import { fixedSurroundings, only } from '../builders/ports.ts';

const OPERATOR_KEY = 'o'.repeat(40);
const SOUND = '{"type":"a","data":{}}';
const PAGE = 'https://console.example.com';

function keyOf(secret: string): ApiKey {
  return {
    id: `key_${secret}`,
    tenant: 'acme',
    environment: 'live',
    name: 'key',
    scopes: ['events:write'],
    hash: hashOfKey(secret),
    hint: secret.slice(0, 12),
    createdAtMs: 0,
  };
}

function world(settings: object = {}, noteUse = async (_: string): Promise<void> => undefined) {
  const surroundings = fixedSurroundings();
  const keys = new Map(['ph_live_one', 'ph_live_two'].map((one) => [hashOfKey(one), keyOf(one)]));
  const lookUps: string[] = [];
  const secrets = only<Secrets>({ operatorKey: async () => OPERATOR_KEY });
  const edge = createEdge(settingsSchema.parse(settings), { surroundings, secrets });
  const app = createApplication([], edge);
  const authentication = createAuthentication({
    registry: only<Registry>({
      findKey: async (hash) => {
        lookUps.push(hash);
        return keys.get(hash);
      },
      getTenant: async (id) => ({ id, name: id, createdAtMs: 0 }),
      noteKeyUse: (key) => noteUse(key.id),
    }),
    sessions: only({}),
    secrets,
    surroundings,
    gate: edge.gate,
  });
  addEventRoutes(app, authentication, {
    ledger: only({}),
    queues: { sendEvents: async () => new Set() },
    surroundings,
    judge: async () => [],
  });
  app.get('/health', (c) => c.json({ status: 'ok' }));
  app.get('/page', (c) => c.html('<p>'));
  app.get('/own', (c) => c.html('<p>', 200, { 'Content-Security-Policy': "default-src 'self'" }));
  app.get('/fault', () => {
    throw new Problem(409, 'no');
  });
  const ask = async (
    path: string,
    init: RequestInit & { address?: string; duplex?: 'half' } = {},
  ): Promise<Response> => {
    const { address = '192.0.2.1', ...rest } = init;
    return app.request(path, rest, { requestContext: { http: { sourceIp: address } } });
  };
  const post = (key: string, more: { address?: string; headers?: Record<string, string> } = {}) =>
    ask('/v1/events', {
      method: 'POST',
      body: SOUND,
      address: more.address ?? '192.0.2.1',
      headers: {
        authorization: `Bearer ${key}`,
        'content-type': 'application/json',
        ...more.headers,
      },
    });
  const statuses = async (count: number, one: () => Promise<Response>): Promise<number[]> => {
    const seen: number[] = [];
    for (let n = 0; n < count; n++) seen.push((await one()).status);
    return seen;
  };
  return { ask, post, statuses, surroundings, lookUps };
}

describe('a request without a valid key', () => {
  /** A body that would take long, and tells whether anyone wanted it. */
  function endlessBody() {
    let read = 0;
    const body = new ReadableStream(
      {
        pull(controller) {
          read++;
          controller.enqueue(Buffer.alloc(1_000_000, '['));
        },
      },
      { highWaterMark: 0 },
    );
    return { body, read: () => read };
  }

  it.each([
    ['no key', undefined],
    ['a key that is not known', 'Bearer ph_live_other'],
    ['no bearer', 'Basic b3BlcmF0b3I6'],
    ['a key of a megabyte', `Bearer ${'x'.repeat(1_000_000)}`],
  ])('is refused before its body is read: %s', async (_, authorization) => {
    for (const path of ['/v1/events', '/v1/events/batch']) {
      const { body, read } = endlessBody();
      const headers: Record<string, string> = { 'content-type': 'text/hostile' };
      if (authorization !== undefined) headers.authorization = authorization;
      const answer = await world().ask(path, { method: 'POST', body, duplex: 'half', headers });
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toContain('Bearer');
      expect(read()).toBe(0);
    }
  });
});

describe('limits', () => {
  it('are none unless set, but on unknown keys', async () => {
    const { post, statuses } = world();
    expect(new Set(await statuses(300, () => post('ph_live_one')))).toEqual(new Set([202]));
  });

  it('of a key hold back that key alone, and say when to come again', async () => {
    const { post, statuses, surroundings } = world({ limits: { perKeyPerSecond: 2 } });
    expect(await statuses(6, () => post('ph_live_one'))).toEqual([202, 202, 202, 202, 429, 429]);
    const refused = await post('ph_live_one');
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(refused.headers.get('content-type')).toBe('application/problem+json');
    expect(await refused.json()).toMatchObject({ status: 429, requestId: expect.any(String) });
    expect((await post('ph_live_two')).status).toBe(202);
    surroundings.nowMs += 500;
    expect(await statuses(2, () => post('ph_live_one'))).toEqual([202, 429]);
  });

  it('of an address hold back that address, whichever key it has', async () => {
    const { post, ask, statuses } = world({ limits: { perAddressPerSecond: 1 } });
    expect((await post('ph_live_one')).status).toBe(202);
    expect((await post('ph_live_two')).status).toBe(202);
    expect((await post('ph_live_one')).status).toBe(429);
    expect((await ask('/health')).status).toBe(429);
    expect((await post('ph_live_one', { address: '192.0.2.2' })).status).toBe(202);
    const six = { address: '2001:db8::1' };
    const sixToo = { address: '2001:db8::ffff:1' };
    expect(await statuses(2, () => post('ph_live_one', six))).toEqual([202, 202]);
    expect(await statuses(1, () => post('ph_live_one', sixToo))).toEqual([429]);
  });

  it.each([
    undefined,
    '',
    'x',
    'Basic eDp5',
    'Bearer',
    'Bearer ph_live_guess',
    'Bearer ph_live_one',
    `Bearer ${'x'.repeat(10_000)}`,
    `Bearer ${OPERATOR_KEY}x`,
    `Basic ${OPERATOR_KEY}`,
  ])(
    'of an address hold on every path, with the header Authorization: %s',
    async (authorization) => {
      for (const [path, method, status] of [
        ['/health', 'GET', 200],
        ['/none', 'GET', 404],
        ['/v1/events', 'GET', 405],
      ] as const) {
        const { ask, statuses } = world({ limits: { perAddressPerSecond: 1 } });
        const headers = authorization === undefined ? undefined : { authorization };
        const seen = await statuses(3, () => ask(path, { method, ...(headers && { headers }) }));
        expect([path, seen]).toEqual([path, [status, status, 429]]);
      }
    },
  );

  it('are not the operator’s', async () => {
    const { post, ask, statuses } = world({
      limits: { perKeyPerSecond: 1, perAddressPerSecond: 1, failuresPerAddressPerMinute: 1 },
    });
    const asOperator = () => post(OPERATOR_KEY, { headers: { 'posthorn-tenant': 'acme' } });
    await statuses(5, () => post('wrong'));
    await statuses(5, () => ask('/health'));
    expect(new Set(await statuses(50, asOperator))).toEqual(new Set([202]));
  });

  it('end the looking up of unknown keys from one address', async () => {
    const { post, statuses, lookUps, surroundings } = world({
      limits: { failuresPerAddressPerMinute: 3 },
    });
    let guess = 0;
    const guessing = () => post(`ph_live_guess${guess++}`);
    expect(await statuses(6, guessing)).toEqual([401, 401, 401, 429, 429, 429]);
    expect(lookUps).toHaveLength(3);
    expect((await post('ph_live_one', { address: '192.0.2.9' })).status).toBe(202);
    surroundings.nowMs += 20_000;
    expect(await statuses(2, guessing)).toEqual([401, 429]);
  });

  it('do not hold back a key that was valid before, whoever guesses behind the same address', async () => {
    const { post, statuses, surroundings } = world({ limits: { failuresPerAddressPerMinute: 3 } });
    expect((await post('ph_live_one')).status).toBe(202);
    let guess = 0;
    await statuses(121, () => post(`ph_live_guess${guess++}`));
    surroundings.nowMs += 3_001;
    expect((await post('ph_live_one')).status).toBe(202);
    expect((await post('ph_live_two')).status).toBe(429);
  });
});

describe('a web page of another origin', () => {
  const from = (origin: string) => ({ headers: { origin } });
  const preflight = (origin: string) => ({
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type',
    },
  });

  it('may read nothing unless the configuration names it', async () => {
    for (const { ask } of [world(), world({ cors: { origins: ['https://other.example.com'] } })]) {
      for (const answer of [
        await ask('/health', from(PAGE)),
        await ask('/v1/events', preflight(PAGE)),
      ]) {
        expect(answer.headers.get('access-control-allow-origin')).toBeNull();
      }
    }
  });

  it('that is named may ask, send a key and read what matters, errors too', async () => {
    const { ask } = world({ cors: { origins: [PAGE] } });
    const asked = await ask('/v1/events', preflight(PAGE));
    expect(asked.status).toBe(204);
    expect(asked.headers.get('access-control-allow-origin')).toBe(PAGE);
    expect(asked.headers.get('access-control-allow-methods')).toContain('POST');
    expect(asked.headers.get('access-control-allow-headers')).toContain('authorization');
    expect(asked.headers.get('access-control-allow-credentials')).toBeNull();
    for (const path of ['/health', '/fault', '/none']) {
      const answer = await ask(path, from(PAGE));
      expect(answer.headers.get('access-control-allow-origin')).toBe(PAGE);
      expect(answer.headers.get('access-control-expose-headers')).toContain('Posthorn-Request-Id');
      expect(answer.headers.get('vary')).toContain('Origin');
    }
  });

  it('is named by its whole origin: neither * nor a path is one', () => {
    for (const origin of [
      '*',
      'https://*.example.com',
      `${PAGE}/`,
      'null',
      'console.example.com',
    ]) {
      expect(settingsSchema.safeParse({ cors: { origins: [origin] } }).success).toBe(false);
    }
  });
});

describe('every answer', () => {
  it.each(['/health', '/page', '/fault', '/none', '/v1/events'])(
    '%s may not be sniffed, framed or kept, and sends no referrer',
    async (path) => {
      const { headers } = await world().ask(path);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
      expect(headers.get('posthorn-request-id')).toBeTruthy();
    },
  );

  it('loads nothing, or as a page only what is our own; a route may say more', async () => {
    const policyOf = async (path: string) =>
      (await world().ask(path)).headers.get('content-security-policy');
    expect(await policyOf('/health')).toContain("default-src 'none'");
    expect(await policyOf('/page')).toContain("default-src 'self'");
    expect(await policyOf('/page')).not.toContain("script-src 'unsafe");
    expect(await policyOf('/own')).toBe("default-src 'self'");
  });

  it('asks browsers to stay with HTTPS, where it came by HTTPS', async () => {
    const { ask } = world();
    const hsts = async (headers: Record<string, string>) =>
      (await ask('/health', { headers })).headers.get('strict-transport-security');
    expect(await hsts({ 'x-forwarded-proto': 'https' })).toBe('max-age=31536000');
    expect(await hsts({})).toBeNull();
  });

  it('that is an error names the request in its body as in its header', async () => {
    const answer = await world().ask('/fault');
    const requestId = answer.headers.get('posthorn-request-id');
    expect(await answer.json()).toMatchObject({ requestId });
  });
});

describe('the note of a key’s use', () => {
  const BAD = { method: 'POST', body: '{', headers: { authorization: 'Bearer ph_live_one' } };

  it('is written before the answer: Lambda freezes what is still running, also after a refusal', async () => {
    let isWritten = false;
    const { ask } = world({}, async () => {
      await new Promise((resolve) => setImmediate(resolve));
      isWritten = true;
    });
    const { status } = await ask('/v1/events', BAD);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(isWritten).toBe(true);
  });

  it('is tried again if it failed, and fails no request', async () => {
    const noted: string[] = [];
    const { post } = world({}, async (id) => {
      noted.push(id);
      throw new Error('away');
    });
    expect((await post('ph_live_one')).status).toBe(202);
    expect((await post('ph_live_one')).status).toBe(202);
    expect(noted).toHaveLength(2);
  });
});
