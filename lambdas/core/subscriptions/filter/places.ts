// The places in arrays that values of one path lie in, found by the elements that were chosen already.
import type { Place } from './data.ts';

export interface Elements {
  /** Whether a value lies in no array of objects. */
  readonly hasOutside: boolean;
  readonly arrays: ReadonlySet<number>;
  /** The places that may be consistent with the chosen ones: all that are, and few others. */
  near(chosen: Place): readonly Place[];
}

export function placesOf(all: readonly Place[]): Elements {
  const byText = new Map(all.map((place) => [place.join(), place]));
  const byElement = new Map<string, Place[]>();
  const arrays = new Set<number>();
  for (const place of byText.values()) {
    for (const [array, index] of pairs(place)) {
      arrays.add(array);
      const element = `${array},${index}`;
      const there = byElement.get(element);
      if (there) there.push(place);
      else byElement.set(element, [place]);
    }
  }
  const distinct = [...byText.values()];
  return {
    hasOutside: byText.has(''),
    arrays,
    near(chosen) {
      // Arrays of one path lie in each other, so those that were chosen form a chain.
      const chain = [...pairs(chosen)].filter(([array]) => arrays.has(array));
      const deepest = chain.at(-1);
      if (!deepest) return distinct;
      const shallower = chain.flatMap((_, depth) => {
        const place = byText.get(chain.slice(0, depth).flat().join());
        return place ? [place] : [];
      });
      return [...shallower, ...(byElement.get(deepest.join()) ?? [])];
    },
  };
}

/** Whether two places do not lie in different elements of an array. */
export function isConsistent(place: Place, chosen: Place): boolean {
  const wanted = new Map(pairs(chosen));
  return [...pairs(place)].every(([array, index]) => (wanted.get(array) ?? index) === index);
}

/** Both, by array: arrays are numbered from the outside to the inside. */
export function merged(chosen: Place, place: Place): Place {
  const all = new Map([...pairs(chosen), ...pairs(place)]);
  return [...all].toSorted(([one], [other]) => one - other).flat();
}

function* pairs(place: Place): Generator<[number, number]> {
  for (let at = 0; at + 1 < place.length; at += 2) {
    yield [place[at] ?? 0, place[at + 1] ?? 0];
  }
}
