// The polling feed over the real adapters: fan-out writes it, HTTP reads it.
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Queues } from '../../../lambdas/adapters/queues/queues.ts';
import type { Event } from '../../../lambdas/core/events/event.ts';
import type { EventLedger } from '../../../lambdas/core/events/ledger.ts';
import { encodeEventMessage } from '../../../lambdas/core/events/message.ts';
import { createId, deliveryIdOf, idempotencyKeyOf } from '../../../lambdas/core/identifiers.ts';
import { fanOut } from '../../../lambdas/fan-out/fan-out.ts';
import { type ApiService, startApiService } from '../../builders/api-service.ts';
import { only, sqsRecord } from '../../builders/ports.ts';

const LIVE = { tenant: 'acme', environment: 'live' } as const;
let service: ApiService;
beforeAll(async () => {
  service = await startApiService();
});
afterAll(() => service?.stop());

const anEvent = (changes: Partial<Event> = {}): Event => ({
  ...LIVE,
  id: createId('evt', changes.acceptedAtMs ?? service.clock.nowMs, randomBytes(10)),
  type: 'dossier.created',
  acceptedAtMs: service.clock.nowMs,
  channels: [],
  data: '{"n":1}',
  ...changes,
});

async function spread(events: readonly Event[], changes: Partial<EventLedger> = {}): Promise<void> {
  const ports = {
    ledger: { ...service.ledger, ...changes },
    registry: service.registry,
    queues: only<Queues>({ sendDeliveries: async () => new Set() }),
    surroundings: service.surroundings,
    settings: service.settings,
  };
  const records = events.map((event) => sqsRecord(encodeEventMessage({ event, mayRepeat: false })));
  expect(await fanOut(ports, records)).toEqual([]);
}

let endpoints = 0;
async function anEndpoint(more: object = { polling: true }): Promise<{ id: string; type: string }> {
  // A type of its own: each test sees its own events only.
  const type = `t${++endpoints}`;
  const body = { url: 'https://hooks.acme.com/in', eventTypes: [type], ...more };
  const { json } = await service.acme('POST', '/v1/endpoints', body);
  return { id: json.id, type };
}
const poll = (id: string, query = '') => service.acme('GET', `/v1/endpoints/${id}/events${query}`);
const later = (seconds: number) => {
  service.clock.nowMs += seconds * 1_000;
};
const idsOf = (answer: { json: { data: readonly { id: string }[] } }) =>
  answer.json.data.map(({ id }) => id);

describe('GET /v1/endpoints/{id}/events', () => {
  it('gives events as they were posted, after the lag and not before', async () => {
    const { id, type } = await anEndpoint();
    const data = '{ "amount":1.00,  "note":"\\u00e9" }';
    const event = anEvent({ type, data, subject: 's-1', channels: ['eu'] });
    await spread([event]);
    later(9);
    const early = await poll(id);
    expect([early.status, early.json.data, early.json.more]).toEqual([200, [], false]);
    later(2);
    const answer = await poll(id, `?after=${early.json.next}`);
    const delivery = deliveryIdOf(event.id, id);
    expect(answer.json.data).toEqual([
      {
        id: event.id,
        type,
        tenant: 'acme',
        environment: 'live',
        acceptedAt: new Date(event.acceptedAtMs).toISOString(),
        occurredAt: null,
        redactedAt: null,
        subject: 's-1',
        channels: ['eu'],
        delivery,
        idempotencyKey: idempotencyKeyOf(delivery),
        data: { amount: 1, note: 'é' },
      },
    ]);
    expect(answer.text).toContain(`"data":${data}`);
  });

  it('goes on from where it was, also when it had read everything', async () => {
    const { id, type } = await anEndpoint();
    const first = Array.from({ length: 7 }, () => anEvent({ type }));
    await spread(first);
    later(11);
    const pages = [await poll(id, '?limit=3')];
    while (pages.at(-1)?.json.more) {
      pages.push(await poll(id, `?limit=3&after=${pages.at(-1)?.json.next}`));
    }
    expect(pages.map(({ json }) => [json.data.length, json.more])).toEqual([
      [3, true],
      [3, true],
      [1, false],
    ]);
    expect(pages.flatMap(idsOf).sort()).toEqual(first.map((event) => event.id).sort());
    const { next } = pages.at(-1)?.json ?? {};
    const none = await poll(id, `?after=${next}`);
    expect(none.json).toEqual({ data: [], next, more: false });
    // It was accepted long before the others, and stored after them.
    const late = anEvent({ type, acceptedAtMs: service.clock.nowMs - 60_000 });
    await spread([late]);
    later(11);
    expect(idsOf(await poll(id, `?after=${next}`))).toEqual([late.id]);
    const since = new Date(service.clock.nowMs - 12_000).toISOString();
    expect(idsOf(await poll(id, `?since=${since}`))).toEqual([late.id]);
  });

  it('misses none of 600 events that are stored late, out of order, and by slow calls', async () => {
    const { id, type } = await anEndpoint();
    const events = Array.from({ length: 600 }, (_, index) =>
      anEvent({ type, acceptedAtMs: service.clock.nowMs - ((index * 7919) % 60_000) }),
    );
    const seen: string[] = [];
    let next = '';
    const readAll = async () => {
      for (let more = true; more; ) {
        const answer = await poll(id, `?limit=100${next === '' ? '' : `&after=${next}`}`);
        seen.push(...idsOf(answer));
        ({ next, more } = answer.json);
      }
    };
    const held: (() => Promise<unknown>)[] = [];
    for (let from = 0; from < events.length; from += 10) {
      const batch = events.slice(from, from + 10);
      let calls = 0;
      await spread(batch, {
        async putFeed(entries, withinMs) {
          const isSlow = from % 50 === 0 && calls++ === 0;
          if (!isSlow) return service.ledger.putFeed(entries, withinMs);
          // It takes effect after its writer gave it up: at once for some, much later for others.
          held.push(() => service.ledger.putFeed(entries, withinMs));
          service.clock.nowMs += withinMs;
          return new Set(entries.keys());
        },
      });
      later((from * 13) % 4);
      if (from % 30 === 0) await readAll();
      if (from % 70 === 0) await held.shift()?.();
    }
    for (const takeEffect of held) await takeEffect();
    later(11);
    await readAll();
    expect(new Set(seen)).toEqual(new Set(events.map((event) => event.id)));
  });

  it('is cut where an answer would be too large, and goes on there', async () => {
    const { id, type } = await anEndpoint();
    const data = JSON.stringify({ noise: randomBytes(150_000).toString('base64') });
    const events = Array.from({ length: 20 }, () => anEvent({ type, data }));
    for (const event of events) await spread([event]);
    later(11);
    const first = await poll(id);
    expect(first.json.data.length).toBeLessThan(20);
    expect(first.text.length).toBeLessThan(2_600_000);
    expect(first.json.more).toBe(true);
    const second = await poll(id, `?after=${first.json.next}`);
    expect([...idsOf(first), ...idsOf(second)].sort()).toEqual(events.map((one) => one.id).sort());
  });

  it('begins where the endpoint opts in, and ends where it opts out', async () => {
    const { id, type } = await anEndpoint({});
    await spread([anEvent({ type })]);
    expect((await poll(id)).status).toBe(409);
    await service.acme('PATCH', `/v1/endpoints/${id}`, { polling: true });
    const second = anEvent({ type });
    await spread([second]);
    later(11);
    expect(idsOf(await poll(id))).toEqual([second.id]);
    await service.acme('PATCH', `/v1/endpoints/${id}`, { polling: false });
    expect((await poll(id)).status).toBe(409);
  });

  it.each(['9999-12-31T23:59:59Z', '2286-11-20T17:46:39.999Z', '0001-01-01T00:00:00Z'])(
    'takes the `next` that it gives for since %s',
    async (since) => {
      const { id } = await anEndpoint();
      const first = await poll(id, `?since=${since}`);
      expect(first.status).toBe(200);
      const second = await poll(id, `?after=${first.json.next}`);
      expect([second.status, second.json.next]).toEqual([200, first.json.next]);
    },
  );

  it.each([
    ['no cursor', '?after=abc', ['after']],
    [
      'a cursor of another listing',
      `?after=${Buffer.from('evt_x').toString('base64url')}`,
      ['after'],
    ],
    ['no time', '?since=yesterday', ['since']],
    [
      'both',
      `?since=2026-01-01T00:00:00Z&after=${Buffer.from('1769851800000#').toString('base64url')}`,
      ['since'],
    ],
    ['too many', '?limit=101', ['limit']],
    ['an unknown parameter', '?cursor=x', ['cursor']],
  ])('%s is 422 by its name', async (_, query, names) => {
    const answer = await poll((await anEndpoint()).id, query);
    expect(answer.status).toBe(422);
    expect(answer.json.errors.map(({ path }: { path: string }) => path)).toEqual(names);
  });

  it('of another tenant, environment or of none looks the same', async () => {
    const { id } = await anEndpoint();
    const path = `/v1/endpoints/${id}/events`;
    const none = await poll('ep_01h455vb4pex5vsknk084sn02q');
    expect(none.status).toBe(404);
    for (const ask of [service.globex, service.acmeTest]) {
      const answer = await ask('GET', path);
      expect({ ...answer.json, requestId: '' }).toEqual({ ...none.json, requestId: '' });
    }
    const writer = await service.keyOf('acme', 'live', ['events:write']);
    expect((await writer('GET', path)).status).toBe(403);
  });
});

describe('GET /v1/subjects/{subject}/latest', () => {
  const latest = (subject: string, query = '', ask = service.acme) =>
    ask('GET', `/v1/subjects/${encodeURIComponent(subject)}/latest${query}`);

  it('is the latest event, of all types or of one, with its exact data', async () => {
    const subject = 'session 1: é%?';
    const at = (seconds: number, type: string, data = '{"n":1.0}') =>
      anEvent({ subject, type, data, acceptedAtMs: service.clock.nowMs + seconds * 1_000 });
    const [created, approved, other] = [
      at(1, 'a.created'),
      at(2, 'a.approved'),
      at(3, 'a.created'),
    ];
    await spread([approved, created]);
    expect((await latest(subject)).json.id).toBe(approved.id);
    expect((await latest(subject, '?type=a.created')).json.id).toBe(created.id);
    await spread([other]);
    const answer = await latest(subject);
    expect(answer.json).toMatchObject({ id: other.id, subject, type: 'a.created' });
    expect(answer.text).toContain('"data":{"n":1.0}}');
    expect((await latest(subject, '?type=a.approved')).json.id).toBe(approved.id);
  });

  it('is 404 for what is not there, another tenant’s and the other environment’s', async () => {
    await spread([anEvent({ subject: 'mine' })]);
    expect((await latest('mine')).status).toBe(200);
    const none = await latest('none');
    expect(none.status).toBe(404);
    expect((await latest('mine', '?type=never.sent')).status).toBe(404);
    for (const ask of [service.globex, service.acmeTest]) {
      const answer = await latest('mine', '', ask);
      expect({ ...answer.json, requestId: '' }).toEqual({ ...none.json, requestId: '' });
    }
    expect((await latest('x'.repeat(257))).status).toBe(422);
    expect((await latest('mine', '?type=a b')).status).toBe(422);
  });
});
