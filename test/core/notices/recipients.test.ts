// Who gets notices, and is told nothing about itself.
import { expect, it } from 'vitest';
import { recipientsOf } from '../../../lambdas/core/notices/recipients.ts';
import { OPERATOR_SCOPE, scopeKey } from '../../../lambdas/core/scope.ts';

const scope = { tenant: 'acme', environment: 'live' } as const;

it.each([
  [['posthorn.*'], true],
  [['posthorn.**'], true],
  [['posthorn.endpoint.paused'], true],
  [['posthorn.*.dead'], true],
  [['posthorn.digest.daily'], true],
  [['order.created', 'posthorn.filter.over_budget', 'posthorn.certificate.*'], true],
  [['posthorn.filter.over_budget'], false],
  [['order.created', 'posthorn.filter.*'], false],
  [['**'], false],
  [[], false],
])('patterns %j make a recipient: %s', async (eventTypes, isOne) => {
  const subscriber = { id: 'ep_1', eventTypes, channels: [] };
  const registry = { subscribersOf: async () => new Map([[scopeKey(scope), [subscriber]]]) };
  expect([...(await recipientsOf(registry, scope))]).toEqual(isOne ? ['ep_1'] : []);
});

it.each([
  [[], true],
  [['**'], true],
  [['endpoint.*'], true],
  [['digest.daily'], true],
  [['delivery.dead', 'endpoint.paused'], false],
  [['posthorn.*'], false],
])('of the operator’s, patterns %j make one: %s', async (eventTypes, isOne) => {
  const subscriber = { id: 'ep_ops', eventTypes, channels: [] };
  const subscribersOf = async () => new Map([[scopeKey(OPERATOR_SCOPE), [subscriber]]]);
  const found = await recipientsOf({ subscribersOf }, OPERATOR_SCOPE);
  expect([...found]).toEqual(isOne ? ['ep_ops'] : []);
});
