// What waits at an endpoint has an entry in the directory every day, whatever became of its own wake-up.
import { expect, it } from 'vitest';
import { freshDelivery } from '../../lambdas/core/deliveries/advance.ts';
import { CLEAN_HEALTH, recovering } from '../../lambdas/core/health/health.ts';
import { addressOf } from '../../lambdas/core/scope.ts';
import { settingsSchema } from '../../lambdas/core/settings.ts';
import { nextLookMs } from '../../lambdas/core/wakes/look.ts';
import { anEvent } from '../builders/events.ts';
import { answer, aWorld, DAY_MS, postSeries, START_MS } from '../local/simulation/simulated.ts';

it.each([
  ['healthy', CLEAN_HEALTH, {}],
  ['limited', CLEAN_HEALTH, { maxPerSecond: 5 }],
  ['recovering', recovering(START_MS), {}],
])('at an endpoint that is %s', async (_, health, changes) => {
  const world = aWorld(() => answer(200));
  const { tenant, environment, ...endpoint } = world.addEndpoint(changes);
  const address = addressOf({ tenant, environment, ...endpoint });
  const event = { ...anEvent({ acceptedAtMs: START_MS }), tenant, environment };
  const fresh = freshDelivery(event, endpoint.id, settingsSchema.parse({}), START_MS);
  const dueAtMs = START_MS + 3 * DAY_MS;
  // Its function died before the wake-up was entered, and SQS dropped the message that would have done it.
  const delivery = { ...fresh, dueAtMs, workAtMs: dueAtMs };
  await world.ledger.putEvents([{ event, targets: [endpoint.id] }]);
  await world.ledger.putDeliveryOnce(delivery);
  await world.ledger.putHealth(address, health, 0);
  // Something that comes: sweep runs from then on.
  postSeries(world, world.addEndpoint({}), { count: 1 });
  await world.wakes.note(address, nextLookMs(endpoint.id, START_MS));
  await world.clock.run(START_MS + 5 * DAY_MS);
  expect(world.ledger.find(delivery)?.state).toBe('delivered');
});
