import { expect, it } from 'vitest';
import type { Event } from '../../../lambdas/core/events/event.ts';
import { createOperatorNotices } from '../../../lambdas/core/operator/notices.ts';
import { OPERATOR_SCOPE, scopeKey } from '../../../lambdas/core/scope.ts';
import { DAY_MS } from '../../../lambdas/core/time.ts';
import { NOON_MS } from '../../builders/events.ts';

const subscriber = { id: 'ep_ops', eventTypes: [], channels: [] };
const endpoint = { tenant: 'acme', environment: 'live', endpointId: 'ep_1' } as const;

it('the operator is told of a certificate 30, 14 and 3 days before, by whichever instance', async () => {
  const told: Event[] = [];
  const instance = () =>
    createOperatorNotices({
      registry: {
        subscribersOf: async () => new Map([[scopeKey(OPERATOR_SCOPE), [subscriber]]]),
      },
      queues: {
        async sendEvents(messages) {
          told.push(...messages.map(({ event }) => event));
          return new Set();
        },
      },
    });
  const [one, other] = [instance(), instance()];
  const receiverExpiresAtMs = NOON_MS + 30 * DAY_MS;
  for (let day = 0; day < 30; day++) {
    for (const [notices, ms] of [
      [one, 0],
      [one, 1],
      [other, 2],
    ] as const) {
      await notices.tellExpiring(endpoint, { receiverExpiresAtMs }, NOON_MS + day * DAY_MS + ms);
    }
  }
  const unique = [...new Map(told.map((event) => [event.id, event])).values()];
  expect(told).toHaveLength(2 * unique.length);
  expect(unique.map(({ type, data }) => [type, JSON.parse(data).days])).toEqual(
    [30, 14, 3].map((days) => ['certificate.expiring', days]),
  );
  // A delivery has its whole time, however late the certificate was seen.
  const late = NOON_MS + 15 * DAY_MS;
  await instance().tellExpiring(endpoint, { receiverExpiresAtMs }, late);
  expect(told.pop()).toMatchObject({ id: unique[0]?.id, acceptedAtMs: late });
  expect(new Set(told.map(({ id, data }) => `${id}${data}`)).size).toBe(unique.length);
  await one.tellExpiring(
    { ...endpoint, tenant: '_posthorn' },
    { clientExpiresAtMs: NOON_MS },
    NOON_MS,
  );
  expect(told).toHaveLength(6);
});
