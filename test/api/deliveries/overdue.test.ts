// What waits past its deadline and is not stored as dead yet: every read says that it is dead.

import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { tableOf } from '../../../lambdas/adapters/aws/dynamodb/calls.ts';
import { createWorkLedger } from '../../../lambdas/adapters/ledger/work.ts';
import { freshDelivery } from '../../../lambdas/core/deliveries/advance.ts';
import type { Delivery } from '../../../lambdas/core/deliveries/delivery.ts';
import { findDelivery } from '../../../lambdas/core/deliveries/ledger.ts';
import { createId, deliveryIdOf } from '../../../lambdas/core/identifiers.ts';
import { findReplayed } from '../../../lambdas/core/replays/search.ts';
import { type ApiService, startApiService } from '../../builders/api-service.ts';

const DAY_MS = 86_400_000;

let service: ApiService;
let endpointId: string;
beforeAll(async () => {
  service = await startApiService();
  service.addActions();
}, 60_000);
afterAll(() => service?.stop());

beforeEach(async () => {
  service.toldDead.length = 0;
  const { json } = await service.acme('POST', '/v1/endpoints', {
    url: 'https://hooks.acme.com/in',
  });
  endpointId = json.id;
});

const idOf = ({ eventId }: Delivery): string => deliveryIdOf(eventId, endpointId);
const stored = (ref: Delivery) => findDelivery(service.ledger, ref);

/** Deliveries of events of so many days ago, all of whose deadlines are 40 days later. */
async function put(ageDays: number, count: number, changes: Partial<Delivery> = {}) {
  const deliveries = Array.from({ length: count }, (_, index): Delivery => {
    const acceptedAtMs = service.clock.nowMs - ageDays * DAY_MS + index;
    const event = {
      tenant: 'acme',
      environment: 'live' as const,
      id: createId('evt', acceptedAtMs, randomBytes(10)),
      type: 'a.b',
      acceptedAtMs,
      channels: [],
      data: '{}',
    };
    const fresh = freshDelivery(event, endpointId, service.settings, acceptedAtMs);
    return { ...fresh, workAtMs: acceptedAtMs, ...changes };
  });
  for (const delivery of deliveries) {
    const { eventId: id, acceptedAtMs, tenant, environment } = delivery;
    const event = { tenant, environment, id, type: 'a.b', acceptedAtMs, channels: [], data: '{}' };
    await service.ledger.putEvents([{ event, targets: [endpointId] }]);
    await service.ledger.putDeliveryOnce(delivery);
  }
  return deliveries;
}

async function listed(status: string): Promise<string[]> {
  const ids: string[] = [];
  for (let cursor = ''; ; ) {
    const query = `endpoint=${endpointId}&status=${status}&limit=7${cursor}`;
    const { json } = await service.acme('GET', `/v1/deliveries?${query}`);
    ids.push(...json.data.map(({ id }: { id: string }) => id));
    if (json.next === null) return ids;
    cursor = `&cursor=${json.next}`;
  }
}

const newestFirst = (deliveries: readonly Delivery[]): string[] =>
  deliveries.toSorted((a, b) => (a.eventId < b.eventId ? 1 : -1)).map((delivery) => idOf(delivery));

describe('deliveries that wait past their deadline, among others', () => {
  const dead = { state: 'dead', deathReason: 'attempts' } as const;

  it('are listed as dead, in order, each once, and not as waiting', async () => {
    const ended = [...(await put(50, 9, dead)), ...(await put(41.5, 9, dead))];
    const recent = await put(3, 9, dead);
    const overdue = await put(41.6, 20);
    const waiting = await put(1, 9);
    await put(45, 5, { state: 'delivered' });
    expect(await listed('dead')).toEqual(newestFirst([...ended, ...recent, ...overdue]));
    expect(await listed('waiting')).toEqual(newestFirst(waiting));
    const { json } = await service.acme('GET', `/v1/deliveries/${idOf(overdue[0] as Delivery)}`);
    expect(json).toMatchObject({ status: 'dead', deathReason: 'deadline', nextAttemptAt: null });
    const ofEvent = await service.acme('GET', `/v1/events/${overdue[0]?.eventId}`);
    expect(ofEvent.json.deliveries).toMatchObject([{ status: 'dead' }]);
  });

  // Regression: a wake-up leases what it takes up to twice as long as a retry is given.
  it.each([10, 15, 21])('are listed as dead while leased for %i minutes more', async (minutes) => {
    const overdue = await put(41, 3, { workAtMs: service.clock.nowMs + minutes * 60_000 });
    expect(await listed('dead')).toEqual(newestFirst(overdue));
    expect(await listed('waiting')).toEqual([]);
  });

  it('are listed as dead while the endpoint is paused, where others are held', async () => {
    const overdue = await put(41, 3);
    const held = await put(1, 3);
    await service.acme('POST', `/v1/endpoints/${endpointId}/pause`);
    expect(await listed('dead')).toEqual(newestFirst(overdue));
    expect(await listed('held')).toEqual(newestFirst(held));
  });

  it('are counted and found by replays and recoveries, oldest first, each once', async () => {
    const found = [...(await put(50, 12, dead)), ...(await put(41.6, 12))];
    found.push(...(await put(41.5, 12, dead)), ...(await put(3, 12, dead)));
    await put(1, 12);
    const since = new Date(service.clock.nowMs - 58 * DAY_MS).toISOString();
    const count = async (path: string, body: object) =>
      (await service.acme('POST', path, { since, dryRun: true, ...body })).json;
    const all = { count: 48, complete: true };
    expect(await count('/v1/replays', { endpoint: endpointId })).toEqual(all);
    expect(await count('/v1/replays', { endpoint: endpointId, types: ['a.*'] })).toEqual(all);
    expect(await count(`/v1/endpoints/${endpointId}/recover`, {})).toEqual(all);

    const ports = { ...service, work: createWorkLedger(tableOf(service.dynamoDb, 'ledger')) };
    const scope = { tenant: 'acme', environment: 'live', endpointId } as const;
    const range = { sinceMs: Date.parse(since), untilMs: service.clock.nowMs };
    const search = { ...scope, ...range, status: 'dead', types: [] } as const;
    const ids: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await findReplayed(ports, search, 5, cursor);
      ids.push(...page.entries.map(idOf));
      cursor = page.next;
    } while (cursor !== undefined);
    expect(ids).toEqual(found.map(idOf));
  });

  it('are settled and told by a retry, which opens a new run', async () => {
    const [overdue] = await put(41, 1);
    if (!overdue) throw new Error('one was put');
    const { status, json } = await service.acme('POST', `/v1/deliveries/${idOf(overdue)}/retry`);
    expect({ status, run: json.run, is: json.status }).toEqual({
      status: 202,
      run: 2,
      is: 'waiting',
    });
    expect(service.toldDead.map(({ eventId }) => eventId)).toEqual([overdue.eventId]);
  });

  it('cannot be cancelled', async () => {
    const [overdue] = await put(41, 1);
    if (!overdue) throw new Error('one was put');
    const { status, json } = await service.acme('POST', `/v1/deliveries/${idOf(overdue)}/cancel`);
    expect({ status, detail: json.detail }).toEqual({
      status: 409,
      detail: 'The delivery is already dead.',
    });
    expect(await stored(overdue)).toMatchObject({ state: 'dead', deathReason: 'deadline' });
  });

  it('are not cancelled by a purge, but stored as dead', async () => {
    const overdue = await put(41, 130);
    const waiting = await put(1, 20);
    const purged = await service.acme('POST', `/v1/endpoints/${endpointId}/purge`);
    expect(purged.json).toEqual({ cancelled: 20, complete: true });
    expect(await listed('dead')).toEqual(newestFirst(overdue));
    expect(await listed('cancelled')).toEqual(newestFirst(waiting));
    expect(service.toldDead).toHaveLength(130);
  });

  it('are cancelled for a deleted endpoint', async () => {
    await put(41, 2);
    await service.acme('DELETE', `/v1/endpoints/${endpointId}`);
    const { json } = await service.acme('GET', `/v1/deliveries?endpoint=${endpointId}`);
    expect(json.data.map(({ status }: { status: string }) => status)).toEqual([
      'cancelled',
      'cancelled',
    ]);
  });
});
