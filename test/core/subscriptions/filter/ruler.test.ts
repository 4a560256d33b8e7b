// Ours against the recorded verdicts of event-ruler: see ruler/README.md.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { indexData } from '../../../../lambdas/core/subscriptions/filter/data.ts';
import {
  type FilterPattern,
  readFilter,
} from '../../../../lambdas/core/subscriptions/filter/filter.ts';
import { matchesFilter } from '../../../../lambdas/core/subscriptions/filter/match.ts';
import { filterSteps } from '../../../../lambdas/core/subscriptions/targets.ts';

interface Recorded {
  readonly events: readonly unknown[];
  readonly cases: readonly { readonly pattern: FilterPattern; readonly verdicts: string }[];
}
const recorded: Recorded = JSON.parse(
  readFileSync(new URL('recorded/event-ruler.json', import.meta.url), 'utf8'),
);

test('each recorded filter is refused, or matches the events, as event-ruler decided', () => {
  const events = recorded.events.map(indexData);
  const differing = recorded.cases.filter(({ pattern, verdicts }) => {
    const faults: string[] = [];
    const filter = readFilter(pattern, (_, message) => faults.push(message));
    if (faults.length > 0) return verdicts !== 'refused';
    const ours = events.map((event) => (matchesFilter(filter, event, filterSteps()) ? '1' : '0'));
    return ours.join('') !== verdicts;
  });
  expect(differing).toEqual([]);
});

test('the recorded verdicts are several thousand of each kind', () => {
  const digits = recorded.cases
    .map(({ verdicts }) => verdicts)
    .filter((text) => text !== 'refused');
  const count = (digit: string): number => digits.join('').split(digit).length - 1;
  expect(count('1')).toBeGreaterThan(5_000);
  expect(count('0')).toBeGreaterThan(50_000);
  expect(recorded.cases.length - digits.length).toBeGreaterThan(100);
});
