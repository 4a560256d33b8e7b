// What tenants give to fan-out: for each operator of filters the worst that an event of 256 KB and a filter can do.
// A new operator without an entry fails here.
import { describe, expect, it, test } from 'vitest';
import type { EventLedger } from '../../lambdas/core/events/ledger.ts';
import { encodeEventMessage } from '../../lambdas/core/events/message.ts';
import { scopeKey } from '../../lambdas/core/scope.ts';
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
import type { Subscriber } from '../../lambdas/core/subscriptions/subscriber.ts';
import {
  GRANTED_STEPS,
  MAX_SUBSCRIBER_STEPS,
  SHARED_STEPS,
  targetsOf,
} from '../../lambdas/core/subscriptions/targets.ts';
import { fanOut } from '../../lambdas/fan-out/fan-out.ts';
import { anEvent } from '../builders/events.ts';
import { fixedSurroundings, only, sqsRecord } from '../builders/ports.ts';
import { FILTER_ATTACKS } from './attacks/filters.ts';
import { list, MAX_DATA_BYTES, smallOnesOf } from './attacks/parts.ts';

const all = { eventTypes: [], channels: [] };

test('every operator has an attack', () => {
  expect(OPERATORS.filter((operator) => !(operator in FILTER_ATTACKS))).toEqual([]);
  const data = Object.entries(FILTER_ATTACKS).map(
    ([name, attacks]) => [name, attacks.map((attack) => attack.data)] as const,
  );
  expect(smallOnesOf(data)).toEqual([]);
});

describe.each(Object.entries(FILTER_ATTACKS))('the worst of %s', (_, attacks) => {
  it.each(attacks.map((attack, index) => [index, attack] as const))(
    '%i is taken, and ends within its budget',
    (_index, { filter, data }) => {
      expect(filterSchema.safeParse(filter).error).toBeUndefined();
      expect(Buffer.byteLength(JSON.stringify(data))).toBeLessThan(MAX_DATA_BYTES);
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

describe('a batch of the worst of all operators', () => {
  const ATTACKERS = [
    { tenant: 'globex', environment: 'live' },
    { tenant: 'globex', environment: 'test' },
    { tenant: 'acme', environment: 'test' },
  ] as const;
  const attacks = Object.values(FILTER_ATTACKS).flat();

  it.each(ATTACKERS)(
    'of $tenant in $environment holds up no event of others, and nothing fails but what cannot be read',
    async (owner) => {
      const sent: string[] = [];
      const mine = attacks.filter((_, at) => ATTACKERS[at % ATTACKERS.length] === owner);
      for (const { filter, data } of mine) {
        const heavy = list(3, (n) => ({
          ...all,
          id: `ep_heavy${n}`,
          filter: filter as FilterPattern,
        }));
        const subscribers = new Map<string, Subscriber[]>([
          [scopeKey(owner), heavy],
          [scopeKey({ tenant: 'acme', environment: 'live' }), [{ ...all, id: 'ep_victim' }]],
        ]);
        const ports = {
          ledger: only<EventLedger>({ putEvents: async () => new Set() }),
          registry: { subscribersOf: async () => subscribers },
          queues: {
            sendDeliveries: async (messages: readonly { readonly endpointId: string }[]) => {
              sent.push(...messages.map(({ endpointId }) => endpointId));
              return new Set<number>();
            },
          },
          surroundings: fixedSurroundings(),
          settings: { feedLagSeconds: 10 },
        };
        const hostile = anEvent({ ...owner, id: 'evt_hostile', data: JSON.stringify(data) });
        const poison = sqsRecord('not JSON');
        const [before, after] = [hostile, anEvent({ id: 'evt_victim' })].map((event) =>
          sqsRecord(encodeEventMessage({ event, mayRepeat: false })),
        );
        if (!before || !after) expect.fail();
        const failed = await fanOut(ports, [before, poison, after]);
        expect(failed.map(({ messageId }) => messageId)).toEqual([poison.messageId]);
      }
      expect(sent.filter((id) => id === 'ep_victim')).toHaveLength(mine.length);
    },
  );
});
