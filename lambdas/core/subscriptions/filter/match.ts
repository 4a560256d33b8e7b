// Whether an event's data passes a content filter, as event-ruler decides it: the conditions of one
// branch must hold together, and of each array no two of them in different elements.

import { type DataNode, fieldsAt, type Place } from './data.ts';
import type { Condition, Filter } from './filter.ts';
import { type Elements, isConsistent, merged, placesOf } from './places.ts';

export function matchesFilter(filter: Filter, data: DataNode): boolean {
  return filter.branches.some((branch) => matchesBranch(branch, data));
}

/** A condition that arrays may tie to others. */
interface Open {
  /** Of the values that pass. */
  readonly passing: Elements;
  /** Of all values, where an absence would do too. */
  readonly present: Elements | undefined;
}

function matchesBranch(branch: readonly Condition[], data: DataNode): boolean {
  const open: Open[] = [];
  for (const { path, test, allowsAbsence } of branch) {
    const fields = fieldsAt(data, path);
    if (fields.length === 0) {
      if (allowsAbsence) continue;
      return false;
    }
    const passing = fields.filter(({ value }) => test(value)).map(({ place }) => place);
    if (passing.length === 0 && !allowsAbsence) return false;
    const places = fields.map(({ place }) => place);
    open.push({
      passing: placesOf(passing),
      present: allowsAbsence ? placesOf(places) : undefined,
    });
  }
  const isOutside = ({ passing, present }: Open): boolean => passing.hasOutside && !present;
  // Without arrays of objects there is nothing to choose.
  if (open.every(isOutside)) return true;
  return canChoose(open);
}

/**
 * Looks for one value of each condition such that all lie in the same elements. What was chosen counts
 * only as far as later conditions look into the same arrays; choices that led nowhere are remembered by
 * it. So the work grows with the number of elements, not with the product of the arrays' lengths.
 */
function canChoose(open: readonly Open[]): boolean {
  const lastUse = new Map<number, number>();
  for (const [index, { passing, present }] of open.entries()) {
    for (const array of (present ?? passing).arrays) lastUse.set(array, index);
  }
  const failed = new Set<string>();
  const search = (index: number, chosen: Place): boolean => {
    const condition = open[index];
    if (!condition) return true;
    const still = chosen.filter((_, at) => {
      const array = chosen[at - (at % 2)];
      return array !== undefined && (lastUse.get(array) ?? -1) >= index;
    });
    const key = `${index}:${still.join()}`;
    if (failed.has(key)) return false;
    const { passing, present } = condition;
    if (present && !present.near(still).some((place) => isConsistent(place, still))) {
      if (search(index + 1, still)) return true;
    }
    for (const place of passing.near(still)) {
      if (isConsistent(place, still) && search(index + 1, merged(still, place))) return true;
    }
    failed.add(key);
    return false;
  };
  return search(0, []);
}
