// Arrays as JSONata tells them apart: what a path gives, an array that an expression wrote, and an array of the data.

/** What a path or filter gives: with one value it counts as that value, without any as nothing. */
export class Sequence extends Array<unknown> {
  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }
  /** Private, so that it is no member where the members of a list are taken. */
  #keepsSingle = false;

  get keepsSingle(): boolean {
    return this.#keepsSingle;
  }

  keepSingle(): void {
    this.#keepsSingle = true;
  }
}

/** Written with brackets at an end of a path: one value of it, which is not flattened into it. */
export class WholeArray extends Array<unknown> {
  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }
}

export function sequenceOf(value: unknown): Sequence {
  const sequence = new Sequence();
  sequence.push(value);
  return sequence;
}

export const isSequence = (value: unknown): value is Sequence => value instanceof Sequence;

/** What a result counts as. */
export function unwrapped(result: unknown, keepsArray: boolean): unknown {
  if (!isSequence(result)) return result;
  if (keepsArray) result.keepSingle();
  if (result.length === 0) return undefined;
  return result.length === 1 && !result.keepsSingle ? result[0] : result;
}
