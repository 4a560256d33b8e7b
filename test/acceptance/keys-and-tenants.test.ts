import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../builders/eventually.ts';
import { startReceiver, type TestReceiver } from '../builders/receiver.ts';
import { type Answer, call, newTenant, type TestTenant } from './client.ts';
import { openTarget } from './open-target.ts';
import type { Target } from './target.ts';

let target: Target;
let receiver: TestReceiver;
let tenant: TestTenant;
let stranger: TestTenant;
/** Another key of the same tenant, of the other environment. */
let inTest: TestTenant;

const SOUND = { type: 'sound', data: { a: 1 } };
const UNKNOWN = '01h455vb4pex5vsknk084sn02q';

beforeAll(async () => {
  [target, receiver] = await Promise.all([openTarget(), startReceiver()]);
  tenant = await newTenant(target);
  stranger = await newTenant(target);
  inTest = await newTenant(target, 'test', tenant.id);
}, 90_000);
afterAll(async () => {
  await target?.remove();
  await receiver?.close();
});

function expectRefused({ status, headers, body }: Answer, expected: number): void {
  expect(status).toBe(expected);
  expect(headers.get('content-type')).toBe('application/problem+json');
  expect(body.status).toBe(expected);
}

describe('a request', () => {
  it('without a key is refused', async () => {
    for (const [method, path] of [
      ['POST', '/v1/events'],
      ['POST', '/v1/events/batch'],
      ['GET', '/v1/events'],
      ['POST', '/v1/endpoints'],
      ['GET', `/v1/endpoints/ep_${UNKNOWN}`],
      ['GET', '/v1/deliveries'],
      ['GET', '/v1/tenants'],
      ['GET', '/v1/keys'],
    ] as const) {
      const answer = await call(target, method, path, method === 'POST' ? { body: SOUND } : {});
      expectRefused(answer, 401);
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
    }
  });

  it.each([
    'Bearer',
    'Bearer ',
    'Bearer ph_live_wrong',
    'Basic b3BlcmF0b3I6a2V5',
    `Bearer ${'x'.repeat(5_000)}`,
    'ph_live_wrong',
  ])('with the wrong key is refused: %.30s', async (authorization) => {
    const answer = await call(target, 'POST', '/v1/events', {
      headers: { authorization },
      body: SOUND,
    });
    expectRefused(answer, 401);
  });

  it('with a key that differs in its last character is refused', async () => {
    for (const key of [tenant.key, target.operatorKey]) {
      const other = key.slice(0, -1) + (key.endsWith('A') ? 'B' : 'A');
      expectRefused(await call(target, 'GET', '/v1/events', { key: other }), 401);
    }
  });

  it('is not read before its key is checked', async () => {
    const answer = await call(target, 'POST', '/v1/events', { key: 'wrong', body: 'not JSON' });
    expectRefused(answer, 401);
  });

  it('to a path that there is not is 404', async () => {
    expectRefused(await tenant.call('GET', '/v1/nothing'), 404);
    expectRefused(await tenant.call('DELETE', '/v1/events'), 405);
    expectRefused(await tenant.call('GET', '/'), 404);
  });
});

describe('a key', () => {
  const makeKey = async (body: unknown) => {
    const made = await tenant.call('POST', '/v1/keys', { body });
    expect(made.status).toBe(201);
    return made.body;
  };

  it('that is revoked stops working within seconds', async () => {
    const { id, key } = await makeKey({ name: 'short-lived' });
    expect((await call(target, 'POST', '/v1/events', { key, body: SOUND })).status).toBe(202);
    expect((await tenant.call('DELETE', `/v1/keys/${id}`)).status).toBe(204);
    const refused = await eventually(async () => {
      const answer = await call(target, 'POST', '/v1/events', { key, body: SOUND });
      return answer.status !== 202 && answer;
    }, 10_000);
    expectRefused(refused, 401);
    expectRefused(await call(target, 'GET', '/v1/events', { key }), 401);
  });

  it('says when it was used last, by either function', async () => {
    for (const [method, path] of [
      ['POST', '/v1/events'],
      ['GET', '/v1/events'],
    ] as const) {
      const { id, key } = await makeKey({ name: path });
      const body = method === 'POST' ? { body: SOUND } : {};
      expect((await call(target, method, path, { key, ...body })).status).toBeLessThan(300);
      const used = await eventually(
        async () => (await tenant.call('GET', `/v1/keys/${id}`)).body.lastUsedAt,
      );
      expect(Date.now() - Date.parse(used)).toBeLessThan(2 * 3_600_000);
    }
  });

  it('that has expired does not work', async () => {
    const over = { body: { expiresAt: '2020-01-01T00:00:00Z' } };
    expectRefused(await tenant.call('POST', '/v1/keys', over), 422);
    const { key } = await makeKey({ expiresAt: new Date(Date.now() + 3_000).toISOString() });
    const refused = await eventually(async () => {
      const answer = await call(target, 'GET', '/v1/events', { key });
      return answer.status !== 200 && answer;
    }, 10_000);
    expectRefused(refused, 401);
  });

  it('does only what its scopes say', async () => {
    const { key } = await makeKey({ preset: 'producer' });
    expect((await call(target, 'POST', '/v1/events', { key, body: SOUND })).status).toBe(202);
    const url = `${receiver.url}/x`;
    expectRefused(await call(target, 'POST', '/v1/endpoints', { key, body: { url } }), 403);
    expectRefused(await call(target, 'GET', '/v1/deliveries', { key }), 403);
    expectRefused(await call(target, 'POST', '/v1/keys', { key, body: {} }), 403);
    const reader = await makeKey({ preset: 'reader' });
    const asReader = { key: reader.key, body: SOUND };
    expectRefused(await call(target, 'POST', '/v1/events', asReader), 403);
    expectRefused(await call(target, 'POST', '/v1/events/batch', asReader), 403);
  });

  it('cannot make one that may do more', async () => {
    const { key } = await makeKey({ scopes: ['keys:write', 'events:read'] });
    const more = { key, body: { scopes: ['events:read', 'secrets:read'] } };
    expectRefused(await call(target, 'POST', '/v1/keys', more), 403);
    const same = await call(target, 'POST', '/v1/keys', { key, body: { scopes: ['events:read'] } });
    expect(same.status).toBe(201);
  });

  it('is shown once, and never again', async () => {
    const { id, key } = await makeKey({ name: 'shown once' });
    const listed = await tenant.call('GET', '/v1/keys');
    expect(listed.body.data.map((entry) => entry.id)).toContain(id);
    expect(JSON.stringify(listed.body)).not.toContain(key);
  });

  it('of a tenant does nothing of the operator’s', async () => {
    expectRefused(await tenant.call('GET', '/v1/tenants'), 403);
    expectRefused(await tenant.call('PUT', '/v1/tenants/x', { body: { name: 'x' } }), 403);
    expectRefused(await tenant.call('GET', `/v1/tenants/${tenant.id}`), 403);
  });

  it('of one environment says nothing about the other', async () => {
    const headers = { 'posthorn-environment': 'live' };
    expectRefused(await inTest.call('GET', '/v1/events', { headers }), 403);
    expect((await inTest.call('GET', '/v1/endpoints')).body.data).toEqual([]);
  });
});

describe('what another tenant, or the other environment, owns', () => {
  it('is answered as what there is not', async () => {
    const endpoint = await tenant.endpoint(`${receiver.url}/owned`, { eventTypes: ['owned'] });
    const event = await tenant.event({ type: 'owned', data: {} });
    const stored = await eventually(async () => {
      const answer = await tenant.call('GET', `/v1/events/${event}`);
      return answer.status === 200 && answer.body;
    });
    const delivery = stored.deliveries[0]?.id;
    const keys = await tenant.call('GET', '/v1/keys');
    const owned: [string, string, string][] = [
      ['GET', `/v1/endpoints/${endpoint.id}`, `/v1/endpoints/ep_${UNKNOWN}`],
      ['GET', `/v1/endpoints/${endpoint.id}/secret`, `/v1/endpoints/ep_${UNKNOWN}/secret`],
      ['DELETE', `/v1/endpoints/${endpoint.id}`, `/v1/endpoints/ep_${UNKNOWN}`],
      ['GET', `/v1/events/${event}`, `/v1/events/evt_${UNKNOWN}`],
      ['GET', `/v1/deliveries/${delivery}`, `/v1/deliveries/dlv_${UNKNOWN}${UNKNOWN}`],
      ['GET', `/v1/deliveries?endpoint=${endpoint.id}`, `/v1/deliveries?endpoint=ep_${UNKNOWN}`],
      ['GET', `/v1/keys/${keys.body.data[0]?.id}`, `/v1/keys/key_${UNKNOWN}`],
      ['DELETE', `/v1/keys/${keys.body.data[0]?.id}`, `/v1/keys/key_${UNKNOWN}`],
    ];
    const plain = ({ status, body, headers }: Answer) => ({
      status,
      body: { ...body, requestId: undefined },
      retryAfter: headers.get('retry-after'),
    });
    for (const [method, theirs, nobodys] of owned) {
      const malformed = nobodys.replace(/_0[^/]*/, '_x');
      for (const other of [stranger, inTest]) {
        const answer = await other.call(method, theirs);
        expectRefused(answer, 404);
        expect(plain(await other.call(method, nobodys))).toEqual(plain(answer));
        expect(plain(await other.call(method, malformed))).toEqual(plain(answer));
      }
    }
    expect((await tenant.call('GET', `/v1/endpoints/${endpoint.id}`)).status).toBe(200);
  });

  it('is in none of its listings, and receives none of its events', async () => {
    await tenant.endpoint(`${receiver.url}/mine`, { eventTypes: ['shared'] });
    for (const other of [stranger, inTest]) await other.event({ type: 'shared', data: {} });
    const id = await tenant.event({ type: 'shared', data: {} });
    const arrivals = await receiver.untilAt('/mine', 1);
    for (const path of ['/v1/endpoints', '/v1/deliveries']) {
      for (const other of [stranger, inTest]) {
        expect((await other.call('GET', path)).body.data).toEqual([]);
      }
    }
    expect(arrivals.map(({ headers }) => headers['webhook-id'])).toEqual([id]);
  });
});

describe('an endpoint', () => {
  it('shows its secret masked, and whole only where it is asked for', async () => {
    const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
    const { id } = await tenant.endpoint(`${receiver.url}/masked`, {
      secret,
      eventTypes: ['none'],
    });
    const shown = await tenant.call('GET', `/v1/endpoints/${id}`);
    expect(shown.body.secret).toBe('****************************LaSw');
    expect((await tenant.call('GET', `/v1/endpoints/${id}/secret`)).body.secret).toBe(secret);
  });

  it('that was deleted is gone, and gets nothing more', async () => {
    const { id } = await tenant.endpoint(`${receiver.url}/gone`, { eventTypes: ['leaving'] });
    await tenant.endpoint(`${receiver.url}/stays`, { eventTypes: ['leaving'] });
    expect((await tenant.call('DELETE', `/v1/endpoints/${id}`)).status).toBe(204);
    expectRefused(await tenant.call('GET', `/v1/endpoints/${id}`), 404);
    expectRefused(await tenant.call('DELETE', `/v1/endpoints/${id}`), 404);
    const event = await tenant.event({ type: 'leaving', data: {} });
    await receiver.untilAt('/stays', 1);
    const { body } = await tenant.call('GET', `/v1/events/${event}`);
    expect(body.deliveries).toHaveLength(1);
    expect(receiver.at('/gone')).toEqual([]);
  });

  it.each([
    ['no URL', {}, ['/url']],
    ['a URL that is none', { url: 'hooks' }, ['/url']],
    ['credentials in its URL', { url: 'http://a:b@127.0.0.1/' }, ['/url']],
    ['an unknown contract', { url: 'http://127.0.0.1/', contract: 'x' }, ['/contract']],
    [
      'a wrong policy',
      { url: 'http://127.0.0.1/', retryPolicy: { steps: [{ count: 0, seconds: 1 }] } },
      ['/retryPolicy/steps/0/count'],
    ],
    ['an unknown field', { url: 'http://127.0.0.1/', uri: 1 }, ['/uri']],
  ])('with %s is refused', async (_, body, paths) => {
    const answer = await tenant.call('POST', '/v1/endpoints', { body });
    expectRefused(answer, 422);
    expect(answer.body.errors?.map(({ path }) => path)).toEqual(paths);
  });

  it.each([
    ['limit=0', 'limit'],
    ['limit=101', 'limit'],
    ['limit=ten', 'limit'],
    ['cursor=xyz', 'cursor'],
    ['page=2', 'page'],
  ])('cannot be listed with %s', async (query, parameter) => {
    const answer = await tenant.call('GET', `/v1/endpoints?${query}`);
    expectRefused(answer, 422);
    expect(answer.body.errors?.map(({ path }) => path)).toEqual([parameter]);
  });
});
