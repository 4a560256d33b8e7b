import { describe, expect, it } from 'vitest';
import { comingOf, groupsOf } from '../../../web/src/deliveries/coming.ts';

const DAY_MS = 86_400_000;
const START = Date.parse('2026-12-01T00:00:00Z');
const from = { firstAt: START, made: 0, outcome: 'http_503', deadlineAt: START + 40 * DAY_MS };

describe('the coming attempts', () => {
  it('of forty-days are 67, the last after 39.25 days, and then it is dead', () => {
    const coming = comingOf('forty-days', from);
    expect(coming.at).toHaveLength(67);
    expect(((coming.at.at(-1) ?? 0) - START) / DAY_MS).toBeCloseTo(39.25, 1);
    expect(coming).toMatchObject({ deadAt: coming.at.at(-1), reason: 'attempts' });
  });

  it('begin after those that were made', () => {
    expect(comingOf('forty-days', { ...from, made: 7 }).at).toHaveLength(60);
  });

  it('end at the deadline', () => {
    const deadlineAt = START + 2 * DAY_MS;
    const coming = comingOf('forty-days', { ...from, deadlineAt });
    expect(coming).toMatchObject({ deadAt: deadlineAt, reason: 'deadline' });
    expect(Math.max(...coming.at)).toBeLessThanOrEqual(deadlineAt);
  });

  it('are none for an outcome that the policy does not retry', () => {
    expect(comingOf('idnow', { ...from, outcome: 'http_404' })).toMatchObject({
      at: [START],
      reason: 'final_outcome',
    });
    expect(comingOf('none', from).at).toEqual([START]);
  });

  it('are told in groups of the same interval', () => {
    const groups = groupsOf(comingOf('forty-days', { ...from, made: 7 }));
    expect(groups.map(({ words, count }) => [words, count])).toEqual([
      ['Next', 1],
      ['Every hour', 5],
      ['Every 6 hours', 20],
      ['Every day', 34],
    ]);
  });
});
