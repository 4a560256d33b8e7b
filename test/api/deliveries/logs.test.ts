// The log over the real adapters: filters, cursors that stay while new entries come, and what pages cost.
import { randomBytes } from 'node:crypto';
import { QueryCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { advance, freshDelivery } from '../../../lambdas/core/deliveries/advance.ts';
import type { Delivery } from '../../../lambdas/core/deliveries/delivery.ts';
import type { Event } from '../../../lambdas/core/events/event.ts';
import { createId, deliveryIdOf } from '../../../lambdas/core/identifiers.ts';
import { type ApiService, startApiService } from '../../builders/api-service.ts';
import { answered } from '../../builders/outcomes.ts';

const LIVE = { tenant: 'acme', environment: 'live' } as const;
const HOUR_MS = 3_600_000;
let service: ApiService;
beforeAll(async () => {
  service = await startApiService();
});
afterAll(() => service?.stop());

async function anEndpoint(): Promise<string> {
  const body = { url: 'https://hooks.acme.com/in' };
  return (await service.acme('POST', '/v1/endpoints', body)).json.id;
}

it.each(['/v1/events', '/v1/deliveries', '/v1/replays'])(
  'a range that ends before it begins, or is none, is the same 422 at %s',
  async (path) => {
    const since = '2026-01-02T00:00:00Z';
    for (const until of ['2026-01-01T00:00:00Z', since, '2026-01-02T01:00:00+01:00']) {
      const isReplay = path === '/v1/replays';
      const endpoint = isReplay ? await anEndpoint() : '';
      const { status, json } = isReplay
        ? await service.acme('POST', path, { endpoint, since, until })
        : await service.acme('GET', `${path}?${new URLSearchParams({ since, until })}`);
      const [{ path: place, message }] = json.errors;
      expect([status, place.replace('/', ''), message]).toEqual([
        422,
        'until',
        'must be after since',
      ]);
    }
  },
);

/** A range of time of its own for each test: listings of events hold those of all endpoints. */
let hours = 2;
function aTime(): { startMs: number; range: string } {
  const startMs = service.clock.nowMs - ++hours * HOUR_MS;
  const time = (atMs: number) => new Date(atMs).toISOString();
  return { startMs, range: `since=${time(startMs)}&until=${time(startMs + HOUR_MS / 2)}` };
}

function anEvent(acceptedAtMs: number, changes: Partial<Event> = {}): Event {
  return {
    ...LIVE,
    id: createId('evt', acceptedAtMs, randomBytes(10)),
    type: 'dossier.created',
    acceptedAtMs,
    channels: [],
    data: '{}',
    ...changes,
  };
}

function aDelivery(event: Event, endpointId: string, state: Delivery['state']): Delivery {
  const fresh = freshDelivery(event, endpointId, service.settings, event.acceptedAtMs);
  const attempt = {
    cause: 'first' as const,
    outcome: answered(state === 'delivered' ? 200 : 500),
    startedAtMs: event.acceptedAtMs + 100,
    endedAtMs: event.acceptedAtMs + 150,
    phases: { dnsMs: 1, connectMs: 2, tlsMs: null, firstByteMs: 40 },
    request: { headers: [['webhook-signature', 'v1,abc']] as const, complete: true },
    holder: 'm/r',
  };
  if (state === 'delivered') return advance(fresh, attempt, { kind: 'delivered' });
  if (state === 'dead') return advance(fresh, attempt, { kind: 'dead', reason: 'attempts' });
  return fresh;
}

interface Kind {
  readonly changes?: Partial<Event>;
  readonly state?: Delivery['state'];
}

/** Events a second apart, each with its delivery at the endpoint. */
async function fill(endpointId: string, startMs: number, kinds: readonly Kind[]): Promise<Event[]> {
  const events = kinds.map(({ changes }, index) => anEvent(startMs + index * 1_000, changes));
  await service.ledger.putEvents(events.map((event) => ({ event, targets: [endpointId] })));
  await service.ledger.putDeliveries(
    events.map((event, index) => aDelivery(event, endpointId, kinds[index]?.state ?? 'delivered')),
  );
  return events;
}

/** All pages of a listing. */
async function pages(path: string, between: () => Promise<void> = async () => undefined) {
  const all: string[][] = [];
  let cursor = '';
  for (;;) {
    const answer = await service.acme('GET', `${path}${cursor === '' ? '' : `&cursor=${cursor}`}`);
    expect(answer.status).toBe(200);
    all.push(answer.json.data.map((one: { event?: string; id: string }) => one.event ?? one.id));
    if (answer.json.next === null) return all;
    cursor = answer.json.next;
    expect(all.length).toBeLessThan(300);
    await between();
  }
}

describe('a delivery', () => {
  it('is shown with what was sent, what came back, and where the time went', async () => {
    const endpoint = await anEndpoint();
    const { startMs } = aTime();
    const occurredAt = new Date(startMs - 5_000).toISOString();
    const [event] = await fill(endpoint, startMs, [{ changes: { subject: 's-1', occurredAt } }]);
    if (!event) throw new Error('none');
    const id = deliveryIdOf(event.id, endpoint);
    const { json } = await service.acme('GET', `/v1/deliveries/${id}`);
    const time = (ms: number) => new Date(startMs + ms).toISOString();
    expect(json).toMatchObject({
      status: 'delivered',
      subject: 's-1',
      replay: null,
      occurredAt,
      acceptedAt: time(0),
      firstAttemptAt: time(100),
      deliveredAt: time(150),
      lastRequest: { headers: { 'webhook-signature': 'v1,abc' }, complete: true },
      lastResponse: { status: 200 },
    });
    expect(json.attempts[0].timings).toEqual({
      dnsMs: 1,
      connectMs: 2,
      tlsMs: null,
      firstByteMs: 40,
    });
  });
});

describe('filters', () => {
  it('are by time, endpoint, status, type or pattern, and subject', async () => {
    const endpoint = await anEndpoint();
    const { startMs, range } = aTime();
    const [a, b, c, d] = await fill(endpoint, startMs, [
      { changes: { type: 'identity_document.approved', subject: 's-1' } },
      { changes: { type: 'identity_document.rejected', subject: 's-2' }, state: 'dead' },
      { changes: { type: 'dossier.closed', subject: 's-1' }, state: 'dead' },
      { state: 'waiting' },
    ]);
    const ids = (...events: (Event | undefined)[]) => events.map((event) => event?.id);
    const deliveries = async (query: string) =>
      (await pages(`/v1/deliveries?${range}&${query}`)).flat();
    for (const at of [`endpoint=${endpoint}&`, '']) {
      expect(await deliveries(`${at}limit=2`)).toEqual(ids(d, c, b, a));
      expect(await deliveries(`${at}status=dead`)).toEqual(ids(c, b));
      expect(await deliveries(`${at}status=dead&limit=1`)).toEqual(ids(c, b));
      expect(await deliveries(`${at}status=delivered`)).toEqual(ids(a));
      expect(await deliveries(`${at}status=waiting`)).toEqual(ids(d));
      expect(await deliveries(`${at}type=identity_document.*`)).toEqual(ids(b, a));
      expect(await deliveries(`${at}type=dossier.closed`)).toEqual(ids(c));
      expect(await deliveries(`${at}subject=s-1`)).toEqual(ids(c, a));
      expect(await deliveries(`${at}subject=s-1&status=dead`)).toEqual(ids(c));
      const since = new Date(startMs + 2_000).toISOString();
      const late = await service.acme('GET', `/v1/deliveries?since=${since}&${at}status=dead`);
      expect(late.json.data.map(({ event }: { event: string }) => event)).toContain(c?.id);
      expect(late.json.data.map(({ event }: { event: string }) => event)).not.toContain(b?.id);
    }
    const events = async (query: string) => (await pages(`/v1/events?${range}&${query}`)).flat();
    expect(await events('type=*.approved')).toEqual(ids(a));
    expect(await events('subject=s-1')).toEqual(ids(c, a));
    expect(await events(`endpoint=${endpoint}`)).toEqual(ids(d, c, b, a));
    const unknown = '/v1/events?endpoint=ep_01h455vb4pex5vsknk084sn02q';
    expect((await service.acme('GET', unknown)).status).toBe(404);
  });

  it('fill a page from what lies far apart, and lose nothing where they stop', async () => {
    const endpoint = await anEndpoint();
    const { startMs, range } = aTime();
    const events = await fill(
      endpoint,
      startMs,
      Array.from({ length: 700 }, (_, n) => (n % 50 === 7 ? { changes: { subject: 'rare' } } : {})),
    );
    const rare = events.filter(({ subject }) => subject === 'rare').map(({ id }) => id);
    const path = `/v1/deliveries?${range}&endpoint=${endpoint}&subject=rare&limit=5`;
    // The clock of this service stands still: the time box never ends a page.
    const found = await pages(path);
    expect(found.map(({ length }) => length)).toEqual([5, 5, 4]);
    expect(found.flat()).toEqual(rare.toReversed());
    // Here it ends each page after its first read.
    const { now } = service.surroundings;
    service.surroundings.now = () => {
      service.clock.nowMs += 13;
      return now();
    };
    const boxed = await pages(path).finally(() => {
      service.surroundings.now = now;
    });
    expect(boxed.length).toBeGreaterThan(3);
    expect(boxed.flat()).toEqual(rare.toReversed());
  });

  it.each(['status=lost', 'type=a%20b', `subject=${'x'.repeat(257)}`, 'since=today', 'order=asc'])(
    'that are not known are 422: %s',
    async (query) => {
      const [name = ''] = query.split('=');
      const answer = await service.acme('GET', `/v1/deliveries?${query}`);
      expect(answer.status).toBe(422);
      expect(answer.json.errors.map(({ path }: { path: string }) => path)).toEqual([name]);
    },
  );
});

describe('cursors', () => {
  it.each(['/v1/events?', '/v1/deliveries?', '/v1/deliveries?endpoint='])(
    'of %s stay where they are while new entries come',
    async (listing) => {
      const endpoint = await anEndpoint();
      const { startMs, range } = aTime();
      const isOfEndpoint = listing.endsWith('endpoint=');
      const events = await fill(
        endpoint,
        startMs,
        Array.from({ length: 60 }, () => ({})),
      );
      const path = `${listing}${isOfEndpoint ? `${endpoint}&` : ''}${range}&limit=7`;
      let added = 0;
      const seen = await pages(path, async () => {
        await fill(endpoint, startMs + 100_000 + ++added * 10_000, [{}, {}, {}]);
      });
      expect(seen.flat()).toEqual(events.map(({ id }) => id).toReversed());
    },
  );
});

describe('a page', () => {
  interface Cost {
    calls: number;
    read: number;
    units: number;
  }

  /** What a request asks of DynamoDB. */
  async function costOf(path: string): Promise<Cost & { next: string | null }> {
    const cost: Cost = { calls: 0, read: 0, units: 0 };
    const { client } = service;
    const send = client.send.bind(client);
    client.send = (async (command: QueryCommand) => {
      Object.assign(command.input, { ReturnConsumedCapacity: 'TOTAL' });
      const answer = await send(command);
      cost.calls++;
      cost.read += command instanceof QueryCommand ? (answer.ScannedCount ?? 0) : 0;
      const consumed = [answer.ConsumedCapacity ?? []].flat();
      for (const { CapacityUnits = 0 } of consumed) cost.units += CapacityUnits;
      return answer;
    }) as typeof client.send;
    const answer = await service.acme('GET', path).finally(() => {
      client.send = send;
    });
    expect(answer.status).toBe(200);
    return { ...cost, next: answer.json.next };
  }

  it.each(['/v1/events?', '/v1/deliveries?', '/v1/deliveries?endpoint='])(
    'of %s costs the same wherever it is',
    async (listing) => {
      const endpoint = await anEndpoint();
      const { startMs, range } = aTime();
      await fill(
        endpoint,
        startMs,
        Array.from({ length: 1_500 }, () => ({})),
      );
      const isOfEndpoint = listing.endsWith('endpoint=');
      const path = `${listing}${isOfEndpoint ? `${endpoint}&` : ''}${range}&limit=20`;
      // Key and endpoint are known then.
      await costOf(path);
      const costs: Cost[] = [];
      let cursor = '';
      for (let page = 1; page <= 70; page++) {
        const { next, ...cost } = await costOf(`${path}${cursor}`);
        costs.push(cost);
        cursor = `&cursor=${next}`;
      }
      const sum = (name: keyof Cost, from: number) =>
        costs.slice(from, from + 10).reduce((total, cost) => total + cost[name], 0);
      for (const name of ['calls', 'read', 'units'] as const) {
        // A page now and then reads one shard once more.
        expect(sum(name, 60) / sum(name, 0)).toBeGreaterThan(0.8);
        expect(sum(name, 60) / sum(name, 0)).toBeLessThan(1.25);
      }
      // No listing reads much more than it shows.
      expect(sum('read', 60) / 10).toBeLessThan(20 * 3.5);
    },
  );
});
