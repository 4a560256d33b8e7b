import { describe, expect, it } from 'vitest';
import { freshDelivery } from '../../lambdas/core/deliveries/advance.ts';
import type { Delivery } from '../../lambdas/core/deliveries/delivery.ts';
import { deliveryIdOf } from '../../lambdas/core/identifiers.ts';
import { createOutcomeWriter } from '../../lambdas/dispatch/outcome-writer.ts';
import { anEvent, NOON_MS } from '../builders/events.ts';

const suffix = (n: number) => String(n).padStart(26, '0');
const delivery = (n: number): Delivery =>
  freshDelivery(
    anEvent({ id: `evt_${suffix(n)}` }),
    `ep_${suffix(1)}`,
    { deadlineDays: 40 },
    NOON_MS,
  );

function world(isRefused: (one: Delivery) => boolean = () => false) {
  const calls: number[] = [];
  const write = createOutcomeWriter({
    putDeliveries: async (deliveries) => {
      calls.push(deliveries.length);
      const refused = deliveries.filter(isRefused);
      return new Set(refused.map(({ eventId, endpointId }) => deliveryIdOf(eventId, endpointId)));
    },
  });
  return { write, calls };
}

describe('outcomes that end within a moment', () => {
  it('share a call, of 25 at most', async () => {
    const { write, calls } = world();
    await Promise.all(Array.from({ length: 60 }, (_, n) => write(delivery(n))));
    expect(calls).toEqual([25, 25, 10]);
  });

  it('are each told whether they themselves were written', async () => {
    const { write } = world(({ eventId }) => eventId.endsWith('1'));
    const results = await Promise.allSettled([0, 1, 2].map((n) => write(delivery(n))));
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('all learn of a call that failed, and later ones are written again', async () => {
    let isDown = true;
    const write = createOutcomeWriter({
      putDeliveries: async () => {
        if (isDown) throw new Error('down');
        return new Set();
      },
    });
    const results = await Promise.allSettled([write(delivery(1)), write(delivery(2))]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    isDown = false;
    await write(delivery(3));
  });
});
