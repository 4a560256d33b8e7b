// Routing rules: which of them hold for an event, and what its channels are then.
import { describe, expect, it } from 'vitest';
import { indexData } from '../../../lambdas/core/subscriptions/filter/data.ts';
import { filterSchema } from '../../../lambdas/core/subscriptions/filter/filter.ts';
import type { RoutingRule } from '../../../lambdas/core/subscriptions/routing.ts';
import {
  explainedRouting,
  routingRulesSchema,
} from '../../../lambdas/core/subscriptions/routing.ts';
import {
  compiledFrom,
  sharedSteps,
  targetsOf,
} from '../../../lambdas/core/subscriptions/targets.ts';
import { FILTER_ATTACKS } from '../../hostile/attacks/filters.ts';

const rule = (country: string, channel: string, stop?: boolean): RoutingRule => ({
  when: { country: [country] },
  set: { channels: [channel] },
  ...(stop === undefined ? {} : { stop }),
});
const subscriber = (id: string, channels: string[]) => ({ id, eventTypes: [], channels });
const SUBSCRIBERS = [
  subscriber('all', []),
  subscriber('eu', ['eu']),
  subscriber('vip', ['vip']),
  subscriber('posted', ['posted']),
];

function found(rules: readonly RoutingRule[], data: object, channels = ['posted']) {
  const event = { type: 'a', channels, data: JSON.stringify(data) };
  const { wanting, routing } = targetsOf(event, SUBSCRIBERS, rules);
  return { to: wanting.map(({ id }) => id), routing };
}

describe('routing rules', () => {
  it('set the channels by which endpoints are matched', () => {
    expect(found([rule('DE', 'eu')], { country: 'DE' })).toEqual({
      to: ['all', 'eu'],
      routing: { channels: ['eu'], rules: [0] },
    });
  });

  it('leave an event that none matches as it was posted', () => {
    const result = { to: ['all', 'posted'], routing: undefined };
    expect(found([rule('DE', 'eu')], { country: 'FR' })).toEqual(result);
    expect(found([], { country: 'DE' })).toEqual(result);
  });

  it('are judged in their order: the last that matches sets the channels', () => {
    const rules = [rule('DE', 'eu'), rule('FR', 'posted'), rule('DE', 'vip')];
    expect(found(rules, { country: 'DE' })).toEqual({
      to: ['all', 'vip'],
      routing: { channels: ['vip'], rules: [0, 2] },
    });
  });

  it('end at one that matches and stops', () => {
    const rules = [rule('FR', 'posted', true), rule('DE', 'eu', true), rule('DE', 'vip')];
    expect(found(rules, { country: 'DE' }).routing).toEqual({ channels: ['eu'], rules: [1] });
  });

  it('may take all channels away', () => {
    const rules = [{ when: { country: ['DE'] }, set: { channels: [] } }];
    expect(found(rules, { country: 'DE' }).to).toEqual(['all']);
  });

  it('count as not matching where they take too many steps, and take nothing from other events', () => {
    const attack = FILTER_ATTACKS.wildcard?.[0];
    if (!attack) throw new Error('there is no such attack');
    const rules = Array.from({ length: 50 }, () => ({
      when: attack.filter as Record<string, unknown>,
      set: { channels: ['eu'] },
    }));
    const event = { type: 'a', channels: [], data: JSON.stringify(attack.data) };
    const { wanting, rulesOverBudget } = targetsOf(event, SUBSCRIBERS, rules);
    expect(rulesOverBudget.length).toBeGreaterThan(0);
    expect(wanting.map(({ id }) => id)).toContain('all');
  });
});

it.each([
  [[{ when: {}, set: { channels: [] } }]],
  [[{ when: { a: 'x' }, set: { channels: [] } }]],
  [[{ when: { a: ['x'] }, set: { channels: ['a b'] } }]],
  [[{ when: { a: ['x'] }, set: { channels: ['a', 'a'] } }]],
  [[{ when: { a: ['x'] }, set: { channels: ['1', '2', '3', '4', '5', '6'] } }]],
  [[{ when: { a: ['x'] }, set: {} }]],
  [Array(51).fill(rule('DE', 'eu'))],
])('rules %# are refused', (rules) => {
  expect(routingRulesSchema.safeParse(rules).success).toBe(false);
});

it('are explained as they are judged, however many steps they take', () => {
  let overBudget = 0;
  for (const { filter, data } of Object.values(FILTER_ATTACKS).flat()) {
    const rules = (): RoutingRule[] =>
      Array.from({ length: 10 }, () => ({
        when: filterSchema.parse(structuredClone(filter)),
        set: { channels: [] },
      }));
    const event = { type: 'a', channels: [], data: JSON.stringify(data) };
    const judged = targetsOf(event, [], rules());
    const explained = explainedRouting(rules(), indexData(data), sharedSteps, compiledFrom);
    const matching = explained.flatMap(({ verdict }, at) => (verdict === 'matches' ? [at] : []));
    expect(matching).toEqual(judged.routing?.rules ?? []);
    const over = explained.flatMap(({ failures }, at) =>
      failures.some(({ message }) => message.includes('counts as not matching')) ? [at] : [],
    );
    expect(over).toEqual(judged.rulesOverBudget);
    for (const { verdict, failures } of explained) {
      expect(failures.length > 0).toBe(verdict === 'fails');
    }
    overBudget += over.length;
  }
  expect(overBudget).toBeGreaterThan(0);
});

it('are judged alike before and after their filters are compiled, and leave subscribers what is theirs', () => {
  const ten = (name: string) => ({
    $or: Array.from({ length: 10 }, (_, n) => ({ [`${name}${n}`]: ['x'] })),
  });
  const common = Object.fromEntries(Array.from({ length: 150 }, (_, n) => [`c${n}`, ['x']]));
  const heavy = { ...ten('a'), b: ten('b'), ...common };
  const rules: RoutingRule[] = Array.from({ length: 50 }, (_, n) => ({
    when: filterSchema.parse(n === 49 ? { country: ['DE'] } : structuredClone(heavy)),
    set: { channels: [`c${n}`] },
  }));
  const wants = {
    ...subscriber('germany', []),
    filter: filterSchema.parse(structuredClone(heavy)),
  };
  const event = { type: 'a', channels: [], data: '{"country":"DE"}' };
  const cold = targetsOf(event, [wants], rules);
  expect(targetsOf(event, [wants], rules)).toEqual(cold);
  expect(cold.rulesOverBudget.length).toBeGreaterThan(20);
  expect(cold.routing).toEqual({ channels: ['c49'], rules: [49] });
  expect(cold.overBudget).toEqual([]);
});
