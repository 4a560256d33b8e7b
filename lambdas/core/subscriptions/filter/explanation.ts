// Why an event's data does not pass a content filter: the conditions that fail, by their path in the filter.

import { type Fault, pointer } from '../../problem.ts';
import { type DataNode, fieldsAt } from './data.ts';
import type { Condition, Filter } from './filter.ts';
import { matchesFilter } from './match.ts';

/** More of them help nobody. */
const MAX_FAILURES = 100;

/** Empty if the data passes. Of the alternatives of `$or`, those are named that come closest. */
export function failuresOf(filter: Filter, data: DataNode): Fault[] {
  if (matchesFilter(filter, data)) return [];
  const byBranch = filter.branches.map((branch) =>
    branch.flatMap((condition) => failureOf(condition, data) ?? []),
  );
  const fewest = Math.min(...byBranch.map((failures) => failures.length));
  if (fewest === 0) {
    return [{ path: '', message: 'each condition holds, but in different elements of an array' }];
  }
  const closest = byBranch.filter((failures) => failures.length === fewest).flat();
  return [...new Map(closest.map((fault) => [fault.path, fault])).values()].slice(0, MAX_FAILURES);
}

function failureOf({ path, source, test, allowsAbsence }: Condition, data: DataNode) {
  const fields = fieldsAt(data, path);
  const at = pointer(source);
  if (fields.length === 0) {
    return allowsAbsence ? undefined : { path: at, message: 'has no value in the data' };
  }
  if (fields.some(({ value }) => test(value))) return undefined;
  return { path: at, message: 'matches no value in the data' };
}
