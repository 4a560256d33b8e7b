// A delivery of which the older attempts are only counted: every count goes by the attempts' numbers.
import { describe, expect, it } from 'vitest';
import { countStates } from '../../../lambdas/adapters/ledger/counted.ts';
import { deliveryView } from '../../../lambdas/api/deliveries/view.ts';
import { freshDelivery, retryMessage } from '../../../lambdas/core/deliveries/advance.ts';
import {
  type Attempt,
  type Delivery,
  withNewestAttempts,
} from '../../../lambdas/core/deliveries/delivery.ts';
import type { DeliveryLedger } from '../../../lambdas/core/deliveries/ledger.ts';
import { newRun } from '../../../lambdas/core/deliveries/new-run.ts';
import type { EventInput } from '../../../lambdas/core/events/event.ts';
import { createOperatorNotices } from '../../../lambdas/core/operator/notices.ts';
import { isUnsent } from '../../../lambdas/core/replays/replay.ts';
import { OPERATOR_SCOPE, scopeKey } from '../../../lambdas/core/scope.ts';
import { settingsSchema } from '../../../lambdas/core/settings.ts';
import { anEvent, ENDPOINT_ID, NOON_MS } from '../../builders/events.ts';
import { only } from '../../builders/ports.ts';

const settings = settingsSchema.parse({});
const MADE = 10_000;

const attempt = (number: number): Attempt => ({
  number,
  run: number,
  cause: 'manual',
  atMs: NOON_MS + number * 1_000,
  durationMs: 35,
  outcome: 'http_500',
});

const kept: Delivery = withNewestAttempts({
  ...freshDelivery(anEvent(), ENDPOINT_ID, settings, NOON_MS),
  run: MADE,
  attemptsBeforeRun: MADE - 1,
  attempts: Array.from({ length: MADE }, (_, index) => attempt(index + 1)),
});

describe('a delivery with 10,000 attempts', () => {
  it('keeps the newest 200, and those of a shorter one all', () => {
    expect(kept.attempts).toHaveLength(200);
    expect(kept.attempts[0]?.number).toBe(MADE - 199);
    const shorter = { ...kept, attempts: kept.attempts };
    expect(withNewestAttempts(shorter)).toBe(shorter);
  });

  it('keeps the time of the first though more are made', () => {
    const more = { ...kept, attempts: [...kept.attempts, attempt(MADE + 1)] };
    expect(withNewestAttempts(more).firstAttemptAtMs).toBe(NOON_MS + 1_000);
    expect(deliveryView(withNewestAttempts(more), 'active', NOON_MS).firstAttemptAt).toBe(
      new Date(NOON_MS + 1_000).toISOString(),
    );
  });

  it('gets a run that nothing was attempted in yet, and whose first attempt is the next', () => {
    const opened = newRun(kept, 'manual', settings, NOON_MS);
    expect(opened.attemptsBeforeRun).toBe(MADE);
    expect(isUnsent(opened)).toBe(true);
    expect(isUnsent({ ...kept, state: 'waiting' })).toBe(false);
    expect(retryMessage(opened, NOON_MS).message.attempt).toBe(MADE + 1);
  });

  it('begins to wait with the first failure of its run only', async () => {
    const names: string[] = [];
    const ledger = countStates(only<DeliveryLedger>({ recordClaimed: async () => true }), {
      count: (name) => void names.push(name),
    });
    await ledger.recordClaimed({ ...kept, state: 'waiting' }, 'holder');
    expect(names).toEqual(['DeliveriesWaiting']);
    await ledger.recordClaimed({ ...kept, attemptsBeforeRun: MADE - 2 }, 'holder');
    expect(names).toHaveLength(1);
  });

  it('is told dead with the number of all', async () => {
    const told: EventInput['data'][] = [];
    const notices = createOperatorNotices({
      registry: {
        subscribersOf: async () =>
          new Map([[scopeKey(OPERATOR_SCOPE), [{ id: 'ep_1', eventTypes: [], channels: [] }]]]),
      },
      queues: {
        sendEvents: async (messages) => {
          for (const { event } of messages) told.push(JSON.parse(event.data));
          return new Set();
        },
      },
    });
    await notices.tellDead({ ...kept, state: 'dead' });
    expect(told).toMatchObject([{ attempts: MADE }]);
  });
});
