// What tenants give to fan-out: for each operator of filters the worst that an event of 256 KB and a filter can do.
// A new operator without an entry fails here.
import { describe, expect, it, test } from 'vitest';
import { Steps, within } from '../../lambdas/core/steps.ts';
import { indexData } from '../../lambdas/core/subscriptions/filter/data.ts';
import { failuresOf } from '../../lambdas/core/subscriptions/filter/explanation.ts';
import {
  type FilterPattern,
  filterSchema,
  readFilter,
} from '../../lambdas/core/subscriptions/filter/filter.ts';
import { OPERATORS } from '../../lambdas/core/subscriptions/filter/operators.ts';
import { MAX_PATTERNS } from '../../lambdas/core/subscriptions/patterns.ts';
import {
  GRANTED_STEPS,
  MAX_SUBSCRIBER_STEPS,
  SHARED_STEPS,
  targetsOf,
} from '../../lambdas/core/subscriptions/targets.ts';
import { FILTER_ATTACKS } from './attacks/filters.ts';
import { list, MAX_BYTES } from './attacks/parts.ts';

const all = { eventTypes: [], channels: [] };

test('every operator has an attack', () => {
  expect(OPERATORS.filter((operator) => !(operator in FILTER_ATTACKS))).toEqual([]);
});

describe.each(Object.entries(FILTER_ATTACKS))('the worst of %s', (_, attacks) => {
  it.each(attacks.map((attack, index) => [index, attack] as const))(
    '%i is taken, and ends within its budget',
    (_index, { filter, data }) => {
      expect(filterSchema.safeParse(filter).error).toBeUndefined();
      expect(JSON.stringify(data).length).toBeLessThan(MAX_BYTES + 200_000);
      const pattern = filter as FilterPattern;
      const steps = new Steps(MAX_SUBSCRIBER_STEPS);
      const index = indexData(data);
      within(
        () =>
          failuresOf(
            readFilter(pattern, () => undefined),
            index,
            steps,
          ),
        [],
      );
      expect(steps.taken).toBeLessThanOrEqual(MAX_SUBSCRIBER_STEPS);
      const event = { type: 'a', channels: [], data: JSON.stringify(data) };
      const subscribers = [
        ...list(3, (n) => ({ ...all, id: `heavy ${n}`, filter: pattern })),
        { ...all, id: 'plain' },
      ];
      const { wanting } = targetsOf(event, subscribers);
      expect(wanting.at(-1)?.id).toBe('plain');
    },
  );
});

describe('a thousand endpoints', () => {
  it('with the hardest patterns take no more than is granted to each and shared by all', () => {
    const pattern = `**.${list(40, () => 'a').join('.')}.b`;
    const eventTypes = list(MAX_PATTERNS, (n) => `${pattern}${n}`);
    const type = list(63, () => 'a').join('.');
    const subscribers = list(1_000, (n) => ({ ...all, id: `${n}`, eventTypes }));
    const { wanting, overBudget } = targetsOf({ type, channels: [], data: '{}' }, subscribers);
    expect(wanting).toEqual([]);
    expect(overBudget.length).toBeGreaterThan(990);
    expect(1_000 * GRANTED_STEPS + SHARED_STEPS).toBeLessThanOrEqual(1_500_000);
  });
});
