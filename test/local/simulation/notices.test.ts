// A day of virtual time, with an endpoint that flaps every seven minutes and one that dies for good: exactly what its tenant
// is told, and when.
import { describe, expect, it } from 'vitest';
import {
  type NoticeSettings,
  noticeSettingsInputSchema,
} from '../../../lambdas/core/notices/settings.ts';
import { createSightings } from '../../../lambdas/core/notices/sightings.ts';
import { noticesAddress } from '../../../lambdas/core/notices/wake.ts';
import { addressOf } from '../../../lambdas/core/scope.ts';
import { wakeAt } from '../../../lambdas/core/wakes/wake-at.ts';
import { adaptersOf } from '../../../local/simulation/system/adapters.ts';
import type { World } from '../../../local/simulation/world.ts';
import {
  answer,
  arrivalsAt,
  aWorld,
  DAY_MS,
  deliveriesOf,
  HOUR_MS,
  MINUTE_MS,
  postSeries,
  START_MS,
} from './simulated.ts';

const SCOPE = { tenant: 'demo', environment: 'live' } as const;

interface Told {
  readonly id: string;
  readonly minute: number;
  readonly kind: string;
  readonly data: Record<string, unknown>;
}

function toldIn(world: World): Told[] {
  return [...world.ledger.events.values()]
    .filter(({ event }) => event.type.startsWith('posthorn.'))
    .map(({ event: { id, type, acceptedAtMs, data } }) => ({
      id,
      minute: Math.floor((acceptedAtMs - START_MS) / MINUTE_MS),
      kind: type.slice('posthorn.'.length),
      data: JSON.parse(data),
    }))
    .sort((a, b) => a.minute - b.minute);
}

const listed = (world: World) =>
  toldIn(world).map(({ minute, kind, data }) => [
    minute,
    kind,
    ...(data.reminder ? [data.reminder] : []),
  ]);

const portsOf = ({ wakes, queues, surroundings }: World) => ({
  wakes,
  queues: queues.port,
  surroundings,
});

/** As `PUT /v1/notices` does it. */
async function set(world: World, given: object): Promise<NoticeSettings> {
  const settings = noticeSettingsInputSchema.parse(given);
  const { stored } = adaptersOf(world.system.services);
  await wakeAt(portsOf(world), noticesAddress(SCOPE), world.clock.nowMs, () =>
    stored.replaceNoticeSettings(SCOPE, undefined, settings),
  );
  return settings;
}

const isUpEvery7 = (atMs: number) => Math.floor(atMs / (7 * MINUTE_MS)) % 2 === 1;
const often = { everyMs: 30_000 };

describe('a day of an endpoint that flaps every seven minutes', () => {
  it('is one notice, and one more a day; it recovers once it has held', async () => {
    const endsMs = 25 * HOUR_MS;
    const world = aWorld(
      (atMs, { description }) =>
        answer(description === 'told' || atMs >= endsMs || isUpEvery7(atMs) ? 200 : 503),
      { settings: { tripFailures: 3 } },
    );
    const endpoint = world.addEndpoint({ eventTypes: ['simulation.event'] });
    const told = world.addEndpoint({ eventTypes: ['posthorn.*'], description: 'told' });
    postSeries(world, endpoint, { count: (26 * HOUR_MS) / often.everyMs, ...often });
    await world.clock.run(START_MS + 28 * HOUR_MS);

    expect(listed(world)).toEqual([
      [1, 'endpoint.failing'],
      [24 * 60 + 3, 'endpoint.failing', 1],
      [25 * 60 + 31, 'endpoint.recovered'],
    ]);
    // They are events of the tenant, and delivered as such.
    expect(arrivalsAt(world, told)).toHaveLength(3);
    expect(deliveriesOf(world, endpoint).every(({ state }) => state === 'delivered')).toBe(true);
  });
});

describe('a day of an endpoint that dies for good', () => {
  const retryPolicy = { immediate: false, steps: [{ count: 3, seconds: 60 }], jitter: 0 };
  function dying() {
    const world = aWorld((_, { description }) => answer(description === 'told' ? 200 : 503));
    const endpoint = world.addEndpoint({ eventTypes: ['simulation.event'], retryPolicy });
    const told = world.addEndpoint({ eventTypes: ['posthorn.*'], description: 'told' });
    postSeries(world, endpoint, { count: 30 * 6, everyMs: 10 * MINUTE_MS });
    return { world, endpoint, told };
  }

  it('tells each change of state once, its deaths together, and the digest', async () => {
    const { world, endpoint, told } = dying();
    await set(world, {
      timeZone: 'Europe/Berlin',
      digest: { at: '08:00' },
      link: 'https://app.acme.io/hooks/{endpoint}',
    });
    await world.clock.run(START_MS + 27 * HOUR_MS);

    expect(listed(world)).toEqual([
      [4, 'deliveries.dead'],
      [15, 'endpoint.failing'],
      [7 * 60, 'digest.daily'],
      [24 * 60 + 1, 'endpoint.paused'],
      [24 * 60 + 4, 'deliveries.dead'],
      // Those that were held, by probes.
      [25 * 60 + 42, 'deliveries.dead'],
    ]);
    const [dead, failing, digest, paused, more, last] = toldIn(world).map(({ data }) => data);
    const about = {
      endpoint: endpoint.id,
      link: `https://app.acme.io/hooks/${endpoint.id}`,
      outcome: 'http_503',
      reason: 'It says that it is not available.',
    };
    expect(dead).toMatchObject({ ...about, count: 1 });
    expect(failing).toMatchObject({ ...about, since: new Date(START_MS + 55).toISOString() });
    expect(digest).toMatchObject({ troubled: 1, endpoints: [{ endpoint: endpoint.id }] });
    expect(paused).toMatchObject({ ...about, pausedBy: 'failures' });
    expect(paused?.nextProbeAt).toEqual(expect.any(String));
    const states = deliveriesOf(world, endpoint).map(({ state }) => state);
    expect(Number(dead?.count) + Number(more?.count) + Number(last?.count)).toBe(
      states.filter((state) => state === 'dead').length,
    );
    expect(arrivalsAt(world, told)).toHaveLength(6);
  });

  it('in quiet hours tells nothing until they end', async () => {
    const { world } = dying();
    await set(world, { quietHours: { from: '23:00', to: '06:00' } });
    await world.clock.run(START_MS + 12 * HOUR_MS);
    expect(listed(world)).toEqual([
      [6 * 60, 'deliveries.dead'],
      [6 * 60, 'endpoint.failing'],
    ]);
  });

  it('whatever else: nothing is told that is not wanted, nor without anybody to tell', async () => {
    const { world, endpoint } = dying();
    await set(world, {
      kinds: ['endpoint.failing'],
      endpoints: { [endpoint.id]: { kinds: ['deliveries.dead'] } },
    });
    await world.clock.run(START_MS + 2 * HOUR_MS);
    expect(listed(world)).toEqual([[4, 'deliveries.dead']]);

    const alone = aWorld(() => answer(503));
    const all = alone.addEndpoint({ eventTypes: ['**'], retryPolicy });
    postSeries(alone, all, { count: 12, everyMs: 10 * MINUTE_MS });
    await alone.clock.run(START_MS + DAY_MS);
    expect(listed(alone)).toEqual([]);
  });

  it('about an endpoint that gets notices itself nothing is told', async () => {
    const world = aWorld((_, { description }) => answer(description === 'told' ? 200 : 503));
    const eventTypes = ['simulation.event', 'posthorn.*'];
    const dead = world.addEndpoint({ eventTypes, retryPolicy });
    const other = world.addEndpoint({ eventTypes: ['simulation.event'], retryPolicy });
    world.addEndpoint({ eventTypes: ['posthorn.*'], description: 'told' });
    postSeries(world, dead, { count: 12, everyMs: 10 * MINUTE_MS });
    await world.clock.run(START_MS + DAY_MS);
    const about = new Set(toldIn(world).map(({ data }) => data.endpoint));
    expect(about).toEqual(new Set([other.id]));
  });
});

it('a certificate of an endpoint without traffic is told of 30, 14 and 3 days before it expires', async () => {
  const world = aWorld(() => answer(200));
  const idle = world.addEndpoint({ eventTypes: ['simulation.event'] });
  const renewed = world.addEndpoint({ eventTypes: ['simulation.event'] });
  world.addEndpoint({ eventTypes: ['posthorn.*'] });
  const { stored, notices } = adaptersOf(world.system.services);
  const seen = createSightings({ ...portsOf(world), registry: stored, notices });
  const expiresAtMs = START_MS + 31.5 * DAY_MS;
  for (const endpoint of [idle, renewed]) {
    await seen.expiring(addressOf(endpoint), { receiverExpiresAtMs: expiresAtMs });
  }
  // Its next connection shows the new one; the other has none.
  world.clock.at(START_MS + DAY_MS, () => {
    const later = { receiverExpiresAtMs: expiresAtMs + 90 * DAY_MS };
    void seen.expiring(addressOf(renewed), later);
  });
  await world.clock.run(START_MS + 33 * DAY_MS);
  const told = toldIn(world);
  expect(told.map(({ kind, data }) => [kind, data.endpoint, data.days])).toEqual(
    [30, 14, 3].map((days) => ['certificate.expiring', idle.id, days]),
  );
  // Schedules are exact to ten minutes.
  for (const { minute, data } of told) {
    const dueMinute = (31.5 - Number(data.days)) * 24 * 60;
    expect(minute).toBeGreaterThanOrEqual(dueMinute);
    expect(minute).toBeLessThanOrEqual(dueMinute + 12);
    expect(Date.parse(String(data.seenAt)) - START_MS).toBeLessThanOrEqual(2 * HOUR_MS);
  }
});

describe('the operator', () => {
  const ops = { tenant: '_posthorn', environment: 'live' } as const;
  const operatorsIn = (world: World) =>
    [...world.ledger.events.values()]
      .filter(({ event }) => event.tenant === ops.tenant)
      .map(({ event: { type, acceptedAtMs, data } }) => ({
        type,
        minute: Math.floor((acceptedAtMs - START_MS) / MINUTE_MS),
        data: JSON.parse(data),
      }));
  const slow = () => aWorld((_, { tenant }) => answer(200, tenant === 'demo' ? 6_000 : 50));

  it('is told of an endpoint that stays slow, once and once a day, whoever else is', async () => {
    for (const isTenantTold of [false, true]) {
      const world = slow();
      const endpoint = world.addEndpoint({ eventTypes: ['simulation.event'] });
      const hears = world.addEndpoint({ ...ops, description: 'ops' });
      if (isTenantTold) world.addEndpoint({ eventTypes: ['posthorn.*'] });
      postSeries(world, endpoint, { count: 26 * 6, everyMs: 10 * MINUTE_MS });
      await world.clock.run(START_MS + 27 * HOUR_MS);
      const told = operatorsIn(world);
      expect(told.map(({ type, data }) => [type, data.reminder])).toEqual([
        ['endpoint.slow', 0],
        ['endpoint.slow', 1],
      ]);
      expect(told[0]).toMatchObject({
        data: { ...SCOPE, endpoint: endpoint.id, slowAboveMs: 5_000, reminder: 0 },
      });
      expect(arrivalsAt(world, hears)).toHaveLength(2);
      expect(
        toldIn(world)
          .map(({ kind }) => kind)
          .includes('endpoint.slow'),
      ).toBe(isTenantTold);
    }
  });

  it('is not told of it where its endpoints name other types, and nothing is kept', async () => {
    const world = slow();
    const endpoint = world.addEndpoint({ eventTypes: ['simulation.event'] });
    world.addEndpoint({ ...ops, eventTypes: ['endpoint.paused'] });
    postSeries(world, endpoint, { count: 12, everyMs: 10 * MINUTE_MS });
    await world.clock.run(START_MS + 3 * HOUR_MS);
    expect(operatorsIn(world)).toEqual([]);
    const { notices } = adaptersOf(world.system.services);
    expect(await notices.listMarks(SCOPE, 10)).toEqual({ entries: [] });
    expect((await notices.getBook(SCOPE)).version).toBe(0);
  });

  it('has a digest of all tenants at its own time', async () => {
    const world = aWorld(() => answer(200));
    const hears = world.addEndpoint({ ...ops, eventTypes: ['digest.daily'] });
    const settings = noticeSettingsInputSchema.parse({ digest: { at: '06:00' } });
    const { stored } = adaptersOf(world.system.services);
    await wakeAt(portsOf(world), noticesAddress(ops), world.clock.nowMs, () =>
      stored.replaceNoticeSettings(ops, undefined, settings),
    );
    await world.clock.run(START_MS + 31 * HOUR_MS);
    const told = operatorsIn(world);
    expect(told.map(({ type, minute }) => [type, minute])).toEqual([
      ['digest.daily', 6 * 60],
      ['digest.daily', 30 * 60],
    ]);
    expect(Object.keys(told[0]?.data)).not.toContain('troubled');
    expect(arrivalsAt(world, hears)).toHaveLength(2);
  });
});

it('however much is marked and set, an endpoint that failed once is looked at a few times an hour', async () => {
  const looks: number[] = Array.from({ length: 24 }, () => 0);
  let nowMs = () => START_MS;
  const world = aWorld(
    (atMs, { description }) =>
      answer(
        description === 'unsure' || (description === 'flapping' && isUpEvery7(atMs)) ? 503 : 200,
      ),
    {
      around({ operation, input }, make) {
        const isBook = JSON.stringify(input).includes('"#book"');
        const hour = Math.floor((nowMs() - START_MS) / HOUR_MS);
        if (operation === 'UpdateItem' && isBook) looks[hour] = (looks[hour] ?? 0) + 1;
        return make();
      },
    },
  );
  nowMs = () => world.clock.nowMs;
  const retryPolicy = { immediate: false, steps: [{ count: 1, seconds: 30 }], jitter: 0 };
  const added = (description: string) =>
    world.addEndpoint({
      eventTypes: ['simulation.event'],
      channels: [description],
      retryPolicy,
      description,
    });
  const [unsure, flapping] = [added('unsure'), added('flapping')];
  world.addEndpoint({ eventTypes: ['posthorn.*'], description: 'told' });
  postSeries(world, unsure, { count: 1 });
  postSeries(world, flapping, { count: 24 * 4, everyMs: 15 * MINUTE_MS });
  for (let at = START_MS; at < START_MS + DAY_MS; at += 25 * MINUTE_MS) {
    world.clock.at(at, () => void wakeAt(portsOf(world), noticesAddress(SCOPE), at + MINUTE_MS));
  }
  await world.clock.run(START_MS + DAY_MS - 1);
  expect(Math.min(...looks)).toBeGreaterThan(0);
  expect(Math.max(...looks)).toBeLessThanOrEqual(20);
});

it('whatever crashes, and whatever comes twice: each notice is one event', async () => {
  const world = aWorld(
    (atMs, { description }) => answer(description === 'told' || atMs >= HOUR_MS ? 200 : 503),
    { settings: { tripFailures: 5 }, crashes: 0.02, doubledMessages: 0.2, seed: 7 },
  );
  const endpoint = world.addEndpoint({ eventTypes: ['simulation.event'] });
  world.addEndpoint({ eventTypes: ['posthorn.*'], description: 'told' });
  postSeries(world, endpoint, { count: 300, everyMs: 20_000 });
  await world.clock.run(START_MS + DAY_MS);
  expect(world.crashed()).toBeGreaterThan(10);
  expect(toldIn(world).map(({ kind }) => kind)).toEqual(['endpoint.failing', 'endpoint.recovered']);
});
