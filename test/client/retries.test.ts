import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConnectionError, Posthorn, RateLimitError, ServerError } from '../../client/src/index.ts';
import { type FakeService, problem, type Reply, startFakeService } from './fake-service.ts';

let service: FakeService;
let posthorn: Posthorn;

beforeEach(async () => {
  service = await startFakeService();
  posthorn = new Posthorn({
    url: service.url,
    key: 'ph_live_x',
    retries: { maxRetries: 3, firstDelayMs: 1, maxDelayMs: 2_000 },
    timeoutMs: 5_000,
  });
});
afterEach(() => service.close());

const accepted: Reply = { status: 202, body: { id: 'evt_1', duplicate: false } };
const event = { type: 'a.b', data: {} };
const failing = (times: number, failure: Reply, then: Reply) => (_: unknown, nth: number) =>
  nth <= times ? failure : then;

describe('an event that is sent', () => {
  it.each<[string, Reply]>([
    ['the connection breaks', 'hang up'],
    ['the gateway gives up', { status: 503, body: { message: 'Service Unavailable' } }],
    ['a function fails', problem(500)],
    ['there were too many requests', problem(429)],
  ])('is sent again when %s, under the same key and with the same body', async (_, failure) => {
    service.answer = failing(2, failure, accepted);
    expect(await posthorn.events.send(event)).toEqual({ id: 'evt_1', duplicate: false });
    expect(service.asked).toHaveLength(3);
    const keys = service.asked.map(({ headers }) => headers['idempotency-key']);
    expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/);
    expect(new Set(keys).size).toBe(1);
    expect(new Set(service.asked.map(({ body }) => body))).toEqual(
      new Set(['{"type":"a.b","data":{}}']),
    );
  });

  it('has a key of its own each time, or the one that is given', async () => {
    service.answer = () => accepted;
    await posthorn.events.send(event);
    await posthorn.events.send(event);
    await posthorn.events.send(event, 'mine');
    const [first, second, third] = service.asked.map(({ headers }) => headers['idempotency-key']);
    expect(first).not.toBe(second);
    expect(third).toBe('mine');
  });

  it('is given up after all tries, with what the last one said', async () => {
    service.answer = () => problem(500);
    await expect(posthorn.events.send(event)).rejects.toThrow(ServerError);
    expect(service.asked).toHaveLength(4);
    service.answer = () => 'hang up';
    await expect(posthorn.events.send(event)).rejects.toThrow(ConnectionError);
    expect(service.asked).toHaveLength(8);
  });

  it('is not sent again when it has faults', async () => {
    service.answer = () => problem(422);
    await expect(posthorn.events.send(event)).rejects.toThrow('422 A title: A reason.');
    expect(service.asked).toHaveLength(1);
  });
});

describe('a key that is made', () => {
  it('is made anew when the answer that held it was lost', async () => {
    const made = { status: 201, body: { id: 'key_2', key: 'ph_live_2' } };
    const before = { status: 200, body: { id: 'key_1' } };
    const replies: Reply[] = ['hang up', before, { status: 204 }, made];
    service.answer = (_, nth) => replies[nth - 1] ?? problem(500);
    expect(await posthorn.keys.create({ name: 'backend' })).toMatchObject({ key: 'ph_live_2' });
    expect(service.asked.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /v1/keys',
      'POST /v1/keys',
      'DELETE /v1/keys/key_1',
      'POST /v1/keys',
    ]);
    const keys = service.asked.map(({ headers }) => headers['idempotency-key']);
    expect(keys[0]).toBe(keys[1]);
    expect(keys[3]).not.toBe(keys[0]);
  });
});

describe('a batch', () => {
  it('is sent again with the same key for each of its events', async () => {
    service.answer = failing(1, 'hang up', { status: 202, body: { results: [] } });
    await posthorn.events.sendBatch([event, { ...event, idempotencyKey: 'mine' }]);
    const [first, second] = service.asked.map(({ body }) => body);
    expect(second).toBe(first);
    const keys = JSON.parse(first ?? '').events.map(
      (one: { idempotencyKey: string }) => one.idempotencyKey,
    );
    expect(keys).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/), 'mine']);
  });
});

describe('what must not be done twice', () => {
  it.each<[string, Reply]>([
    ['the connection breaks', 'hang up'],
    ['a function fails', problem(500)],
    [
      'the gateway gives up, which may be after it was done',
      { status: 503, body: { message: 'x' } },
    ],
  ])('is not sent again when %s', async (_, failure) => {
    service.answer = () => failure;
    await expect(posthorn.deliveries.retry('dlv_1')).rejects.toThrow();
    await expect(posthorn.endpoints.update('ep_1', { description: 'x' })).rejects.toThrow();
    expect(service.asked).toHaveLength(2);
    expect(service.asked.map(({ headers }) => headers['idempotency-key'])).toEqual([
      undefined,
      undefined,
    ]);
  });

  it.each<[string, Reply]>([
    ['it was refused for the rate', problem(429)],
    ['the service says that it did nothing', { status: 503, headers: { 'retry-after': '0' } }],
  ])('is sent again when %s', async (_, failure) => {
    service.answer = failing(1, failure, { status: 202, body: { id: 'dlv_1' } });
    expect(await posthorn.deliveries.retry('dlv_1')).toEqual({ id: 'dlv_1' });
    expect(service.asked).toHaveLength(2);
  });

  it('is sent again when nobody listened: nothing was sent', async () => {
    await service.close();
    const before = service;
    let tries = 0;
    posthorn = new Posthorn({
      url: before.url,
      retries: { maxRetries: 2, firstDelayMs: 1 },
      fetch: (request, init) => {
        tries++;
        return fetch(request, init);
      },
    });
    await expect(posthorn.deliveries.retry('dlv_1')).rejects.toThrow(/ECONNREFUSED/);
    expect(tries).toBe(3);
    service = await startFakeService();
  });
});

describe('Retry-After', () => {
  it('is waited for', async () => {
    const slow: Reply = { status: 429, headers: { 'retry-after': '1' } };
    service.answer = failing(1, slow, { status: 200, body: { id: 'ep_1' } });
    const startedAt = performance.now();
    await posthorn.endpoints.get('ep_1');
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(990);
  });

  it('ends the tries where it is longer than we wait, and is told', async () => {
    service.answer = () => ({ status: 429, headers: { 'retry-after': '3600' } });
    const error = await posthorn.endpoints.get('ep_1').catch((fault: unknown) => fault);
    expect(error).toBeInstanceOf(RateLimitError);
    expect(error).toMatchObject({ retryAfterMs: 3_600_000, status: 429 });
    expect(service.asked).toHaveLength(1);
  });
});

describe('a request that takes too long', () => {
  it('is given up for each try, and read again', async () => {
    posthorn = new Posthorn({
      url: service.url,
      timeoutMs: 1_000,
      retries: { maxRetries: 1, firstDelayMs: 1 },
    });
    let letGo = () => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    service.answer = async (_, nth) => {
      if (nth === 1) await held;
      return { status: 200, body: { id: 'ep_1' } };
    };
    expect(await posthorn.endpoints.get('ep_1')).toEqual({ id: 'ep_1' });
    expect(service.asked).toHaveLength(2);
    letGo();
  });

  it('is a ConnectionError where the answer breaks off', async () => {
    service.answer = () => ({ status: 200, body: '{"id":"ep' });
    await expect(posthorn.endpoints.get('ep_1')).rejects.toThrow(ConnectionError);
  });
});
