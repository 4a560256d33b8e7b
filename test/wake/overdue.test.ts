// What runs out of time at an endpoint at rest: settled within a day, whatever waits beside it, at little cost.
import { describe, expect, it } from 'vitest';
import { DELIVERY_SHARDS } from '../../lambdas/adapters/ledger/items.ts';
import { freshDelivery } from '../../lambdas/core/deliveries/advance.ts';
import type { Delivery } from '../../lambdas/core/deliveries/delivery.ts';
import { newRun } from '../../lambdas/core/deliveries/new-run.ts';
import type { Endpoint } from '../../lambdas/core/endpoints/endpoint.ts';
import { CLEAN_HEALTH, type Health, pausedByUser } from '../../lambdas/core/health/health.ts';
import { createId } from '../../lambdas/core/identifiers.ts';
import { addressOf, OPERATOR_TENANT } from '../../lambdas/core/scope.ts';
import { settingsSchema } from '../../lambdas/core/settings.ts';
import { WORK_INDEX } from '../../lambdas/environment.ts';
import type { World } from '../../local/simulation/world.ts';
import { anEvent } from '../builders/events.ts';
import {
  answer,
  aWorld,
  countBy,
  DAY_MS,
  deliveriesOf,
  HOUR_MS,
  MINUTE_MS,
  pause,
  postSeries,
  resume,
  START_MS,
} from '../local/simulation/simulated.ts';

const settings = settingsSchema.parse({ deadlineDays: 3 });

/** Deliveries of events that were accepted so long ago and have waited since, or were replayed just now. */
async function put(
  world: World,
  { tenant, id }: Endpoint,
  { count, ageMs, isReplayed = false }: { count: number; ageMs: number; isReplayed?: boolean },
): Promise<void> {
  for (let index = 0; index < count; index++) {
    const acceptedAtMs = START_MS - ageMs + index;
    const random = Buffer.alloc(10);
    random.writeUInt32BE(index, 2);
    const event = {
      ...anEvent({ acceptedAtMs }),
      tenant,
      id: createId('evt', acceptedAtMs, random),
    };
    const fresh = freshDelivery(event, id, settings, acceptedAtMs);
    const again = newRun(fresh, 'replay', settings, START_MS);
    const delivery: Delivery = isReplayed
      ? { ...again, workAtMs: START_MS - count + index }
      : { ...fresh, workAtMs: acceptedAtMs };
    await world.ledger.putEvents([{ event, targets: [id] }]);
    await world.ledger.putDeliveryOnce(delivery);
  }
}

const tripped: Health = {
  ...CLEAN_HEALTH,
  state: 'tripped',
  failures: 20,
  sinceMs: START_MS,
  probeAtMs: START_MS,
};

/** What a function's call to DynamoDB asks for. */
interface Asked {
  readonly IndexName?: string;
  readonly Limit?: number;
  readonly ExpressionAttributeValues?: Readonly<Record<string, { readonly S?: string }>>;
  readonly Key?: object;
  readonly RequestItems?: Readonly<Record<string, { readonly Keys?: readonly object[] }>>;
}

/**
 * A world whose only receiver fails, its endpoint at rest from the start; how often it is woken, how many of its
 * deliveries functions read, and how many pages they list to look through it.
 */
async function atRest(
  health: Health,
  changes: Partial<Endpoint> = {},
  { pageMs = 0 }: { readonly pageMs?: number } = {},
) {
  const receiver = (_: number, { tenant }: Endpoint) =>
    answer(tenant === OPERATOR_TENANT ? 200 : 500);
  let reads = 0;
  let shardsListed = 0;
  const world: World = aWorld(receiver, {
    settings: { deadlineDays: 3 },
    async around({ operation, input }, call) {
      const { Key, RequestItems = {}, IndexName, Limit = 0, ...asked } = input as Asked;
      if (operation === 'GetItem' || operation === 'BatchGetItem') {
        const keys = [Key, ...Object.values(RequestItems).flatMap(({ Keys = [] }) => Keys)];
        const texts = keys.map((key) => JSON.stringify(key ?? ''));
        reads += texts.filter((key) => key.includes(endpoint.id) && key.includes('evt_')).length;
      }
      const isOfLook = IndexName === WORK_INDEX && Limit >= 1_000;
      if (isOfLook && asked.ExpressionAttributeValues?.[':wk']?.S?.includes(endpoint.id)) {
        shardsListed++;
        await world.clock.sleep(pageMs);
      }
      return call();
    },
  });
  world.addEndpoint({ tenant: OPERATOR_TENANT, environment: 'live' });
  const endpoint = world.addEndpoint({ autoPause: false, ...changes });
  await world.ledger.putHealth(addressOf(endpoint), health, 0);
  await world.wakes.note(addressOf(endpoint), START_MS);
  // Something that comes: sweep runs from then on.
  postSeries(world, endpoint, { count: 1 });
  let wakeUps = 0;
  let handedOn = 0;
  const { wakes } = world.queues;
  const send = wakes.send.bind(wakes);
  wakes.send = (...given) => {
    if (given[0].includes(endpoint.id)) wakeUps++;
    if (given[0].includes('"l":')) handedOn++;
    send(...given);
  };
  return {
    world,
    endpoint,
    wakeUps: () => wakeUps,
    /** How often a look went on with another message. */
    handedOn: () => handedOn,
    reads: () => reads,
    pages: () => shardsListed / DELIVERY_SHARDS,
  };
}

const statesOf = (world: World, endpoint: Endpoint) =>
  countBy(deliveriesOf(world, endpoint).map(({ state }) => state));

describe.each([
  ['paused by a user', pausedByUser(CLEAN_HEALTH, START_MS), {}],
  ['tripped', tripped, {}],
  ['paused after failures', { ...tripped, state: 'paused', pausedBy: 'failures' } as const, {}],
  ['held by an unproved URL', CLEAN_HEALTH, { verifyUrl: true }],
])('at an endpoint that is %s', (_, health, changes) => {
  /** A day beside a delivery that is not late, with so many that are. */
  async function dayWith(count: number) {
    const { world, endpoint, wakeUps, reads } = await atRest(health, changes);
    await put(world, endpoint, { count, ageMs: 5 * DAY_MS });
    await world.clock.run(START_MS + DAY_MS);
    const told = world.notices.map(({ data }) => JSON.parse(data).delivery);
    return { states: statesOf(world, endpoint), told, wakeUps: wakeUps(), reads: reads() };
  }

  it('5,000 deliveries past their deadline are settled and told once within a day, and read once', async () => {
    const count = 5_000;
    const without = await dayWith(0);
    const { states, told, wakeUps, reads } = await dayWith(count);
    expect(states).toEqual({ dead: count, waiting: 1 });
    expect(new Set(told).size).toBe(count);
    expect(told).toHaveLength(count);
    // One look more where none was necessary, or a probe's that found nothing but them.
    expect(wakeUps).toBeLessThanOrEqual(without.wakeUps + 2);
    expect(reads).toBeGreaterThanOrEqual(count);
    expect(reads).toBeLessThanOrEqual(without.reads + count + 100);
  });

  it('what waits is looked through once a day, and nothing when nothing waits', async () => {
    const { world, endpoint, wakeUps } = await atRest(health, changes);
    await put(world, endpoint, { count: 300, ageMs: DAY_MS });
    await world.clock.run(START_MS + 47 * HOUR_MS);
    expect(statesOf(world, endpoint)).toEqual({ waiting: 301 });
    const probes = world.sent.filter(({ endpointId }) => endpointId === endpoint.id).length;
    expect(wakeUps()).toBeLessThanOrEqual(5 * probes + 6);
    // The one that was posted may end as well: its last due time is its deadline.
    await world.clock.run(START_MS + 3 * DAY_MS);
    expect(statesOf(world, endpoint).dead).toBeGreaterThanOrEqual(300);
    await world.clock.run(START_MS + 5 * DAY_MS);
    expect(statesOf(world, endpoint)).toEqual({ dead: 301 });
    const wakes = wakeUps();
    await world.clock.run(START_MS + 30 * DAY_MS);
    expect(wakeUps() - wakes).toBeLessThanOrEqual(1);
  });
});

describe('an endpoint at rest with more replays of old events than a page holds', () => {
  const replays = { count: 2_100, ageMs: 5 * DAY_MS, isReplayed: true };

  it('is let alone', async () => {
    const { world, endpoint, wakeUps } = await atRest(pausedByUser(CLEAN_HEALTH, START_MS));
    await put(world, endpoint, replays);
    await world.clock.run(START_MS + 2 * DAY_MS);
    expect(statesOf(world, endpoint)).toEqual({ waiting: 2_101 });
    expect(wakeUps()).toBeLessThan(8);
    expect(world.counts.totals.dynamoDbReadUnits).toBeLessThan(4 * 2_100);
  });

  it('has what ran out of time behind them settled within a day', async () => {
    const { world, endpoint } = await atRest(pausedByUser(CLEAN_HEALTH, START_MS));
    await put(world, endpoint, replays);
    const acceptedAtMs = START_MS - 4 * DAY_MS;
    const id = createId('evt', acceptedAtMs, Buffer.alloc(10, 3));
    const event = { ...anEvent({ acceptedAtMs }), tenant: endpoint.tenant, id };
    const dueAtMs = START_MS + MINUTE_MS;
    const late = freshDelivery(event, endpoint.id, settings, acceptedAtMs);
    await world.ledger.putDeliveryOnce({ ...late, dueAtMs, workAtMs: dueAtMs });
    await world.clock.run(START_MS + DAY_MS);
    expect(world.ledger.find(late)?.state).toBe('dead');
    expect(statesOf(world, endpoint)).toEqual({ dead: 1, waiting: 2_101 });
  });

  /** @returns the requests and the read units of an hour in which a receiver fails all the time */
  async function hourOfFailures(count: number) {
    const world = aWorld(() => answer(500), { settings: { deadlineDays: 3 } });
    const endpoint = world.addEndpoint({ contract: 'standard-webhooks', autoPause: false });
    await put(world, endpoint, { ...replays, count });
    postSeries(world, endpoint, { count: 25, fromMs: 1 });
    await world.clock.run(START_MS + HOUR_MS);
    expect(world.ledger.healthOf(addressOf(endpoint)).state).toBe('tripped');
    return { requests: world.sent.length, reads: world.counts.totals.dynamoDbReadUnits };
  }

  it('is probed no more often for them, and for a few reads each', async () => {
    const few = await hourOfFailures(100);
    const many = await hourOfFailures(2_200);
    expect(many.requests).toBeLessThanOrEqual(few.requests + 10);
    expect(many.reads).toBeLessThan(5 * 2_200);
  });
});

describe('a look', () => {
  it('goes on where it was when its time is over, without another beside it', async () => {
    // Slow reads: a slice of ten seconds holds two pages, of which the first hold nothing to settle.
    const { world, endpoint, pages, handedOn } = await atRest(
      pausedByUser(CLEAN_HEALTH, START_MS),
      {},
      { pageMs: 4_000 },
    );
    await put(world, endpoint, { count: 6_000, ageMs: 5 * DAY_MS, isReplayed: true });
    await put(world, endpoint, { count: 10, ageMs: 4 * DAY_MS });
    const late = deliveriesOf(world, endpoint).filter(({ run }) => run === 1);
    for (const delivery of late) {
      await world.ledger.putDeliveries([{ ...delivery, workAtMs: START_MS + 1 }]);
    }
    await world.clock.run(START_MS + DAY_MS);
    expect(statesOf(world, endpoint)).toEqual({ dead: 10, waiting: 6_001 });
    // Seven pages of four seconds each.
    expect(handedOn()).toBeGreaterThanOrEqual(2);
    expect(pages()).toBeGreaterThanOrEqual(7);
    expect(pages()).toBeLessThan(10);
  });

  it('leaves alone what is settled before its turn, and ends with the rest', async () => {
    const { world, endpoint } = await atRest(pausedByUser(CLEAN_HEALTH, START_MS));
    await put(world, endpoint, { count: 50, ageMs: 4 * DAY_MS });
    // A user resumes it: what is too late dies on the way, and is told once.
    await resume(world, endpoint);
    await world.clock.run(START_MS + 10 * MINUTE_MS);
    expect(statesOf(world, endpoint)).toMatchObject({ dead: 50 });
    await pause(world, endpoint);
    await world.clock.run(START_MS + 2 * DAY_MS);
    const told = world.notices.map(({ data }) => JSON.parse(data).delivery);
    expect(new Set(told).size).toBe(told.length);
  });
});
