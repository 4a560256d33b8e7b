// Rollups of an hour, against counts made in another way: by filtering lines.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CountedRollup,
  HourCount,
  leadersOf,
  type Whose,
} from '../../../lambdas/core/analytics/counting.ts';
import { totalIn } from '../../../lambdas/core/analytics/histogram.ts';
import { isAttempt, isEnd, type Line } from '../../../lambdas/core/analytics/line.ts';
import { attemptsIn, endsIn, isApart } from '../../../lambdas/core/analytics/rollup.ts';
import { CAUSES } from '../../../lambdas/core/retries/cause.ts';
import { NOON_MS } from '../../builders/events.ts';

const anyLine: fc.Arbitrary<Line> = fc
  .record({
    tenant: fc.constantFrom('acme', 'bolt', 'gone'),
    environment: fc.constantFrom('live' as const, 'test' as const),
    endpoint: fc.constantFrom('ep_1', 'ep_2', 'ep_3'),
    event: fc.constantFrom('evt_1', 'evt_2', 'evt_3', 'evt_4'),
    attempt: fc.integer({ min: 1, max: 4 }),
    run: fc.integer({ min: 1, max: 2 }),
    cause: fc.constantFrom(...CAUSES),
    outcome: fc.constantFrom('http_200', 'http_500', 'timeout_response'),
    ms: fc.nat({ max: 30_000 }),
    end: fc.constantFrom('delivered' as const, 'dead' as const, undefined),
    replay: fc.constantFrom(true as const, undefined),
  })
  .map(({ end, replay, attempt, event, ms, ...line }) => {
    const at = NOON_MS + attempt * 1_000;
    return {
      ...line,
      // Each event has one type.
      type: `type.${event.slice(-1)}`,
      event,
      attempt,
      attemptInRun: attempt,
      accepted: NOON_MS,
      at,
      ms,
      ...(replay && { replay }),
      ...(end && { end, endedAt: at + ms, attempts: attempt }),
    };
  });

const anyLines = fc.array(anyLine, { maxLength: 60 });

function rollupsOf(lines: readonly Line[]): Map<Whose, CountedRollup> {
  const hour = new HourCount();
  for (const line of lines) hour.take(line);
  hour.settle(() => true);
  return hour.rollups((tenant) => tenant !== 'gone');
}

/** The lines that count, by a way of their own: the one that ended first of each attempt, and of each end. */
function firsts<T extends Line>(
  lines: readonly T[],
  keyOf: (line: T) => string,
  momentOf: (line: T) => number,
): T[] {
  const groups = Map.groupBy(lines, keyOf);
  return [...groups.values()].flatMap((group) => {
    const earliest = Math.min(...group.map(momentOf));
    return group.filter((line) => momentOf(line) === earliest).slice(0, 1);
  });
}

/** Every attempt of a run that a replay opened is the replay's. */
const countsAs = ({ cause, replay }: Pick<Line, 'cause' | 'replay'>) =>
  replay && cause !== 'probe' ? 'replay' : cause;

const placeOf = ({ environment, tenant, endpoint, event }: Line) =>
  `${environment} ${tenant} ${endpoint} ${event}`;
const contains = (whose: Whose, line: Line): boolean =>
  whose.environment === line.environment &&
  (whose.kind === 'stack' || whose.tenant === line.tenant) &&
  (whose.kind !== 'endpoint' || whose.endpoint === line.endpoint) &&
  (whose.kind !== 'type' || whose.type === line.type);

describe('the rollups of an hour', () => {
  it('have each attempt and each end once, by outcome and cause', () => {
    fc.assert(
      fc.property(anyLines, (lines) => {
        const there = lines.filter(({ tenant }) => tenant !== 'gone');
        const attempts = firsts(
          there.filter(isAttempt),
          (one) => `${placeOf(one)} ${one.attempt}`,
          ({ at, ms }) => at + ms,
        );
        const ends = firsts(
          there.filter(isEnd),
          (one) => `${placeOf(one)} ${one.run} ${one.end}`,
          ({ endedAt }) => endedAt,
        );
        for (const [whose, rollup] of rollupsOf(lines)) {
          const own = attempts.filter((line) => contains(whose, line));
          for (const cause of CAUSES) {
            for (const outcome of new Set(own.map(({ outcome }) => outcome))) {
              const expected = own.filter(
                (one) => countsAs(one) === cause && one.outcome === outcome,
              );
              expect(rollup.outcomes[outcome]?.by[cause] ?? 0).toBe(expected.length);
            }
          }
          const counted = own.filter(({ cause, replay }) => !replay && !isApart(cause));
          const [all, successes] = attemptsIn(rollup);
          expect([all, successes]).toEqual([
            counted.length,
            counted.filter(({ outcome }) => outcome === 'http_200').length,
          ]);
          const tries = Object.values(rollup.tries);
          expect(tries.reduce((sum, [made]) => sum + made, 0)).toBe(counted.length);
          expect(totalIn(rollup.ok) + totalIn(rollup.failed)).toBe(counted.length);
          expect(rollup.okMs + rollup.failedMs).toBe(counted.reduce((sum, { ms }) => sum + ms, 0));
          const ended = ends.filter((line) => contains(whose, line));
          for (const state of ['delivered', 'dead']) {
            const expected = ended.filter(({ end, replay }) => end === state && !replay);
            expect(endsIn(rollup, state)).toBe(expected.length);
            const replayed = ended.filter(({ end, replay }) => end === state && replay);
            expect(endsIn({ ends: rollup.replayed }, state)).toBe(replayed.length);
          }
          const slots = Object.values(rollup.slots);
          expect(slots.reduce((sum, [made]) => sum + made, 0)).toBe(counted.length);
        }
      }),
    );
  });

  it('are the same whatever repeats', () => {
    fc.assert(
      fc.property(anyLines, fc.array(fc.nat()), (lines, repeats) => {
        const again = repeats.flatMap((index) => lines[index % (lines.length || 1)] ?? []);
        expect(rollupsOf([...lines, ...again])).toEqual(rollupsOf(lines));
      }),
    );
  });

  it('lead with the endpoint that failed most', () => {
    fc.assert(
      fc.property(anyLines, (lines) => {
        const rollups = rollupsOf(lines);
        const failures = [...rollups].flatMap(([whose, rollup]) => {
          const [all, successes] = attemptsIn(rollup);
          return whose.kind === 'endpoint' && all > successes ? [all - successes] : [];
        });
        const { byFailures } = leadersOf(rollups);
        expect(byFailures.map((one) => one.failures)).toEqual(failures.sort((a, b) => b - a));
      }),
    );
  });
});
