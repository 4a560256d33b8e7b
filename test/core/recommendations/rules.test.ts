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

/** Attempts by outcome, all as long as is said; the outcome that is named last came last. */
function rollup(outcomes: Record<string, number>, ms = 100, more: Partial<Rollup> = {}): Rollup {
  const made = emptyRollup();
  for (const [index, [outcome, count]] of Object.entries(outcomes).entries()) {
    made.outcomes[outcome] = { by: { first: count }, firstAt: 0, lastAt: index, last: ['', ''] };
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
/** As they are of an endpoint that is not well: of these outcomes there are probes alone. */
function probed(outcomes: Record<string, number>): Rollup {
  const made = rollup(outcomes);
  for (const [outcome, count] of Object.entries(outcomes)) {
    made.outcomes[outcome] = {
      by: { probe: count },
      firstAt: 0,
      lastAt: made.outcomes[outcome]?.lastAt ?? 0,
      last: ['', ''],
    };
  }
  return made;
}
const tries = (made: Record<string, readonly [number, number]>, dead: number) =>
  rollup({ http_200: 100 }, 100, { tries: made, ends: { 'dead:attempts': dead } });
const FORTY_DAYS = resolvePolicy('forty-days');
const SHORT = { ...FACTS.settings, retryPolicy: resolvePolicy('idnow') };
const connecting = (connectMs: number, firstByteMs: number, attempts = 200) =>
  rollup({ http_200: attempts }, 100, {
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
    { lately: rollup({ http_404: 19 }) },
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

const slow = (successes: number, ms: number, failures = 0) =>
  rollup({ http_500: failures, http_200: successes }, ms);
/** Quiet five minutes, and busy ones of which some fail. */
const withBusy = (fine: number, failing: number, failed: number): Slot[] => [
  ...slotsOf(3 * (fine + failing), 100, 0),
  ...slotsOf(fine, 400, 0),
  ...slotsOf(failing, 400, failed),
];

describe.each<[string, [isSaid: boolean, where: string, facts: Partial<Facts>][]]>([
  [
    'timeout_too_short',
    [
      [
        true,
        'answers take 0.7 of the time',
        { now: rollup({ http_200: 900, timeout_response: 100 }, 7_400) },
      ],
      [
        false,
        'answers take less',
        { now: rollup({ http_200: 900, timeout_response: 100 }, 6_500) },
      ],
      [true, '20 were answered', { now: rollup({ timeout_response: 180, http_200: 20 }, 9_000) }],
      [false, '19 were answered', { now: rollup({ timeout_response: 181, http_200: 19 }, 9_000) }],
      [
        false,
        'there are 199 attempts',
        { now: rollup({ http_200: 189, timeout_response: 10 }, 9_000) },
      ],
    ],
  ],
  [
    'timeout_too_long',
    [
      [
        false,
        'an answer takes a second',
        { now: rollup({ http_200: 900, timeout_response: 100 }, 1_100) },
      ],
      [
        false,
        'there are 19 timeouts',
        { now: rollup({ http_200: 900, timeout_response: 19 }, 300) },
      ],
      [
        false,
        'the timeout is not twice what it should be',
        {
          now: rollup({ http_200: 900, timeout_response: 100 }, 300),
          settings: { ...FACTS.settings, timeoutMs: 3_999 },
        },
      ],
      [
        true,
        'the timeout is twice what it should be',
        {
          now: rollup({ http_200: 900, timeout_response: 100 }, 300),
          settings: { ...FACTS.settings, timeoutMs: 4_000 },
        },
      ],
    ],
  ],
  [
    'rate_limited',
    [
      [true, 'one in a hundred is refused', { now: rollup({ http_200: 2_970, http_429: 30 }) }],
      [false, 'fewer are', { now: rollup({ http_200: 2_971, http_429: 30 }) }],
    ],
  ],
  [
    'unauthorized',
    [
      [true, 'only probes are made', { lately: probed({ http_401: 20 }) }],
      [false, 'there are 19 probes', { lately: probed({ http_401: 19 }) }],
      [
        true,
        'it refused less than one in twenty before',
        { lately: rollup({ http_403: 100 }), before: rollup({ http_200: 951, http_403: 49 }) },
      ],
      [
        false,
        'it refused as many before',
        { lately: rollup({ http_403: 100 }), before: rollup({ http_200: 950, http_403: 50 }) },
      ],
      [
        false,
        'it refused probes before',
        { lately: rollup({ http_403: 100 }), before: probed({ http_403: 50 }) },
      ],
    ],
  ],
  [
    'url_gone',
    [
      [true, 'only probes are made', { lately: probed({ http_404: 20 }) }],
      [true, 'the last answer is 410', { lately: rollup({ http_200: 1_000, http_410: 1 }) }],
      [true, 'a probe got 410', { lately: probed({ http_410: 1 }) }],
      [
        false,
        'something else was answered after 410',
        { lately: rollup({ http_410: 19, http_200: 20 }) },
      ],
      [
        false,
        'half of all and one were others',
        { lately: rollup({ http_404: 20, http_200: 21 }) },
      ],
    ],
  ],
  [
    'certificate',
    [
      [true, 'only probes are made', { lately: probed({ tls: 20 }) }],
      [false, 'there are 19', { lately: rollup({ tls: 19 }) }],
    ],
  ],
  [
    'policy_too_long',
    [
      [false, 'fewer than 200 were delivered', { now: needing({ '1': 199 }, 20) }],
      [false, 'fewer than 20 died', { now: needing({ '1': 500 }, 19) }],
      [false, 'fewer than 97 % were delivered soon', { now: needing({ '1': 193, '6-10': 7 }, 20) }],
      [false, 'one needed more than 30', { now: needing({ '1': 500, '31+': 1 }, 100) }],
      [
        true,
        'the policy has 12 retries',
        {
          now: needing({ '1': 500 }, 100),
          settings: { ...FACTS.settings, retryPolicy: { ...FORTY_DAYS, maxRetries: 12 } },
        },
      ],
      [
        false,
        'the policy has 11 retries',
        {
          now: needing({ '1': 500 }, 100),
          settings: { ...FACTS.settings, retryPolicy: { ...FORTY_DAYS, maxRetries: 11 } },
        },
      ],
    ],
  ],
  [
    'policy_too_short',
    [
      [
        true,
        'the highest attempts succeed, though they were counted first',
        { now: tries({ '6-10': [40, 30], '4-5': [90, 0], '1': [100, 2] }, 30), settings: SHORT },
      ],
      [
        false,
        'the highest attempts fail, though they were counted first',
        { now: tries({ '6-10': [40, 0], '4-5': [50, 40], '1': [100, 50] }, 30), settings: SHORT },
      ],
      [false, 'fewer than 20 died', { now: trying([50, 40], 19), settings: SHORT }],
      [false, 'the last attempts are 19', { now: trying([19, 19], 30), settings: SHORT }],
      [
        false,
        'there are first attempts alone',
        { now: tries({ '1': [100, 50] }, 30), settings: SHORT },
      ],
      [false, 'the policy is a long one', { now: trying([50, 40], 30) }],
    ],
  ],
  [
    'connections_not_kept',
    [
      [false, 'there are 199 attempts', { now: connecting(900, 100, 199) }],
      [false, 'no phase is known', { now: rollup({ http_200: 200 }) }],
    ],
  ],
  [
    'regression',
    [
      [
        true,
        'p95 is twice as high, and 100 ms more',
        { now: slow(200, 210), before: slow(200, 100) },
      ],
      [false, 'p95 is twice as high, of few ms', { now: slow(200, 80), before: slow(200, 4) }],
      [
        false,
        'p95 is less than twice as high',
        { now: slow(200, 9_000), before: slow(200, 5_000) },
      ],
      [false, '199 succeeded now', { now: slow(199, 9_000, 1), before: slow(200, 100, 1) }],
      [false, '199 succeeded before', { now: slow(200, 9_000, 1), before: slow(199, 100, 1) }],
      [false, 'nothing succeeded before', { now: slow(200, 9_000), before: slow(0, 100, 200) }],
      [true, 'nothing succeeds now', { now: slow(0, 100, 200), before: slow(200, 100) }],
      [false, 'there are 199 attempts', { now: slow(0, 100, 199), before: slow(200, 100) }],
      [false, 'there were 199 attempts', { now: slow(0, 100, 200), before: slow(199, 100) }],
    ],
  ],
  [
    'type_always_fails',
    [
      [
        false,
        'all types do',
        { now: rollup({ http_500: 100 }), types: { 'a.b': [100, 0, 0, 0, 0, 0] } },
      ],
    ],
  ],
  [
    'always_slow',
    [[false, 'there are 199 attempts', { now: rollup({ http_200: 199 }, 4_000), before: NOTHING }]],
  ],
  [
    'capacity',
    [
      [true, 'most of the busy minutes fail', { slots: withBusy(5, 7, 100) }],
      [false, 'an outage came in half of the busy minutes', { slots: withBusy(6, 6, 400) }],
      [false, 'an outage came in a busy hour of a day', { slots: withBusy(60, 12, 400) }],
      [
        false,
        'the retries of an outage made it busy',
        { slots: [...slotsOf(36, 100, 0), ...slotsOf(12, 250, 250)] },
      ],
      [
        false,
        'the retries of half an outage made it busy',
        { slots: [...slotsOf(36, 100, 0), ...slotsOf(12, 250, 125)] },
      ],
      [
        true,
        'half as many again are answered',
        { slots: [...slotsOf(36, 100, 0), ...slotsOf(12, 250, 100)] },
      ],
      [
        false,
        'busy is less than twice as many',
        { slots: [...slotsOf(6, 100, 0), ...slotsOf(6, 199, 20)] },
      ],
      [
        false,
        'there are 11 busy five minutes',
        { slots: [...slotsOf(5, 100, 0), ...slotsOf(6, 400, 100)] },
      ],
      [
        false,
        'there are 19 attempts in five minutes',
        { slots: [...slotsOf(6, 19, 0), ...slotsOf(6, 400, 100)] },
      ],
    ],
  ],
  [
    'settings_changed',
    [
      [
        false,
        'there are 19 attempts after it',
        { change: { before: WELL, after: rollup({ http_200: 19 }) } },
      ],
      [false, 'nothing was changed', {}],
    ],
  ],
])('%s', (code, rows) => {
  it.each(rows)('is said: %s, where %s', (isSaid, _where, facts) => {
    expect(codes(facts).includes(code)).toBe(isSaid);
  });
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

  it('limit the rate to 0.9 of what was answered at peaks', () => {
    const slots = [...slotsOf(6, 300, 0), ...slotsOf(6, 6_000, 3_000)];
    expect(changeOf('capacity', { slots })).toEqual({ maxPerSecond: 9 });
    const settings = { ...FACTS.settings, maxPerSecond: 9 };
    expect(changeOf('capacity', { slots, settings })).toBeUndefined();
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

  it('name the type with most attempts of those that always fail', () => {
    const types = { 'a.b': [30, 0, 0, 0, 0, 0], 'c.d': [90, 0, 0, 0, 0, 0] } as const;
    const [found] = recommendationsOf({ ...FACTS, types });
    expect(found?.evidence).toEqual({ type: 'c.d', attempts: 90, types: 2 });
  });

  it('tell response times only of 200 successes on both sides', () => {
    const evidenceOf = (now: Rollup) =>
      recommendationsOf({ ...FACTS, now }).find(({ code }) => code === 'regression')?.evidence;
    expect(evidenceOf(slow(199, 100, 199))).not.toHaveProperty('p95Ms');
    expect(evidenceOf(slow(200, 100, 200))).toHaveProperty('p95Ms');
  });

  it('are absent where a person is needed', () => {
    expect(changeOf('certificate', { lately: rollup({ tls: 100 }) })).toBeUndefined();
  });
});
