// What waits past its deadline is dead, for whoever reads it, and settled by whoever meets it.
import { describe, expect, it } from 'vitest';
import { freshDelivery } from '../../../lambdas/core/deliveries/advance.ts';
import type { Delivery } from '../../../lambdas/core/deliveries/delivery.ts';
import { settleOverdue, standingAt } from '../../../lambdas/core/deliveries/overdue.ts';
import type { Event } from '../../../lambdas/core/events/event.ts';
import { createOperatorNotices } from '../../../lambdas/core/operator/notices.ts';
import { OPERATOR_SCOPE, scopeKey } from '../../../lambdas/core/scope.ts';
import { settingsSchema } from '../../../lambdas/core/settings.ts';
import { createCallCounts } from '../../../local/simulation/memory/call-counts.ts';
import { createMemoryLedger } from '../../../local/simulation/memory/ledger.ts';
import { anEvent, NOON_MS } from '../../builders/events.ts';
import { only } from '../../builders/ports.ts';

type Ports = Parameters<typeof settleOverdue>[0];

const delivery = freshDelivery(anEvent(), 'ep_one', settingsSchema.parse({}), NOON_MS);
const { deadlineAtMs } = delivery;
const leased = (untilMs: number): Delivery => ({
  ...delivery,
  lease: { untilMs, holder: 'message/request' },
});

it.each([
  ['before its deadline', delivery, deadlineAtMs - 1, 'waiting'],
  ['at its deadline', delivery, deadlineAtMs, 'dead'],
  ['long after it', delivery, deadlineAtMs * 2, 'dead'],
  ['while an attempt is under way', leased(deadlineAtMs), deadlineAtMs, 'waiting'],
  ['when that is over', leased(deadlineAtMs), deadlineAtMs + 1, 'dead'],
  ['delivered', { ...delivery, state: 'delivered' }, deadlineAtMs * 2, 'delivered'],
  ['cancelled', { ...delivery, state: 'cancelled' }, deadlineAtMs * 2, 'cancelled'],
] as const)('a delivery stands %s as it should', (_, found, nowMs, state) => {
  const { deathReason, ...standing } = standingAt(found, nowMs);
  expect(standing.state).toBe(state);
  expect(deathReason).toBe(state === 'dead' ? 'deadline' : undefined);
});

// Regression: the notice had the time of the last attempt, by which its own deadline could have passed.
it('the notice of what ran out of time is of its deadline, and of the last attempt otherwise', async () => {
  const { told, notices } = noticesOf();
  const attempt = { number: 1, run: 1, cause: 'first', outcome: 'http_500' } as const;
  const attempts = [{ ...attempt, atMs: NOON_MS, durationMs: 80 }];
  await notices.tellDead(standingAt({ ...delivery, attempts }, deadlineAtMs));
  const { dueAtMs, ...ended } = delivery;
  await notices.tellDead({ ...ended, attempts, state: 'dead', deathReason: 'deadline' });
  expect(told.map(({ acceptedAtMs }) => acceptedAtMs)).toEqual([deadlineAtMs, NOON_MS + 80]);
});

function noticesOf() {
  const told: Event[] = [];
  const notices = createOperatorNotices({
    registry: {
      subscribersOf: async () =>
        new Map([[scopeKey(OPERATOR_SCOPE), [{ id: 'ep_1', eventTypes: [], channels: [] }]]]),
    },
    queues: {
      sendEvents: async (messages) => {
        told.push(...messages.map(({ event }) => event));
        return new Set();
      },
    },
  });
  return { told, notices };
}

describe('a delivery that ran out of time', () => {
  // A dead letter that is sent back repeats what follows from the record.
  it('is told of by the same notice once it is settled', async () => {
    const ledger = createMemoryLedger(createCallCounts());
    const { told, notices } = noticesOf();
    const attempt = { number: 1, run: 1, cause: 'first', outcome: 'http_500' } as const;
    const tried = { ...delivery, attempts: [{ ...attempt, atMs: NOON_MS, durationMs: 80 }] };
    await ledger.putDeliveryOnce(tried);
    await settleOverdue({ ledger, events: notices }, tried, deadlineAtMs);
    await notices.tellDead(ledger.find(delivery) ?? delivery);
    expect(told).toHaveLength(2);
    expect(told[1]).toEqual(told[0]);
  });

  it('is told of though the notice is refused once', async () => {
    const ledger = createMemoryLedger(createCallCounts());
    await ledger.putDeliveryOnce(delivery);
    let isRefused = true;
    const told: string[] = [];
    const ports: Ports = {
      ledger,
      events: {
        tellDead: async ({ eventId }) => {
          if (isRefused) throw new Error('refused');
          told.push(eventId);
        },
      },
    };
    await expect(settleOverdue(ports, delivery, deadlineAtMs)).rejects.toThrow('refused');
    isRefused = false;
    // The message that led to it comes back, and reads it anew.
    await settleOverdue(ports, ledger.find(delivery) ?? delivery, deadlineAtMs);
    expect(told).toEqual([delivery.eventId]);
    expect(ledger.find(delivery)).toMatchObject({ state: 'dead', deathReason: 'deadline' });
  });

  it('is left alone while an attempt is under way', async () => {
    // Nothing is told or settled.
    const found = leased(deadlineAtMs);
    expect(await settleOverdue(only<Ports>({}), found, deadlineAtMs)).toBe(found);
  });
});
