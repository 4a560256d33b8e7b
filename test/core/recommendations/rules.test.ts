// Each rule where it speaks, where it is silent, and at its edge.
import { describe, expect, it } from 'vitest';
import { addTo } from '../../../lambdas/core/analytics/histogram.ts';
import {
  emptyRollup,
  isSuccessful,
  type Rollup,
  type Slot,
} from '../../../lambdas/core/analytics/rollup.ts';
import type { Facts } from '../../../lambdas/core/recommendations/facts.ts';
import { recommendationsOf } from '../../../lambdas/core/recommendations/rules.ts';
import { resolvePolicy } from '../../../lambdas/core/retries/delays.ts';

/** Attempts by outcome, all as long as is said. */
function rollup(outcomes: Record<string, number>, ms = 100, more: Partial<Rollup> = {}): Rollup {
  const made = emptyRollup();
  for (const [outcome, count] of Object.entries(outcomes)) {
    made.outcomes[outcome] = { by: { first: count }, firstAt: 0, lastAt: 0, last: ['', ''] };
    if (count > 0) addTo(isSuccessful(outcome) ? made.ok : made.failed, ms, count);
  }
  return { ...made, ...more };
}

const WELL = rollup({ http_200: 1_000 });
const NOTHING = rollup({});
const FACTS: Facts = {
  now: WELL,
  before: WELL,
  lately: WELL,
  slots: [],
  types: {},
  settings: { timeoutMs: 10_000, retryPolicy: resolvePolicy('forty-days') },
};
const codes = (facts: Partial<Facts>) =>
  recommendationsOf({ ...FACTS, ...facts }).map(({ code }) => code);
const slotsOf = (count: number, attempts: number, failed: number): Slot[] =>
  Array.from({ length: count }, (): Slot => [attempts, attempts - failed, 0, 0, 0, 0]);
const needing = (needed: Record<string, number>, dead: number) =>
  rollup({ http_200: 100 }, 100, { needed, ends: { 'dead:attempts': dead } });
const trying = (last: readonly [number, number], dead: number) =>
  rollup({ http_200: 100 }, 100, {
    tries: { '1': [100, 50], '2': last },
    ends: { 'dead:attempts': dead },
  });
const SHORT = { ...FACTS.settings, retryPolicy: resolvePolicy('idnow') };
const connecting = (connectMs: number, firstByteMs: number) =>
  rollup({ http_200: 200 }, 100, {
    phases: { connectMs: [200, connectMs], firstByteMs: [200, firstByteMs] },
  });

it('an endpoint that does well gets no advice', () => {
  expect(codes({})).toEqual([]);
  expect(codes({ now: NOTHING, before: NOTHING, lately: NOTHING })).toEqual([]);
});

describe.each<
  [string, positive: Partial<Facts>, atItsEdge: Partial<Facts>, negative: Partial<Facts>]
>([
  [
    'timeout_too_short',
    { now: rollup({ http_200: 900, timeout_response: 100 }, 9_000) },
    { now: rollup({ http_200: 980, timeout_response: 20 }, 9_000) },
    { now: rollup({ http_200: 981, timeout_response: 19 }, 9_000) },
  ],
  [
    'timeout_too_long',
    { now: rollup({ http_200: 900, timeout_response: 100 }, 300) },
    { now: rollup({ http_200: 200, timeout_response: 20 }, 300) },
    { now: rollup({ http_200: 199, timeout_response: 20 }, 300) },
  ],
  [
    'rate_limited',
    { now: rollup({ http_200: 800, http_429: 200 }), slots: slotsOf(1, 3_000, 0) },
    { now: rollup({ http_200: 1_980, http_429: 20 }) },
    { now: rollup({ http_200: 1_981, http_429: 19 }) },
  ],
  [
    'unauthorized',
    { lately: rollup({ http_401: 100 }) },
    { lately: rollup({ http_200: 20, http_403: 20 }) },
    { lately: rollup({ http_200: 21, http_403: 20 }) },
  ],
  [
    'url_gone',
    { lately: rollup({ http_404: 100 }) },
    { lately: rollup({ http_200: 20, http_410: 20 }) },
    { lately: rollup({ http_410: 19 }) },
  ],
  [
    'certificate',
    { lately: rollup({ tls: 100 }) },
    { lately: rollup({ http_200: 180, tls: 20 }) },
    { lately: rollup({ http_200: 181, tls: 20 }) },
  ],
  [
    'policy_too_long',
    { now: needing({ '1': 500 }, 100) },
    { now: needing({ '1': 194, '6-10': 6 }, 20) },
    { now: needing({ '1': 199, '11-30': 1 }, 20) },
  ],
  [
    'policy_too_short',
    { now: trying([50, 40], 30), settings: SHORT },
    { now: trying([20, 4], 20), settings: SHORT },
    { now: trying([20, 3], 20), settings: SHORT },
  ],
  [
    'connections_not_kept',
    { now: connecting(900, 100) },
    { now: connecting(501, 500) },
    { now: connecting(500, 500) },
  ],
  [
    'regression',
    { now: rollup({ http_200: 900, http_500: 100 }) },
    { now: rollup({ http_200: 980, http_500: 20 }) },
    { now: rollup({ http_200: 981, http_500: 19 }) },
  ],
  [
    'type_always_fails',
    { types: { 'a.b': [100, 0, 0, 0, 0, 0], 'c.d': [100, 100, 0, 0, 0, 0] } },
    { types: { 'a.b': [20, 0, 0, 0, 0, 0] } },
    { types: { 'a.b': [100, 1, 0, 0, 0, 0], 'c.d': [19, 0, 0, 0, 0, 0] } },
  ],
  [
    'always_slow',
    { now: rollup({ http_200: 300 }, 4_000), before: NOTHING },
    { now: rollup({ http_200: 200 }, 1_050), before: NOTHING },
    { now: rollup({ http_200: 200 }, 900), before: NOTHING },
  ],
  [
    'capacity',
    { slots: [...slotsOf(6, 100, 0), ...slotsOf(6, 3_000, 900)] },
    { slots: [...slotsOf(6, 100, 1), ...slotsOf(6, 200, 10)] },
    { slots: [...slotsOf(6, 100, 2), ...slotsOf(6, 200, 10)] },
  ],
  [
    'settings_changed',
    { change: { before: WELL, after: rollup({ http_200: 50, http_500: 50 }) } },
    { change: { before: rollup({ http_200: 20 }), after: rollup({ http_200: 20 }) } },
    { change: { before: rollup({ http_200: 19 }), after: WELL } },
  ],
])('%s', (code, positive, atItsEdge, negative) => {
  it('is said where the numbers are clear', () => expect(codes(positive)).toContain(code));
  it('is said at its edge', () => expect(codes(atItsEdge)).toContain(code));
  it('is not said just below it', () => expect(codes(negative)).not.toContain(code));
});

describe('changes', () => {
  const changeOf = (code: string, facts: Partial<Facts>) =>
    recommendationsOf({ ...FACTS, ...facts }).find((one) => one.code === code)?.change;

  it('raise a timeout to twice as long, up to 30 s', () => {
    const facts = (timeoutMs: number) => ({
      now: rollup({ http_200: 900, timeout_response: 100 }, 0.9 * timeoutMs),
      settings: { ...FACTS.settings, timeoutMs },
    });
    expect(changeOf('timeout_too_short', facts(10_000))).toEqual({ timeoutMs: 20_000 });
    expect(changeOf('timeout_too_short', facts(20_000))).toEqual({ timeoutMs: 30_000 });
    expect(changeOf('timeout_too_short', facts(30_000))).toBeUndefined();
  });

  it('limit the rate to 0.9 of what was answered, and never raise a limit', () => {
    const now = rollup({ http_200: 800, http_429: 200 });
    const slots = slotsOf(1, 3_000, 0);
    expect(changeOf('rate_limited', { now, slots })).toEqual({ maxPerSecond: 9 });
    const settings = { ...FACTS.settings, maxPerSecond: 5 };
    expect(changeOf('rate_limited', { now, slots, settings })).toBeUndefined();
  });

  it('are such that the advice is not given again once they are applied', () => {
    const now = needing({ '1': 500 }, 100);
    const change = changeOf('policy_too_long', { now });
    const retryPolicy = change?.retryPolicy;
    if (typeof retryPolicy !== 'object') throw new Error('a policy is expected');
    expect(codes({ now, settings: { ...FACTS.settings, retryPolicy } })).not.toContain(
      'policy_too_long',
    );
  });

  it('are absent where a person is needed', () => {
    expect(changeOf('certificate', { lately: rollup({ tls: 100 }) })).toBeUndefined();
  });
});
