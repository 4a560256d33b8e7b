import { expect, it } from 'vitest';
import { freshDelivery, LOST_AFTER_MS } from '../../../lambdas/core/deliveries/advance.ts';
import type { Delivery } from '../../../lambdas/core/deliveries/delivery.ts';
import { effectOf } from '../../../lambdas/core/deliveries/effect.ts';
import { settingsSchema } from '../../../lambdas/core/settings.ts';
import { MAX_SQS_DELAY_MS } from '../../../lambdas/core/time.ts';
import { anEvent, ENDPOINT_ID, NOON_MS } from '../../builders/events.ts';

const ENDED_MS = NOON_MS + 50;
const attempt = { number: 1, run: 1, cause: 'first', atMs: NOON_MS, durationMs: 50 } as const;
const NEAR_MS = ENDED_MS + 60_000;
const FAR_MS = ENDED_MS + MAX_SQS_DELAY_MS + 1;

it.each<[string, Partial<Delivery>, object]>([
  ['delivered: nothing', { state: 'delivered' }, { kind: 'none' }],
  ['cancelled: nothing', { state: 'cancelled' }, { kind: 'none' }],
  ['dead: the operator is told', { state: 'dead' }, { kind: 'tell', notice: 'dead' }],
  [
    'due soon: its message, delayed until then',
    { dueAtMs: NEAR_MS, workAtMs: NEAR_MS + LOST_AFTER_MS },
    { kind: 'retry', retry: { delaySeconds: 60, message: { attempt: 2, cause: 'curve' } } },
  ],
  [
    'due later than SQS can delay: a wake-up',
    { dueAtMs: FAR_MS, workAtMs: FAR_MS },
    { kind: 'wake', atMs: FAR_MS },
  ],
  [
    'due later, and recorded as travelling by SQS: its message',
    { dueAtMs: FAR_MS, workAtMs: FAR_MS + LOST_AFTER_MS },
    { kind: 'retry', retry: { delaySeconds: MAX_SQS_DELAY_MS / 1000 } },
  ],
  [
    'due at once and put to rest: nothing',
    { dueAtMs: ENDED_MS, workAtMs: ENDED_MS },
    { kind: 'none' },
  ],
])('what follows from a delivery that is %s', (_, changes, expected) => {
  const delivery: Delivery = {
    ...freshDelivery(anEvent(), ENDPOINT_ID, settingsSchema.parse({}), NOON_MS),
    attempts: [{ ...attempt, outcome: 'http_500' }],
    nextCause: 'curve',
    ...changes,
  };
  expect(effectOf(delivery, ENDED_MS)).toMatchObject(expected);
});
