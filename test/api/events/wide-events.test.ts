// Events with hundreds of targets: no answer holds more than it was asked for, and none of them gets lost.
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { advance, freshDelivery } from '../../../lambdas/core/deliveries/advance.ts';
import type { Delivery } from '../../../lambdas/core/deliveries/delivery.ts';
import type { Event } from '../../../lambdas/core/events/event.ts';
import { createId, deliveryIdOf } from '../../../lambdas/core/identifiers.ts';
import { type ApiService, startApiService } from '../../builders/api-service.ts';
import { answered } from '../../builders/outcomes.ts';

const LIVE = { tenant: 'acme', environment: 'live' } as const;
const HOUR_MS = 3_600_000;
const LAMBDA_LIMIT_BYTES = 6_000_000;
const TARGETS = 500;
let service: ApiService;
beforeAll(async () => {
  service = await startApiService();
});
afterAll(() => service?.stop());

const anEndpointId = () => createId('ep', service.clock.nowMs, randomBytes(10));

function anEvent(acceptedAtMs: number): Event {
  return {
    ...LIVE,
    id: createId('evt', acceptedAtMs, randomBytes(10)),
    type: 'dossier.created',
    acceptedAtMs,
    channels: [],
    data: '{}',
  };
}

/** Delivered or not, with all that may be kept of a last exchange. */
function anAttempted(event: Event, endpointId: string, status: number): Delivery {
  const attempt = {
    cause: 'first' as const,
    outcome: answered(status),
    startedAtMs: event.acceptedAtMs + 100,
    endedAtMs: event.acceptedAtMs + 150,
    phases: { dnsMs: 1, connectMs: 2, tlsMs: null, firstByteMs: 40 },
    request: { headers: [['webhook-signature', 'v1,abc']] as const, complete: true },
    holder: 'm/r',
  };
  const fresh = freshDelivery(event, endpointId, service.settings, event.acceptedAtMs);
  if (status === 200) return advance(fresh, attempt, { kind: 'delivered' });
  return advance(fresh, attempt, { kind: 'dead', reason: 'attempts' });
}

/** Ranges of an hour of their own: a tenant's listing holds what all tests made. */
let hours = 2;
function aTime(): { startMs: number; range: string } {
  const startMs = service.clock.nowMs - ++hours * HOUR_MS;
  const time = (atMs: number) => new Date(atMs).toISOString();
  return { startMs, range: `since=${time(startMs)}&until=${time(startMs + HOUR_MS / 2)}` };
}

/** An event to many, in no order: half of its deliveries are not begun, each twentieth of the others died. */
async function aWideEvent(acceptedAtMs: number, targets = TARGETS) {
  const event = anEvent(acceptedAtMs);
  const endpoints = Array.from({ length: targets }, anEndpointId);
  await service.ledger.putEvents([{ event, targets: endpoints }]);
  await service.ledger.putDeliveries(
    endpoints
      .filter((_, index) => index % 2 === 0)
      .map((id, index) => anAttempted(event, id, index % 20 === 0 ? 500 : 200)),
  );
  return { event, ids: endpoints.map((id) => deliveryIdOf(event.id, id)).toSorted() };
}

interface Pages {
  readonly ids: string[];
  readonly lengths: number[];
}

async function pages(path: string, between = async () => {}, first?: string): Promise<Pages> {
  const ids: string[] = [];
  const lengths: number[] = [];
  let cursor: string | null | undefined = first;
  do {
    const answer = await service.acme('GET', `${path}${cursor ? `&cursor=${cursor}` : ''}`);
    expect(answer.status).toBe(200);
    expect(Buffer.byteLength(JSON.stringify(answer.text))).toBeLessThan(LAMBDA_LIMIT_BYTES);
    ids.push(...answer.json.data.map(({ id }: { id: string }) => id));
    lengths.push(answer.json.data.length);
    cursor = answer.json.next;
    expect(lengths.length).toBeLessThan(200);
    await between();
  } while (cursor);
  return { ids, lengths };
}

describe('regression: limit counted events, and one page held 500 deliveries of each', () => {
  it('shows at most as many deliveries as asked, and all of them over the pages', async () => {
    const { startMs, range } = aTime();
    const older = await aWideEvent(startMs);
    const none = anEvent(startMs + 1_000);
    await service.ledger.putEvents([{ event: none, targets: [] }]);
    const newer = await aWideEvent(startMs + 2_000);
    const { ids, lengths } = await pages(`/v1/deliveries?${range}&limit=30`);
    expect(ids).toEqual([...newer.ids, ...older.ids]);
    expect(lengths).toEqual([...Array.from({ length: 33 }, () => 30), 10]);
  });

  it('keeps its place between two deliveries of an event while new entries come', async () => {
    const { startMs, range } = aTime();
    const older = await aWideEvent(startMs, 40);
    const wide = await aWideEvent(startMs + 1_000, 90);
    let added = 0;
    const { ids } = await pages(`/v1/deliveries?${range}&limit=7`, async () => {
      await aWideEvent(startMs + 10_000 * ++added, 3);
    });
    expect(ids).toEqual([...wide.ids, ...older.ids]);
  });

  it('goes on behind an event that is gone, and behind one that lost or won targets', async () => {
    const { startMs, range } = aTime();
    const older = await aWideEvent(startMs, 10);
    const wide = await aWideEvent(startMs + 1_000, 10);
    const cursorAt = (id = '') => Buffer.from(id).toString('base64url');
    const gone = deliveryIdOf(anEvent(startMs + 500).id, anEndpointId());
    const path = `/v1/deliveries?${range}&limit=4`;
    expect((await pages(path, undefined, cursorAt(gone))).ids).toEqual(older.ids);
    const kept = wide.ids.filter((_, index) => index !== 3);
    const endpoints = kept.map((id) => `ep_${id.slice(-26)}`);
    await service.ledger.putEvents([{ event: wide.event, targets: endpoints }]);
    const { ids } = await pages(path, undefined, cursorAt(wide.ids[3]));
    expect(ids).toEqual([...wide.ids.slice(4), ...older.ids]);
    // A cursor that an older version gave: after all of an event's.
    const { ids: after } = await pages(path, undefined, cursorAt(wide.event.id));
    expect(after).toEqual(older.ids);
  });

  it('filters by status over all targets, and loses none where the time of a page is over', async () => {
    const { startMs, range } = aTime();
    const older = await aWideEvent(startMs);
    const newer = await aWideEvent(startMs + 1_000);
    const path = `/v1/deliveries?${range}&status=dead`;
    const { ids, lengths } = await pages(`${path}&limit=10`);
    expect(lengths).toEqual([10, 10, 6]);
    expect(ids).toEqual([...newer.ids, ...older.ids].filter((id) => ids.includes(id)));
    const { now } = service.surroundings;
    service.surroundings.now = () => {
      service.clock.nowMs += 13;
      return now();
    };
    const boxed = await pages(path).finally(() => {
      service.surroundings.now = now;
    });
    expect(boxed.lengths.length).toBeGreaterThan(3);
    expect(boxed.ids).toEqual(ids);
  });

  it('leaves short what would be longer than an answer may be', async () => {
    const { startMs, range } = aTime();
    const event = anEvent(startMs);
    const endpoints = Array.from({ length: 75 }, anEndpointId);
    await service.ledger.putEvents([{ event, targets: endpoints }]);
    // Deliveries that were replayed again and again: each keeps as many attempts as it may.
    await service.ledger.putDeliveries(
      endpoints.map((id) => {
        const delivery = anAttempted(event, id, 200);
        const [attempt] = delivery.attempts;
        if (!attempt) throw new Error('none');
        const attempts = Array.from({ length: 200 }, (_, n) => ({
          ...attempt,
          number: n + 1,
          detail: '"'.repeat(60),
        }));
        return { ...delivery, attempts };
      }),
    );
    const all = endpoints.map((id) => deliveryIdOf(event.id, id)).toSorted();
    const { ids, lengths } = await pages(`/v1/deliveries?${range}&limit=100`);
    expect(ids).toEqual(all);
    expect(lengths.length).toBeGreaterThan(1);
    const { text, json } = await service.acme('GET', `/v1/events/${event.id}`);
    expect(Buffer.byteLength(JSON.stringify(text))).toBeLessThan(LAMBDA_LIMIT_BYTES);
    expect(json.deliveries.length).toBe(lengths[0]);
    const rest = await pages(`/v1/deliveries?event=${event.id}`, undefined, json.deliveriesNext);
    expect(rest.ids).toEqual(all.slice(lengths[0]));
  });
});

describe('an event with 500 targets', () => {
  it('is shown with the first 100 of its deliveries; the listing by event holds the rest', async () => {
    const { event, ids } = await aWideEvent(aTime().startMs);
    const { status, json } = await service.acme('GET', `/v1/events/${event.id}`);
    expect(status).toBe(200);
    expect(json.deliveries.map(({ id }: { id: string }) => id)).toEqual(ids.slice(0, 100));
    const path = `/v1/deliveries?event=${event.id}&limit=100`;
    const rest = await pages(path, undefined, json.deliveriesNext);
    expect(rest).toEqual({ ids: ids.slice(100), lengths: [100, 100, 100, 100] });
    expect((await pages(path)).ids).toEqual(ids);
    const dead = await pages(`${path}&status=dead`);
    expect(dead.ids.length).toBe(13);
    expect((await pages(`${path}&type=other`)).ids).toEqual([]);
    expect((await pages(`${path}&until=2020-01-01T00:00:00Z`)).ids).toEqual([]);
  });

  it('is read with few calls, however many targets it has', async () => {
    const { event } = await aWideEvent(aTime().startMs);
    let calls = 0;
    const { client } = service;
    const send = client.send.bind(client);
    client.send = ((command: never) => {
      calls++;
      return send(command);
    }) as typeof client.send;
    const paths = [`/v1/events/${event.id}`, `/v1/deliveries?event=${event.id}&limit=100`];
    for (const path of paths) {
      await service.acme('GET', path);
      calls = 0;
      await service.acme('GET', path);
      expect(calls, path).toBeLessThan(8);
    }
    client.send = send;
  });
});

describe('the listing by event', () => {
  it('holds all of an event with few targets, and nothing of others', async () => {
    const { startMs } = aTime();
    const { event, ids } = await aWideEvent(startMs, 3);
    await aWideEvent(startMs, 3);
    const { json } = await service.acme('GET', `/v1/events/${event.id}`);
    expect(json.deliveriesNext).toBeNull();
    expect(await pages(`/v1/deliveries?event=${event.id}`)).toEqual({ ids, lengths: [3] });
  });

  it('holds one with an endpoint', async () => {
    const body = { url: 'https://hooks.acme.com/in' };
    const endpoint = (await service.acme('POST', '/v1/endpoints', body)).json.id;
    const event = anEvent(aTime().startMs);
    await service.ledger.putEvents([{ event, targets: [anEndpointId(), endpoint] }]);
    const path = `/v1/deliveries?event=${event.id}&endpoint=${endpoint}`;
    expect((await pages(path)).ids).toEqual([deliveryIdOf(event.id, endpoint)]);
  });

  it('does not know events of others, nor those that there are none of', async () => {
    const { event } = await aWideEvent(aTime().startMs, 3);
    const ask = `/v1/deliveries?event=${event.id}`;
    const unknown = '/v1/deliveries?event=evt_01h455vb4pex5vsknk084sn02q';
    const answers = await Promise.all([
      service.globex('GET', ask),
      service.acmeTest('GET', ask),
      service.acme('GET', unknown),
      service.acme('GET', '/v1/deliveries?event=x'),
    ]);
    for (const { status, text } of answers) {
      expect(status).toBe(404);
      expect(text).not.toContain(event.id);
    }
  });

  it('refuses the cursors of other listings by path', async () => {
    const body = { url: 'https://hooks.acme.com/in' };
    const endpoint = (await service.acme('POST', '/v1/endpoints', body)).json.id;
    const { event } = await aWideEvent(aTime().startMs, 3);
    const other = Buffer.from(deliveryIdOf(anEvent(1).id, anEndpointId())).toString('base64url');
    for (const query of [`event=${event.id}`, `endpoint=${endpoint}`]) {
      const answer = await service.acme('GET', `/v1/deliveries?${query}&cursor=${other}`);
      expect(answer.status).toBe(422);
      expect(answer.json.errors.map(({ path }: { path: string }) => path)).toEqual(['cursor']);
    }
  });
});
