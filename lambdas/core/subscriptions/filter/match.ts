// Whether an event's data passes a content filter, as event-ruler decides it: the conditions of one
// branch must hold together, and of each array no two of them in different elements.
import type { Steps } from '../../steps.ts';
import { type DataNode, fieldsAt, OUTSIDE, type Place } from './data.ts';
import type { Condition, Filter } from './filter.ts';
import { Places } from './places.ts';

/** @throws OverBudgetError */
export function matchesFilter(filter: Filter, data: DataNode, steps: Steps): boolean {
  const find = createFinder(data, steps);
  return filter.branches.some((branch) => matchesBranch(branch, find, steps));
}

/** Where the values of a condition's path lie. */
interface Found {
  readonly isEmpty: boolean;
  /** Of the values that pass. */
  readonly passing: Places | undefined;
  /** Of all values, where an absence would do too. */
  readonly present: Places | undefined;
}

/** Evaluates each condition once, however many branches share it. */
export function createFinder(data: DataNode, steps: Steps): (condition: Condition) => Found {
  const known = new Map<Condition, Found>();
  return (condition) => {
    steps.take();
    let found = known.get(condition);
    if (!found) {
      found = foundOf(condition, data, steps);
      known.set(condition, found);
    }
    return found;
  };
}

function foundOf({ path, test, allowsAbsence }: Condition, data: DataNode, steps: Steps): Found {
  const fields = fieldsAt(data, path);
  let passing: Places | undefined;
  const present = allowsAbsence && fields.length > 0 ? new Places() : undefined;
  for (const field of fields) {
    steps.take();
    present?.add(field.place, steps);
    if (!test(field, steps)) continue;
    passing ??= new Places();
    passing.add(field.place, steps);
  }
  return { isEmpty: fields.length === 0, passing, present };
}

/** A condition that arrays may bind to others. */
interface Open extends Found {
  /** How many segments its path shares with the path of the condition before. */
  readonly shared: number;
}

function matchesBranch(
  branch: readonly Condition[],
  find: (condition: Condition) => Found,
  steps: Steps,
): boolean {
  const kept: { readonly path: readonly string[]; readonly found: Found }[] = [];
  for (const condition of branch) {
    const found = find(condition);
    if (!found.passing && !condition.allowsAbsence) return false;
    if (!found.isEmpty) kept.push({ path: condition.path, found });
  }
  // A choice that binds nothing is the best one, but for an absence that holds in some elements only.
  const mayBind = kept.some(({ found }) => found.present)
    ? kept
    : kept.filter(({ found }) => !found.passing?.hasOutside);
  const open = mayBind.map(({ path, found }, index) => ({
    ...found,
    shared: sharedSegments(mayBind[index - 1]?.path ?? [], path),
  }));
  return canChoose(open, steps);
}

function sharedSegments(one: readonly string[], other: readonly string[]): number {
  let shared = 0;
  while (shared < one.length && one[shared] === other[shared]) shared++;
  return shared;
}

/**
 * Looks for one value of each condition such that all lie in the same elements. Conditions are sorted by path, so
 * that those with a common beginning are neighbours: of what was chosen, later ones see only the elements of the
 * arrays on their own path, which are nested, and the innermost of them stands for all. What led nowhere from there
 * is remembered, so that the work grows with the number of elements and not with a product of lengths.
 */
function canChoose(open: readonly Open[], steps: Steps): boolean {
  const failed = open.map(() => new Set<Place>());
  const search = (index: number, chosen: Place): boolean => {
    const condition = open[index];
    const known = failed[index];
    if (!condition || !known) return true;
    const { passing, present, shared } = condition;
    let still = chosen;
    for (; still.depth > shared && still.around; still = still.around) steps.take();
    steps.take();
    if (known.has(still)) return false;
    known.add(still);
    const isAbsent = present && !present.holdsInside(still) && !present.holdsAround(still, steps);
    const bindsNothing = isAbsent || passing?.holdsAround(still, steps);
    if (bindsNothing && search(index + 1, still)) return true;
    for (const place of passing?.inside(still, steps) ?? []) {
      if (search(index + 1, place)) return true;
    }
    return false;
  };
  return search(0, OUTSIDE);
}
