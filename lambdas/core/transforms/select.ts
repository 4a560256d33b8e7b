// What names, wildcards and filters choose of a value.
import { Sequence, sequenceOf } from './sequence.ts';
import type { Evaluate, Expression, Setting } from './syntax/expression.ts';
import { isNumber, isObject, isTrue } from './values.ts';
import type { Work } from './work.ts';

/** A member of an object, or that of each object in an array. Only own members: `constructor` is a name as any other. */
export function memberOf(value: unknown, name: string, work: Work): unknown {
  if (Array.isArray(value)) {
    const found = new Sequence();
    for (const one of value) {
      work.take();
      const member = memberOf(one, name, work);
      if (Array.isArray(member)) for (const each of member) keep(found, each, work);
      else if (member !== undefined) keep(found, member, work);
    }
    return found;
  }
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

export function membersOf(value: unknown, work: Work): unknown {
  if (typeof value !== 'object' || value === null) return new Sequence();
  const members = Object.values(value);
  const found: unknown[] = members.some(Array.isArray) ? [] : new Sequence();
  for (const member of members) {
    work.take();
    if (Array.isArray(member)) flat(member, work, found);
    else found.push(member);
  }
  return found;
}

function flat(values: readonly unknown[], work: Work, into: unknown[]): void {
  for (const value of values) {
    work.take();
    if (Array.isArray(value)) flat(value, work, into);
    else into.push(value);
  }
}

/** The value itself, and all that is in it, but for arrays. Data is nested no deeper than the API accepts. */
export function descendantsOf(value: unknown, work: Work): unknown {
  const found = new Sequence();
  const descend = (one: unknown): void => {
    work.take();
    const isList = Array.isArray(one);
    if (!isList) found.push(one);
    if (isList || isObject(one)) for (const inner of Object.values(one)) descend(inner);
  };
  if (value !== undefined) descend(value);
  return found.length === 1 ? found[0] : found;
}

/** One list of all; nothing adds nothing, and one alone stays what it is. */
export function together(all: readonly unknown[], work: Work): unknown {
  const there = all.filter((one) => one !== undefined);
  if (there.length < 2) return there[0];
  const list: unknown[] = [];
  for (const values of there) add(list, values, work);
  return list;
}

/** A value, or each of an array, at the end of a list. */
export function add(list: unknown[], values: unknown, work: Work): void {
  if (!Array.isArray(values)) keep(list, values, work);
  else for (const value of values) keep(list, value, work);
}

function keep(list: unknown[], value: unknown, work: Work): void {
  work.take();
  list.push(value);
}

/** The values that a predicate holds for, or that stand at the places which it gives. */
export function filtered(
  predicate: Expression,
  value: unknown,
  evaluate: Evaluate,
  setting: Setting,
): unknown {
  const { work } = setting;
  const values: readonly unknown[] = Array.isArray(value) ? value : sequenceOf(value);
  const found = new Sequence();
  if (predicate.kind === 'literal' && typeof predicate.value === 'number') {
    const chosen = values[placeIn(values, predicate.value)];
    if (Array.isArray(chosen)) return chosen;
    if (chosen !== undefined) found.push(chosen);
    return found;
  }
  for (const [index, one] of values.entries()) {
    const verdict = evaluate(predicate, one, setting);
    const places = placesIn(verdict, work);
    if (places === undefined) {
      if (isTrue(verdict, work)) keep(found, one, work);
      continue;
    }
    for (const place of places) {
      work.take();
      if (placeIn(values, place) === index) keep(found, one, work);
    }
  }
  return found;
}

function placesIn(verdict: unknown, work: Work): readonly number[] | undefined {
  if (isNumber(verdict)) return [verdict];
  if (!Array.isArray(verdict)) return undefined;
  work.take(verdict.length);
  return verdict.every((one) => isNumber(one)) ? verdict : undefined;
}

/** Negative places count from the end. */
function placeIn(values: readonly unknown[], place: number): number {
  const index = Math.floor(place);
  return index < 0 ? values.length + index : index;
}
