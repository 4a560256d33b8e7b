import { readFileSync } from 'node:fs';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, inParallel, staysSo } from '../builders/eventually.ts';
import { type Arrival, startReceiver, type TestReceiver } from '../builders/receiver.ts';
import { newTenant, type TestTenant } from './client.ts';
import { everyCharacter } from './every-character.ts';
import { openTarget } from './open-target.ts';
import type { Target } from './target.ts';

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

/** Verifies as a receiver would: with a library of others, the raw body and the headers. */
function verify(secret: string, { body, headers }: Arrival): unknown {
  return new Webhook(secret).verify(body.toString('utf8'), headers as Record<string, string>); // its headers are single
}

/** The bytes of `data` in a body: what stands between its key and the body's last brace. */
function dataBytes({ body }: Arrival): Buffer {
  const from = body.indexOf('"data":') + '"data":'.length;
  return body.subarray(from, body.length - 1);
}

describe('an event', () => {
  it('of a vendor’s own sample arrives signed, as posted', async () => {
    const vector: unknown = JSON.parse(
      readFileSync(new URL('bynn-dossier-created.json', import.meta.url), 'utf8'),
    );
    const { secret } = await tenant.endpoint(`${receiver.url}/bynn`, {
      eventTypes: ['dossier.*'],
    });
    const id = await tenant.event({ type: 'dossier.created', data: vector });
    const [arrival] = await receiver.untilAt('/bynn', 1);
    if (!arrival) throw new Error('nothing came');
    expect(arrival.method).toBe('POST');
    expect(arrival.headers).toMatchObject({
      'content-type': 'application/json',
      'webhook-id': id,
    });
    expect(verify(secret, arrival)).toEqual({
      type: 'dossier.created',
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      data: vector,
    });
  });

  it('brings the bytes of its data as they were posted', async () => {
    const data = String.raw`{ "z":1.0e+2,"a" : [ -0, 1E5,100.000 ],
  "n":123456789012345678901234567890, "é":"\u00e9\/ \u2028", "10":1,"2":2, "s":"李小龍 👩‍🚀 ﷽" }`;
    await tenant.endpoint(`${receiver.url}/bytes`, { eventTypes: ['bytes'] });
    await tenant.event(`{"data":${data}, "type":"bytes"}`);
    const [arrival] = await receiver.untilAt('/bytes', 1);
    expect(arrival && dataBytes(arrival).toString('utf8')).toBe(data);
  });

  it('may hold every character that JSON allows, byte for byte', async () => {
    const { secret } = await tenant.endpoint(`${receiver.url}/chars`, { eventTypes: ['chars'] });
    const texts = everyCharacter();
    const ids = await inParallel(texts, 4, (data) =>
      tenant.event(`{"type":"chars","data":${data}}`),
    );
    const arrivals = await receiver.untilAt('/chars', texts.length);
    const byId = new Map(arrivals.map((arrival) => [arrival.headers['webhook-id'], arrival]));
    for (const [index, data] of texts.entries()) {
      const arrival = byId.get(ids[index]);
      if (!arrival) throw new Error(`event ${index} did not come`);
      expect(dataBytes(arrival).equals(Buffer.from(data, 'utf8'))).toBe(true);
      expect(() => verify(secret, arrival)).not.toThrow();
    }
  });

  it('as large as may be arrives, and one byte more is refused', async () => {
    await tenant.endpoint(`${receiver.url}/large`, { eventTypes: ['large'] });
    const wrap = (filling: string) => `{"type":"large","data":{"f":"${filling}"}}`;
    const filling = 'x'.repeat(256 * 1024 - wrap('').length);
    await tenant.event(wrap(filling));
    const more = await tenant.call('POST', '/v1/events', { body: wrap(`${filling}x`) });
    expect(more.status).toBe(413);
    const [arrival] = await receiver.untilAt('/large', 1);
    expect(arrival && dataBytes(arrival).toString()).toBe(`{"f":"${filling}"}`);
  });

  it('in a batch of nearly 4 MiB arrives like the 99 others', async () => {
    await tenant.endpoint(`${receiver.url}/batch`, { eventTypes: ['batch'] });
    const events = Array.from({ length: 100 }, (_, n) => ({
      type: 'batch',
      data: { n, filling: `${n}`.repeat(20_000) },
    }));
    const answer = await tenant.call('POST', '/v1/events/batch', { body: { events } });
    expect(answer.status).toBe(202);
    const ids = answer.body.results.map((result) => result.id);
    const arrivals = await receiver.untilAt('/batch', 100);
    expect(new Set(arrivals.map(({ headers }) => headers['webhook-id']))).toEqual(new Set(ids));
  });

  it('goes to an endpoint that was created just before, fifty times over', async () => {
    const fresh = await newTenant(target);
    const ids: string[] = [];
    for (let n = 0; n < 50; n++) {
      const url = `${receiver.url}/fresh/${n}`;
      const made = await fresh.call('POST', '/v1/endpoints', {
        body: { url, eventTypes: [`n${n}`] },
      });
      expect(made.status).toBe(201);
      ids.push(await fresh.event({ type: `n${n}`, data: { n } }));
    }
    for (const [n, id] of ids.entries()) {
      const arrivals = await receiver.untilAt(`/fresh/${n}`, 1);
      expect(arrivals.map(({ headers }) => headers['webhook-id'])).toEqual([id]);
    }
  });
});

describe('an idempotency key', () => {
  it('used twenty times at once makes one event and one delivery', async () => {
    await tenant.endpoint(`${receiver.url}/once`, { eventTypes: ['once'] });
    const answers = await Promise.all(
      Array.from({ length: 20 }, () =>
        tenant.call('POST', '/v1/events', {
          headers: { 'idempotency-key': 'order-42' },
          body: { type: 'once', data: { order: 42 } },
        }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(202));
    const ids = new Set(answers.map(({ body }) => body.id));
    expect(ids.size).toBe(1);
    expect(answers.filter(({ body }) => body.duplicate === false)).toHaveLength(1);

    const [arrival] = await receiver.untilAt('/once', 1);
    expect(arrival?.headers['webhook-id']).toBe([...ids][0]);
    await staysSo(() => receiver.at('/once').length === 1, 3_000);
    const listed = await tenant.call('GET', '/v1/events?type=once');
    expect(listed.body.data.map(({ id }) => id)).toEqual([...ids]);
  });

  it('used with another body is refused, and what it stood for remains', async () => {
    const headers = { 'idempotency-key': 'order-43' };
    const id = await tenant.event({ type: 'other', data: { a: 1 } }, headers);
    const refused = await tenant.call('POST', '/v1/events', {
      headers,
      body: { type: 'other', data: { a: 2 } },
    });
    expect(refused.status).toBe(409);
    expect(refused.body.errors?.map(({ path }) => path)).toEqual(['Idempotency-Key']);
    const again = await tenant.call('POST', '/v1/events', {
      headers,
      body: { type: 'other', data: { a: 1 } },
    });
    expect(again).toMatchObject({ status: 202, body: { id, duplicate: true } });
  });

  it('of one tenant is not that of another', async () => {
    const other = await newTenant(target);
    const headers = { 'idempotency-key': 'order-44' };
    const first = await tenant.event({ type: 'mine', data: { a: 1 } }, headers);
    const second = await other.event({ type: 'theirs', data: { a: 2 } }, headers);
    expect(second).not.toBe(first);
  });
});

describe('a receiver that fails twice', () => {
  it('gets three attempts at the policy’s times, each signed anew under one id', async () => {
    const retryPolicy = { immediate: true, steps: [{ count: 3, seconds: 2 }] };
    const url = `${receiver.url}/flaky`;
    receiver.answer('/flaky', (nth) => (nth <= 2 ? 500 : 200));
    const { secret } = await tenant.endpoint(url, { eventTypes: ['flaky'], retryPolicy });
    const id = await tenant.event({ type: 'flaky', data: { n: 1 } });

    const arrivals = await receiver.untilAt('/flaky', 3);
    const [first, second, third] = arrivals;
    if (!first || !second || !third) throw new Error('fewer than three came');
    expect(second.atMs - first.atMs).toBeLessThan(1_900);
    expect(third.atMs - first.atMs).toBeGreaterThanOrEqual(1_900);
    expect(third.atMs - first.atMs).toBeLessThan(6_000);
    for (const arrival of arrivals) {
      expect(arrival.headers['webhook-id']).toBe(id);
      expect(() => verify(secret, arrival)).not.toThrow();
      const sentAtMs = Number(arrival.headers['webhook-timestamp']) * 1000;
      expect(arrival.atMs - sentAtMs).toBeLessThan(2_500);
    }
    expect(third.headers['webhook-timestamp']).not.toBe(first.headers['webhook-timestamp']);
    expect(third.headers['webhook-signature']).not.toBe(first.headers['webhook-signature']);

    const delivery = await eventually(async () => {
      const { body } = await tenant.call('GET', `/v1/events/${id}`);
      return body.deliveries?.find(({ status }) => status === 'delivered');
    });
    expect(delivery.attempts.map(({ number, cause, outcome }) => [number, cause, outcome])).toEqual(
      [
        [1, 'first', 'http_500'],
        [2, 'immediate', 'http_500'],
        [3, 'curve', 'http_200'],
      ],
    );
    expect(receiver.at('/flaky')).toHaveLength(3);
  });
});
