// Why an event's data does not pass a content filter: the conditions that fail, by their path in the filter.

import { type Fault, pointer } from '../../problem.ts';
import type { Steps } from '../../steps.ts';
import type { DataNode } from './data.ts';
import type { Condition, Filter } from './filter.ts';
import { createFinder, matchesFilter } from './match.ts';

/** More of them help nobody. */
const MAX_FAILURES = 100;

/**
 * Empty if the data passes. Of the alternatives of `$or`, those are named that come closest.
 * @throws OverBudgetError
 */
export function failuresOf(filter: Filter, data: DataNode, steps: Steps): Fault[] {
  if (matchesFilter(filter, data, steps)) return [];
  const find = createFinder(data, steps);
  const failureOf = (condition: Condition): Fault[] => {
    const { isEmpty, passing } = find(condition);
    if (passing || (isEmpty && condition.allowsAbsence)) return [];
    const message = isEmpty ? 'has no value in the data' : 'matches no value in the data';
    return [{ path: pointer(condition.source), message }];
  };
  const byBranch = filter.branches.map((branch) => branch.flatMap(failureOf));
  const fewest = Math.min(...byBranch.map((failures) => failures.length));
  if (fewest === 0) {
    return [{ path: '', message: 'each condition holds, but in different elements of an array' }];
  }
  const closest = byBranch.filter((failures) => failures.length === fewest).flat();
  return [...new Map(closest.map((fault) => [fault.path, fault])).values()].slice(0, MAX_FAILURES);
}
