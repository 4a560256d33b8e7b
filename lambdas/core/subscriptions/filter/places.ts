// The places in arrays that values of one path lie in, as the tree of elements that they form.
import type { Steps } from '../../steps.ts';
import { OUTSIDE, type Place } from './data.ts';

export class Places {
  readonly #own = new Set<Place>();
  readonly #linked = new Set<Place>();
  /** By element, the next ones in it that hold a value or lead to one. */
  readonly #inside = new Map<Place, Place[]>();

  get hasOutside(): boolean {
    return this.#own.has(OUTSIDE);
  }

  add(place: Place, steps: Steps): void {
    steps.take();
    this.#own.add(place);
    for (let at = place; at.around && !this.#linked.has(at); at = at.around) {
      steps.take();
      this.#linked.add(at);
      const siblings = this.#inside.get(at.around);
      if (siblings) siblings.push(at);
      else this.#inside.set(at.around, [at]);
    }
  }

  /** Whether a value lies in the element itself, or in one around it: choosing it chooses nothing more. */
  holdsAround(chosen: Place, steps: Steps): boolean {
    for (let at: Place | undefined = chosen; at; at = at.around) {
      steps.take();
      if (this.#own.has(at)) return true;
    }
    return false;
  }

  holdsInside(chosen: Place): boolean {
    return this.#inside.has(chosen);
  }

  /** The elements within one that hold a value. */
  *inside(chosen: Place, steps: Steps): Generator<Place> {
    for (const next of this.#inside.get(chosen) ?? []) {
      steps.take();
      if (this.#own.has(next)) yield next;
      yield* this.inside(next, steps);
    }
  }
}
