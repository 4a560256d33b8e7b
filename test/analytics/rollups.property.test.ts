// The rollups equal a count over every write that the ledger took, whatever happened on the way: histories with the real
// handlers in virtual time, and a stream and functions that fail in every way.

import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Item } from '../../lambdas/adapters/aws/dynamodb/client.ts';
import { fromDeliveryItem } from '../../lambdas/adapters/ledger/items.ts';
import { linesIn } from '../../lambdas/core/analytics/archive.ts';
import type { Whose } from '../../lambdas/core/analytics/counting.ts';
import type { HourRollup, RollupReader } from '../../lambdas/core/analytics/store.ts';
import { wholeOr } from '../builders/share.ts';
import { allFaults, histories, play } from '../local/simulation/histories.ts';
import { bruteForce, type Counts, goneOf, placeOf } from './brute-force.ts';
import { analyse, type BadTimes, type Write } from './stream.ts';

/** Each with several bad times: 500 runs where tests run whole. */
const HISTORIES = wholeOr(100, 12);
const TIMES = 5;

const badTimes: fc.Arbitrary<BadTimes> = fc.record({
  seed: fc.integer({ min: 1, max: 1_000_000 }),
  deaths: fc.constantFrom(0, 0.05, 0.2),
  latePuts: fc.constantFrom(0, 0.1, 0.3),
  isAway: fc.boolean(),
});

/** Three event types, by their events' ids. */
const typed = (item: Item): Item => ({
  ...item,
  ty: { S: `type.${(item.sk?.S?.charCodeAt(29) ?? 0) % 3}` },
});

async function writesOf(history: Parameters<typeof play>[0]): Promise<Write[]> {
  const writes: Write[] = [];
  await play(history, (world) => {
    world.system.dynamoDb.ledger.onPut = (before, after) => {
      if (after.s === undefined) return;
      writes.push({
        atMs: world.clock.nowMs,
        before: before && typed(before),
        after: typed(after),
      });
    };
  });
  return writes;
}

type Read = (whose: Whose) => Promise<readonly HourRollup[]>;

/** What rollups of these say, in the words of the brute force. */
async function told(
  read: Read,
  whoses: readonly Whose[],
  nameOf: (whose: Whose) => string,
): Promise<Counts> {
  const counts: Counts = new Map();
  for (const whose of whoses) {
    for (const { hour, outcomes, ends, replayed } of await read(whose)) {
      const where = `${hour} ${nameOf(whose)}`;
      for (const [outcome, { by }] of Object.entries(outcomes)) {
        for (const [cause, count] of Object.entries(by))
          counts.set(`${where} ${outcome} ${cause}`, count);
      }
      for (const [end, count] of Object.entries(ends)) counts.set(`${where} ${end} own`, count);
      for (const [end, count] of Object.entries(replayed))
        counts.set(`${where} ${end} replay`, count);
    }
  }
  return counts;
}

/** Sums over what a kind of rollup does not tell apart. */
function regrouped(
  counts: Counts,
  nameOf: (hour: string, endpoint: string, type: string) => string,
): Counts {
  const sums: Counts = new Map();
  for (const [key, count] of counts) {
    const [hour = '', endpoint = '', type = '', ...rest] = key.split(' ');
    const name = [hour, nameOf(hour, endpoint, type), ...rest].join(' ');
    sums.set(name, (sums.get(name) ?? 0) + count);
  }
  return sums;
}

const hoursOf =
  (rollups: RollupReader): Read =>
  (whose) =>
    rollups.readRollups(whose, '2000-01-01T00', '2100-01-01T00');
const daysOf =
  (rollups: RollupReader): Read =>
  (whose) =>
    rollups.readDays(whose, '2000-01-01', '2100-01-01');

const sorted = (counts: Counts) => [...counts].sort(([a], [b]) => (a < b ? -1 : 1));

const manyTimes = fc.array(badTimes, { minLength: TIMES, maxLength: TIMES });

type OfEndpoint = Extract<Whose, { kind: 'endpoint' }>;

function endpointsIn(writes: readonly Write[]): OfEndpoint[] {
  const parts = writes.map(({ after }) => after.pk?.S?.split('#').slice(0, 3).join('#') ?? '');
  return [...new Set(parts)].map((scope) => {
    const [environment, tenant = '', endpoint = ''] = scope.split('#');
    return { kind: 'endpoint', environment: environment as 'live', tenant, endpoint };
  });
}

/** Days stand in the place of their first hour. */
const byDay = (counts: Counts): Counts => {
  const days: Counts = new Map();
  for (const [key, count] of counts) {
    const name = key.replace(/T\d\d/, 'T00');
    days.set(name, (days.get(name) ?? 0) + count);
  }
  return days;
};

async function expectTold(read: Read, writes: readonly Write[], expected: Counts): Promise<void> {
  const endpoints = endpointsIn(writes);
  const byEndpoint = await told(read, endpoints, (whose) => Object(whose).endpoint);
  expect(sorted(byEndpoint)).toEqual(sorted(regrouped(expected, (_, endpoint) => endpoint)));
  const own = endpoints.filter(({ tenant }) => tenant === 'demo').map(({ endpoint }) => endpoint);
  const ofDemo: Counts = new Map(
    [...expected].filter(([key]) => own.includes(key.split(' ')[1] ?? '')),
  );
  const scope = { tenant: 'demo', environment: 'live' } as const;
  const types = [0, 1, 2].map((n): Whose => ({ kind: 'type', ...scope, type: `type.${n}` }));
  const byType = await told(read, types, (whose) => Object(whose).type);
  expect(sorted(byType)).toEqual(sorted(regrouped(ofDemo, (_hour, _endpoint, type) => type)));
  const tenant = await told(read, [{ kind: 'tenant', ...scope }], () => 'demo');
  expect(sorted(tenant)).toEqual(sorted(regrouped(ofDemo, () => 'demo')));
  const stack = await told(read, [{ kind: 'stack', environment: 'live' }], () => 'all');
  expect(sorted(stack)).toEqual(sorted(regrouped(expected, () => 'all')));
}

it('rollups equal a count over every write of the ledger, by hour, endpoint, type, outcome and cause', {
  timeout: 1_800_000,
}, async () => {
  let attempts = 0;
  let lost = 0;
  const acts = { retried: 0, replayed: 0, cancelled: 0, redacted: 0 };
  await fc.assert(
    fc.asyncProperty(histories(allFaults, true), manyTimes, async (history, many) => {
      const writes = await writesOf(history);
      const latest = new Map(writes.map((write) => [placeOf(write), write.after]));
      const ledger = () => [...latest.values()].map(fromDeliveryItem);
      const expected = bruteForce(writes);
      for (const count of expected.values()) attempts += count;
      for (const after of latest.values()) {
        if (after.rpl) acts.replayed++;
        else if (Number(after.run?.N) > 1) acts.retried++;
        if (after.s?.S === 'cancelled') acts.cancelled++;
        if (after.rd) acts.redacted++;
      }
      for (const times of many) {
        const { archive, rollups, due, lost: missed } = await analyse(writes, ledger, times);
        lost += missed.length;
        expect(due).toEqual([]);
        const lines = [...archive.objects.values()].flatMap((body) => [...linesIn(body)]);
        const gone = goneOf(missed, lines, latest);
        const toldOf = missed.length === 0 ? expected : bruteForce(writes, gone);
        await expectTold(hoursOf(rollups), writes, toldOf);
        await expectTold(daysOf(rollups), writes, byDay(toldOf));
      }
    }),
    { numRuns: HISTORIES, endOnFailure: true },
  );
  // The histories are of some size, and the stream was away for too long in some.
  expect(attempts).toBeGreaterThan(HISTORIES * 50);
  expect(lost).toBeGreaterThan(0);
  for (const count of Object.values(acts)) expect(count).toBeGreaterThanOrEqual(wholeOr(5, 0));
  expect(acts.replayed + acts.retried).toBeGreaterThan(0);
});
