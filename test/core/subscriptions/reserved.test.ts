// Types under `posthorn.` are ours: only who names the prefix gets them.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAbout } from '../../../lambdas/api/deliveries/of-event.ts';
import { eventInputSchema } from '../../../lambdas/core/events/event.ts';
import { matchesPattern, matchesTypes } from '../../../lambdas/core/subscriptions/matching.ts';
import type { Subscriber } from '../../../lambdas/core/subscriptions/subscriber.ts';
import { targetsOf } from '../../../lambdas/core/subscriptions/targets.ts';

const NOTICE = 'posthorn.endpoint.paused';
const UNNAMED = [
  '*',
  '**',
  '**.paused',
  '*.endpoint.paused',
  '*.*.*',
  '*.**',
  '**.*',
  '**.endpoint.**',
  '**.posthorn.endpoint.paused',
  '*.endpoint.*',
  '**.posthorn.**',
  'posthorn',
  'Posthorn.endpoint.paused',
  'posthorns.**',
];
const NAMED = ['posthorn.*', 'posthorn.**', NOTICE, 'posthorn.endpoint.*', 'posthorn.**.paused'];

const subscriber = (eventTypes: readonly string[], more: object = {}): Subscriber => ({
  id: 'ep_1',
  eventTypes,
  channels: [],
  ...more,
});
const event = { type: NOTICE, channels: [], data: '{"endpoint":"ep_2"}' };
const wants = (one: Subscriber, rules = {}) =>
  targetsOf(event, [one], Object.values(rules)).wanting.length === 1;

describe.each([[], ...UNNAMED.map((pattern) => [pattern])])(
  'a notice and patterns %j',
  (...own) => {
    const patterns = own.filter((one) => one !== undefined);

    it('do not match, whatever else the endpoint has', () => {
      expect(matchesTypes(patterns, NOTICE)).toBe(false);
      expect(wants(subscriber(patterns))).toBe(false);
      expect(wants(subscriber(patterns, { filter: { endpoint: ['ep_2'] } }))).toBe(false);
      expect(wants(subscriber(patterns, { filter: { endpoint: [{ exists: true }] } }))).toBe(false);
    });

    it('do not match by a routing rule either', () => {
      const rules = [{ when: { endpoint: ['ep_2'] }, set: { channels: ['all'] } }];
      expect(wants(subscriber(patterns, { channels: ['all'] }), rules)).toBe(false);
      expect(wants(subscriber(['posthorn.*'], { channels: ['all'] }), rules)).toBe(false);
      expect(targetsOf(event, [], rules).routing).toBeUndefined();
    });
  },
);

describe.each(NAMED)('a notice and the pattern %s', (pattern) => {
  it('match, alone and beside others', () => {
    expect(wants(subscriber([pattern]))).toBe(true);
    expect(wants(subscriber(['*', pattern]))).toBe(true);
    expect(wants(subscriber([pattern], { filter: { endpoint: ['ep_2'] } }))).toBe(true);
    expect(wants(subscriber([pattern], { filter: { endpoint: ['ep_3'] } }))).toBe(false);
    expect(wants(subscriber([pattern], { channels: ['eu'] }))).toBe(false);
  });
});

it('listings take notices for what is asked by a pattern that names them, or by none', () => {
  for (const type of UNNAMED) expect(isAbout({ type: NOTICE }, { type })).toBe(false);
  for (const type of NAMED) expect(isAbout({ type: NOTICE }, { type })).toBe(true);
  expect(isAbout({ type: NOTICE }, {})).toBe(true);
});

it('whatever a pattern is: one that does not begin with the prefix matches no reserved type', () => {
  const segment = fc.constantFrom('*', '**', 'posthorn', 'endpoint', 'paused');
  const names = fc.constantFrom('posthorn', 'endpoint', 'paused');
  fc.assert(
    fc.property(
      fc.array(segment, { minLength: 1, maxLength: 5 }),
      fc.array(names, { minLength: 1, maxLength: 4 }),
      (pattern, rest) => {
        const isNamed = pattern.length > 1 && pattern[0] === 'posthorn';
        const type = ['posthorn', ...rest].join('.');
        if (!isNamed) expect(matchesPattern(pattern.join('.'), type)).toBe(false);
      },
    ),
    { numRuns: 2_000 },
  );
});

it('a producer may not post them', () => {
  const parse = (type: string) => eventInputSchema.safeParse({ type, data: {} });
  expect(parse(NOTICE).error?.issues).toMatchObject([
    { path: ['type'], message: 'must not begin with posthorn.' },
  ]);
  for (const type of ['posthorn', 'posthorns.a', 'a.posthorn.b', 'Posthorn.a']) {
    expect(parse(type).success).toBe(true);
  }
});
