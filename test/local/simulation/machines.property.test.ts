// The state machines of the delivery and of the endpoint, over random histories in virtual time.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Delivery } from '../../../lambdas/core/deliveries/delivery.ts';
import type { World } from '../../../local/simulation/world.ts';
import { wholeOr } from '../../builders/share.ts';
import { allFaults, type History, histories, noFaults, play, scheduleFaults } from './histories.ts';
import { deliveriesOf } from './simulated.ts';

function expectSound(delivery: Delivery): void {
  const { attempts } = delivery;
  expect(attempts.map(({ number }) => number)).toEqual(attempts.map((_, index) => index + 1));
  const success = attempts.findIndex(({ status }) => status === 200);
  expect(success === -1 || success === attempts.length - 1, 'an attempt after a success').toBe(
    true,
  );
  expect(delivery.state).toBe(success === -1 ? 'dead' : 'delivered');
  expect(delivery.deathReason === undefined).toBe(delivery.state === 'delivered');
  for (const [index, { atMs }] of attempts.entries()) {
    expect(atMs).toBeGreaterThanOrEqual(attempts[index - 1]?.atMs ?? delivery.acceptedAtMs);
    expect(atMs, 'an attempt past the deadline').toBeLessThan(delivery.deadlineAtMs);
  }
}

/** Requests that carried an attempt which had been on the wire already. */
function sentAgain(world: World): { attempt: number }[] {
  const seen = new Set<string>();
  return world.sent.filter(({ eventId, endpointId, attempt }) => {
    const key = `${eventId} ${endpointId} ${attempt}`;
    const isKnown = seen.has(key);
    seen.add(key);
    return isKnown;
  });
}

async function playSoundly(history: History): Promise<World> {
  const { world, endpoint } = await play(history);
  const posted = history.steps.reduce(
    (sum, { step }) => sum + (step.kind === 'events' ? step.count : 0),
    0,
  );
  const deliveries = deliveriesOf(world, endpoint);
  expect(deliveries).toHaveLength(posted);
  for (const delivery of deliveries) expectSound(delivery);
  expect(world.queues.size()).toBe(0);
  return world;
}

const runs = (whole: number) => ({ numRuns: wholeOr(whole, whole / 10) });

describe('whatever happens to an endpoint, every delivery comes to an end', () => {
  it('and no attempt is sent twice, while nothing of ours fails', async () => {
    const history = histories(fc.constant(noFaults));
    await fc.assert(
      fc.asyncProperty(history, async (given) => {
        expect(sentAgain(await playSoundly(given))).toEqual([]);
      }),
      runs(250),
    );
  });

  it('and no attempt is sent twice, when schedules are lost and doubled', async () => {
    const history = histories(scheduleFaults);
    await fc.assert(
      fc.asyncProperty(history, async (given) => {
        expect(sentAgain(await playSoundly(given))).toEqual([]);
      }),
      runs(250),
    );
  });

  it('and only first attempts are sent twice, when SQS delivers messages twice', async () => {
    const doubled = fc.constant({ ...noFaults, doubledMessages: 0.3 });
    await fc.assert(
      fc.asyncProperty(histories(doubled), async (given) => {
        // The fast path sends a first attempt without a claim.
        const again = sentAgain(await playSoundly(given));
        expect(again.every(({ attempt }) => attempt === 1)).toBe(true);
      }),
      runs(150),
    );
  });

  it('when instances crash at any call, and then only what was under way is sent again', async () => {
    await fc.assert(
      fc.asyncProperty(histories(allFaults), async (given) => {
        const world = await playSoundly(given);
        const again = sentAgain(world).length;
        // A batch holds ten messages.
        if (given.faults.doubledMessages === 0) {
          expect(again).toBeLessThanOrEqual(10 * world.crashed());
        }
      }),
      runs(300),
    );
  });
});
