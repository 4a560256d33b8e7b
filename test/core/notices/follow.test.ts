// What is told of one endpoint, by what is seen of it: every change of state once.
import { describe, expect, it } from 'vitest';
import { CLEAN_HEALTH, type Health, recovering } from '../../../lambdas/core/health/health.ts';
import {
  FAILING_AFTER_MS,
  type Followed,
  follow,
  HOLDS_AFTER_MS,
} from '../../../lambdas/core/notices/follow.ts';
import type { Mark } from '../../../lambdas/core/notices/mark.ts';
import type { Seen } from '../../../lambdas/core/notices/step.ts';
import { DAY_MS } from '../../../lambdas/core/time.ts';
import { NOON_MS } from '../../builders/events.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const at = (minutes: number) => NOON_MS + minutes * MINUTE_MS;
const fine: Health = CLEAN_HEALTH;
const tripped = (minutes = 0): Health => ({
  ...CLEAN_HEALTH,
  state: 'tripped',
  failures: 20,
  failingSinceMs: at(minutes),
  sinceMs: at(minutes),
});
const failing = (failures: number, minutes = 0): Health => ({
  ...CLEAN_HEALTH,
  failures,
  failingSinceMs: at(minutes),
});
const paused = (pausedBy: 'gone' | 'failures' | 'user', minutes = 0): Health => ({
  ...tripped(minutes),
  state: 'paused',
  pausedBy,
});
const mark = (given: Partial<Mark>): Mark => ({
  endpointId: 'ep_1',
  sinceMs: at(0),
  count: 1,
  ...given,
});

/** One look after the other, each at a minute: the kinds that are told, with their minutes. */
function told(looks: readonly (readonly [minutes: number, seen: Health | Partial<Seen>])[]) {
  let followed: Followed = {};
  return looks.flatMap(([minutes, given]) => {
    const seen: Seen = {
      health: fine,
      mark: undefined,
      slowAboveMs: 5_000,
      ...('state' in given ? { health: given } : given),
    };
    const step = follow(followed, seen, at(minutes));
    followed = step.after ?? {};
    return step.told.map(({ kind, reminders, facts }) => [minutes, kind, reminders, facts]);
  });
}
const kinds = (looks: Parameters<typeof told>[0]) =>
  told(looks).map(([minutes, kind, reminders]) => [minutes, kind, reminders]);

describe('an endpoint that fails', () => {
  it('is told of once it is tripped, and once a day while that lasts', () => {
    expect(
      kinds([
        [0, tripped()],
        [1, tripped()],
        [60, tripped()],
        [24 * 60 - 1, tripped()],
        [24 * 60, tripped()],
        [25 * 60, tripped()],
        [48 * 60, tripped()],
      ]),
    ).toEqual([
      [0, 'endpoint.failing', 0],
      [24 * 60, 'endpoint.failing', 1],
      [48 * 60, 'endpoint.failing', 2],
    ]);
  });

  it('without being tripped is told of after a quarter of an hour, and not for one event', () => {
    const minutes = FAILING_AFTER_MS / MINUTE_MS;
    expect(kinds([[minutes - 1, failing(9)]])).toEqual([]);
    expect(kinds([[minutes, failing(2)]])).toEqual([]);
    expect(kinds([[minutes, failing(3)]])).toEqual([[minutes, 'endpoint.failing', 0]]);
    // Until then it is looked at again.
    const step = follow({}, { health: failing(1), mark: undefined, slowAboveMs: 1 }, at(1));
    expect(step).toMatchObject({ told: [], after: { isUnsure: true }, lookAtMs: at(minutes) });
    // Then once an hour, for a day; after it, if there is another failure.
    const look = (atMinutes: number, given: Partial<Seen> = {}) =>
      follow({}, { health: failing(2), mark: undefined, slowAboveMs: 1, ...given }, at(atMinutes));
    expect(look(minutes).lookAtMs).toBe(at(minutes + 60));
    expect(look(24 * 60)).toEqual({ told: [] });
    expect(look(24 * 60, { mark: mark({}) }).lookAtMs).toBe(at(25 * 60));
    expect(look(24 * 60, { health: failing(3) }).told).toHaveLength(1);
  });

  it('and is warned of by its own rule of pausing is told of too', () => {
    expect(kinds([[1, { ...failing(60), warned: 50 }]])).toEqual([[1, 'endpoint.failing', 0]]);
  });

  it('and is paused is another state; paused by a person it is none', () => {
    expect(
      kinds([
        [0, tripped()],
        [60, paused('failures')],
        [61, paused('failures')],
        [60 + 24 * 60, paused('failures')],
      ]),
    ).toEqual([
      [0, 'endpoint.failing', 0],
      [60, 'endpoint.paused', 0],
      [60 + 24 * 60, 'endpoint.paused', 1],
    ]);
    expect(told([[0, paused('gone')]])[0]?.[3]).toMatchObject({ pausedBy: 'gone' });
    expect(kinds([[0, paused('user')]])).toEqual([]);
    expect(
      kinds([
        [0, tripped()],
        [1, paused('user')],
        [48 * 60, paused('user')],
        [48 * 60 + 1, fine],
      ]),
    ).toEqual([[0, 'endpoint.failing', 0]]);
  });
});

describe('an endpoint that does well again', () => {
  const holds = HOLDS_AFTER_MS / MINUTE_MS;

  it('has recovered once that has held', () => {
    expect(
      kinds([
        [0, tripped()],
        [5, recovering(at(5))],
        [5 + holds - 1, fine],
        [5 + holds, fine],
        [5 + 2 * holds, fine],
      ]),
    ).toEqual([
      [0, 'endpoint.failing', 0],
      [5 + holds, 'endpoint.recovered', 0],
    ]);
  });

  it('has not while it fails in between, be it seen itself or by a mark alone', () => {
    for (const between of [failing(1, 20), tripped(20)]) {
      const looks = kinds([
        [0, tripped()],
        [5, fine],
        [20, between],
        [21, fine],
        [5 + holds, fine],
        [20 + holds, fine],
        [21 + holds, fine],
      ]);
      expect(looks.at(-1)).toEqual([21 + holds, 'endpoint.recovered', 0]);
      expect(looks).toHaveLength(2);
    }
    const marked = kinds([
      [0, tripped()],
      [5, fine],
      [5 + holds, { health: fine, mark: mark({ failedAtMs: at(20) }) }],
      [20 + holds, fine],
    ]);
    expect(marked.at(-1)).toEqual([20 + holds, 'endpoint.recovered', 0]);
  });

  it('of which nothing was told, has nothing to recover from', () => {
    expect(
      kinds([
        [1, failing(1)],
        [2, fine],
        [100, fine],
      ]),
    ).toEqual([]);
  });

  it('flaps without a flood: one notice, and one a day', () => {
    const looks = Array.from({ length: (48 * 60) / 7 }, (_, index): [number, Health] => [
      index * 7,
      index % 2 === 0 ? tripped(index * 7) : recovering(at(index * 7)),
    ]);
    expect(kinds(looks).map(([, kind, reminders]) => [kind, reminders])).toEqual([
      ['endpoint.failing', 0],
      ['endpoint.failing', 1],
    ]);
  });
});

describe('deliveries that die', () => {
  const dead = (count: number, sinceMs = at(0)) => ({ mark: mark({ dead: count, sinceMs }) });

  it('together are one notice with their number', () => {
    expect(told([[1, dead(250)]])).toEqual([[1, 'deliveries.dead', 0, { count: 250 }]]);
  });

  it('later in the series are told when it is over', () => {
    expect(
      told([
        [1, dead(2)],
        [10, dead(3, at(9))],
        [20, dead(4, at(19))],
        [79, {}],
        [80, {}],
        [200, {}],
      ]),
    ).toEqual([
      [1, 'deliveries.dead', 0, { count: 2 }],
      [80, 'deliveries.dead', 0, { count: 7 }],
    ]);
  });

  it('without an end are told once a day', () => {
    const looks = Array.from({ length: 49 }, (_, hour): [number, Partial<Seen>] => [
      hour * 59,
      dead(1, at(hour)),
    ]);
    expect(told(looks).map(([minutes, , , facts]) => [minutes, facts])).toEqual([
      [0, { count: 1 }],
      [25 * 59, { count: 25 }],
    ]);
  });

  it('are counted once, though the mark was not taken away', () => {
    const step = follow({}, { health: fine, slowAboveMs: 1, ...dead(5) }, at(1));
    const again = follow(step.after ?? {}, { health: fine, slowAboveMs: 1, ...dead(7) }, at(2));
    expect(again.after?.deaths?.count).toBe(2);
    const other = { health: fine, slowAboveMs: 1, ...dead(7, at(3)) };
    expect(follow(step.after ?? {}, other, at(4)).after?.deaths?.count).toBe(7);
  });
});

describe('a slow endpoint', () => {
  const slow = (minutes: number, p95Ms?: number) => ({
    mark: mark({ slowAtMs: at(minutes), slowSinceMs: at(minutes) }),
    p95Ms,
  });

  it('is told of by the percentile, once and once a day', () => {
    const looks = Array.from({ length: 49 }, (_, index): [number, Partial<Seen>] => [
      index * 30,
      slow(index * 30, 5_000),
    ]);
    expect(told(looks)).toEqual([
      [0, 'endpoint.slow', 0, { p95Ms: 5_000, slowAboveMs: 5_000 }],
      [24 * 60, 'endpoint.slow', 1, { p95Ms: 5_000, slowAboveMs: 5_000 }],
    ]);
    expect(
      told([
        [0, slow(0, 4_999)],
        [40, slow(40, 4_999)],
      ]),
    ).toEqual([]);
  });

  it('without enough attempts is told of by how long it has taken the slow lane', () => {
    expect(
      kinds([
        [0, slow(0)],
        [29, slow(29)],
      ]),
    ).toEqual([]);
    expect(
      kinds([
        [0, slow(0)],
        [30, slow(30)],
      ]),
    ).toEqual([[30, 'endpoint.slow', 0]]);
    // An hour without a slow request ends it.
    expect(
      kinds([
        [0, slow(0)],
        [60, slow(60)],
      ]),
    ).toEqual([]);
    expect(
      kinds([
        [0, slow(0)],
        [60, {}],
        [70, slow(70)],
      ]),
    ).toEqual([]);
  });
});

describe('a certificate that expires', () => {
  const expiresAtMs = NOON_MS + 40 * DAY_MS;
  const days = (some: number) => (40 - some) * 24 * 60;
  const seen = (ms = expiresAtMs) => ({ mark: mark({ receiverExpiresAtMs: ms }) });

  it('is told of 30, 14 and 3 days before, each once', () => {
    const looks = Array.from({ length: 41 }, (_, day): [number, Partial<Seen>] => [
      day * 24 * 60,
      day * DAY_MS + 30 * DAY_MS >= 40 * DAY_MS ? seen() : {},
    ]);
    expect(told(looks).map(([minutes, kind, , facts]) => [minutes, kind, facts])).toEqual(
      [30, 14, 3].map((some) => [
        days(some),
        'certificate.expiring',
        {
          certificate: 'receiver',
          expiresAt: new Date(expiresAtMs).toISOString(),
          seenAt: new Date(at(days(some))).toISOString(),
          days: some,
        },
      ]),
    );
  });

  it('is told of as it is when it is seen late, and not when it was renewed', () => {
    expect(told([[days(2), seen()]])[0]?.[3]).toMatchObject({ days: 3 });
    const renewed = seen(expiresAtMs + 90 * DAY_MS);
    expect(
      kinds([
        [days(20), seen()],
        [days(15), renewed],
        [days(10), {}],
        [days(1), {}],
      ]),
    ).toEqual([[days(20), 'certificate.expiring', 0]]);
    // Of two nodes one was renewed, and the other is still there.
    expect(
      told([
        [days(20), seen()],
        [days(15), renewed],
        [days(10), seen()],
        [days(9), renewed],
        [days(2), {}],
      ]).map(([minutes]) => minutes),
    ).toEqual([days(20), days(10)]);
    const next = seen(expiresAtMs + 10 * DAY_MS);
    expect(
      kinds([
        [days(14), seen()],
        [days(13), next],
        // The one before has expired.
        [days(-1), next],
        [days(-2), next],
        [days(-8), next],
      ]).map(([minutes]) => minutes),
    ).toEqual([days(14), days(-1), days(-8)]);
  });

  it('is told of without another connection, at the days that it asks to be looked at', () => {
    const seenAt = new Date(at(days(20))).toISOString();
    const health = fine;
    let step = follow({}, { health, slowAboveMs: 5_000, ...seen() }, at(days(20)));
    const asked: unknown[] = [];
    for (let nth = 0; nth < 3 && step.after && step.lookAtMs !== undefined; nth++) {
      const nowMs = step.lookAtMs;
      step = follow(step.after, { health, mark: undefined, slowAboveMs: 5_000 }, nowMs);
      asked.push([nowMs, step.told.map(({ facts }) => [facts.days, facts.seenAt])]);
    }
    expect(asked).toEqual([
      [at(days(14)), [[14, seenAt]]],
      [at(days(3)), [[3, seenAt]]],
      [expiresAtMs + DAY_MS + 1, []],
    ]);
    expect(step.after).toBeUndefined();
  });

  it('of one of several nodes is told of as one, whichever answers', () => {
    const looks = Array.from({ length: 90 }, (_, index): [number, Partial<Seen>] => [
      days(30) + index * 8 * 60,
      seen(expiresAtMs + (index % 3) * 60 * MINUTE_MS),
    ]);
    expect(told(looks).map(([, , , facts]) => Object(facts).days)).toEqual([30, 14, 3]);
    const expired = Array.from({ length: 20 }, (_, index): [number, Partial<Seen>] => [
      days(0) + 60 + index,
      seen(expiresAtMs + (index % 2 === 0 ? 0 : 12 * DAY_MS)),
    ]);
    expect(told(expired).map(([, , , facts]) => Object(facts).days)).toEqual([3, 14]);
  });

  it('of ours is told of beside the receiver’s', () => {
    const both = mark({ receiverExpiresAtMs: at(60), clientExpiresAtMs: at(60) });
    const facts = told([[0, { mark: both }]]).map(([, , , one]) => Object(one).certificate);
    expect(facts).toEqual(['receiver', 'client']);
  });
});

it('what is over leaves nothing behind', () => {
  const seen = { health: fine, mark: undefined, slowAboveMs: 5_000 };
  const all: Followed = {
    trouble: {
      kind: 'endpoint.failing',
      sinceMs: at(0),
      toldAtMs: at(0),
      reminders: 0,
      fineSinceMs: at(0),
    },
    deaths: { count: 0, sinceMs: at(0), lastAtMs: at(0), toldAtMs: at(0) },
    slowness: { sinceMs: at(0), lastAtMs: at(0), reminders: 0 },
    certificates: { client: { expiresAtMs: at(0), toldDays: 3 } },
  };
  expect(follow(all, seen, NOON_MS + 2 * DAY_MS + HOUR_MS).after).toBeUndefined();
});
