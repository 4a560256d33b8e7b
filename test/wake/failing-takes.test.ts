// One entry that cannot be taken or read is no reason for its neighbours to wait.
import { describe, expect, it, vi } from 'vitest';
import type { Item } from '../../lambdas/adapters/aws/dynamodb/client.ts';
import { randomFrom } from '../../local/simulation/random.ts';
import type { World, WorldOptions } from '../../local/simulation/world.ts';
import {
  answer,
  aWorld,
  DAY_MS,
  deliveriesOf,
  HOUR_MS,
  MINUTE_MS,
  pause,
  postSeries,
  resume,
  START_MS,
} from '../local/simulation/simulated.ts';

vi.spyOn(console, 'log').mockReturnValue();

const WAYS = ['due', 'resumed', 'limited'] as const;
const STEPS = [{ count: 3, seconds: 1_800 }];

/** All fail at first where they are to be due together. */
function aBacklog(way: (typeof WAYS)[number], count: number, around: WorldOptions['around']) {
  const failsUntilMs = way === 'due' ? 20 * MINUTE_MS : 0;
  const world = aWorld((sinceMs) => answer(sinceMs < failsUntilMs ? 500 : 200), {
    settings: { tripFailures: 0 },
    ...(around ? { around } : {}),
  });
  const endpoint = world.addEndpoint({
    contract: 'standard-webhooks',
    autoPause: false,
    retryPolicy: { immediate: false, jitter: 0, steps: STEPS },
    ...(way === 'limited' ? { maxPerSecond: 2 } : {}),
  });
  if (way === 'resumed') {
    void pause(world, endpoint);
    world.clock.at(START_MS + 30 * MINUTE_MS, () => void resume(world, endpoint));
  }
  postSeries(world, endpoint, { count, fromMs: 1_000 });
  const delivered = async (afterMs: number): Promise<number> => {
    await world.clock.run(START_MS + afterMs);
    return deliveriesOf(world, endpoint).filter(({ state }) => state === 'delivered').length;
  };
  return { world, endpoint, delivered };
}

const isTake = (input: object): boolean =>
  'UpdateExpression' in input && input.UpdateExpression === 'SET wat = :until';

describe('a share of the writes that take an entry fails', () => {
  it.each(WAYS)('and all are delivered within the hour all the same: %s', async (way) => {
    for (const share of [0.01, 0.03]) {
      const random = randomFrom(7);
      const { delivered } = aBacklog(way, 500, async ({ input }, call) => {
        if (isTake(input) && random() < share) throw new Error('throttled');
        return call();
      });
      expect(await delivered(HOUR_MS + 30 * MINUTE_MS)).toBe(500);
    }
  });
});

/** Some of the items of an answer, as if a later version had written them. */
function newer(answered: unknown, isOf: (item: Item) => boolean): unknown {
  const changed = (item: Item | undefined) =>
    item && isOf(item) ? { ...item, v: { N: '2' } } : item;
  if (typeof answered !== 'object' || answered === null) return answered;
  const { Responses, Attributes } = answered as {
    readonly Responses?: Record<string, Item[]>;
    readonly Attributes?: Item;
  };
  if (Attributes) return { ...answered, Attributes: changed(Attributes) };
  const tables = Object.entries(Responses ?? {});
  return {
    ...answered,
    ...(Responses && {
      Responses: Object.fromEntries(tables.map(([name, all]) => [name, all.map(changed)])),
    }),
  };
}

async function besideUnreadable(
  kind: 'delivery' | 'event',
  atMs: number,
  way: (typeof WAYS)[number],
) {
  let unreadable: string | undefined;
  const isOf = (item: Item): boolean =>
    item.sk?.S === unreadable && (kind === 'event') === (item.tg !== undefined);
  const backlog = aBacklog(way, 40, async (_, call) => newer(await call(), isOf));
  backlog.world.clock.at(START_MS + atMs, () => {
    unreadable = oldestEvent(backlog.world);
  });
  return backlog.delivered(DAY_MS);
}

const oldestEvent = ({ ledger }: World): string | undefined =>
  [...ledger.events.values()].map(({ event }) => event.id).sort()[0];

describe('beside an item that a later version wrote', () => {
  it.each(WAYS)('the other deliveries of the endpoint are sent: %s', async (way) => {
    expect(await besideUnreadable('delivery', 8 * MINUTE_MS, way)).toBeGreaterThanOrEqual(39);
  });

  it('the other events of a batch are sent', async () => {
    expect(await besideUnreadable('event', 1_001, 'due')).toBe(39);
  });
});
