// The functions on arrays: https://docs.jsonata.org/array-functions
import { TransformFailure } from '../failure.ts';
import { add, together } from '../select.ts';
import { isSequence, Sequence } from '../sequence.ts';
import { areEqual } from '../values.ts';
import type { Work } from '../work.ts';
import type { Declared } from './signature.ts';
import { kindOf } from './signature.ts';

const LIST = { kinds: ['array'] } as const;
type List = readonly unknown[];

export const ON_ARRAYS = {
  count: { parameters: [LIST], run: ([list]: readonly [List?]) => list?.length ?? 0 },
  append: {
    parameters: [{}, {}],
    run: (both: readonly [unknown, unknown], work) => together(both, work),
  },
  reverse: {
    parameters: [LIST],
    run: ([list]: readonly [List?], work) => {
      if (!list || list.length < 2) return list;
      work.take(list.length);
      return [...list].reverse();
    },
  },
  distinct: {
    parameters: [{}],
    run: ([list]: readonly [unknown], work) => {
      if (!Array.isArray(list) || list.length < 2) return list;
      const kept: unknown[] = isSequence(list) ? new Sequence() : [];
      const texts = new Set<unknown>();
      const others: unknown[] = [];
      for (const one of list) {
        work.take();
        if (typeof one === 'object' && one !== null) {
          if (others.some((other) => areEqual(one, other, work))) continue;
          others.push(one);
        } else {
          if (typeof one === 'string') work.takeText(one.length);
          if (texts.has(one)) continue;
          texts.add(one);
        }
        kept.push(one);
      }
      return kept;
    },
  },
  sort: {
    parameters: [LIST],
    run: ([list]: readonly [List?], work) => (list && list.length > 1 ? sorted(list, work) : list),
  },
  zip: {
    parameters: [LIST, LIST],
    run: ([one, other]: readonly [List?, List?], work) => {
      const length = Math.min(one?.length ?? 0, other?.length ?? 0);
      work.take(2 * length);
      return Array.from({ length }, (_, at) => [one?.[at], other?.[at]]);
    },
  },
} as const satisfies Readonly<Record<string, Declared>>;

/** All numbers or all strings, smallest first. */
function sorted(list: List, work: Work): List {
  const kinds = new Set(list.map(kindOf));
  if (kinds.size !== 1 || !(kinds.has('number') || kinds.has('string'))) {
    throw new TransformFailure('$sort takes an array of numbers, or one of strings');
  }
  const values = list as readonly (number | string)[]; // of one kind
  work.take(values.length * Math.ceil(Math.log2(values.length)));
  for (const value of values) if (typeof value === 'string') work.takeText(value.length);
  const copy: (number | string)[] = [];
  add(copy, values, work);
  return copy.sort((one, other) => (one < other ? -1 : Number(one > other)));
}
