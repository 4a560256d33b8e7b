// Object constructors: the values of an array are grouped by their keys, and each group gives one member.
import { TransformFailure } from './failure.ts';
import { together } from './select.ts';
import type { Evaluate, Expression, Setting } from './syntax/expression.ts';
import { newObject } from './values.ts';

interface Group {
  readonly pair: number;
  readonly values: unknown[];
}

export function grouped(
  pairs: readonly (readonly [key: Expression, value: Expression])[],
  input: unknown,
  evaluate: Evaluate,
  setting: Setting,
): unknown {
  const { work } = setting;
  const all: readonly unknown[] = Array.isArray(input) ? input : [input];
  const groups = new Map<string, Group>();
  for (const value of all.length === 0 ? [undefined] : all) {
    for (const [pair, [keyOf]] of pairs.entries()) {
      work.take();
      const key = evaluate(keyOf, value, setting);
      if (key === undefined) continue;
      if (typeof key !== 'string') throw new TransformFailure('the key of an object is no string');
      work.takeText(key.length);
      const group = groups.get(key);
      if (!group) groups.set(key, { pair, values: [value] });
      else if (group.pair !== pair) {
        throw new TransformFailure('two members of an object have the same key');
      } else group.values.push(value);
    }
  }
  const result = newObject();
  for (const [key, { pair, values }] of groups) {
    const made = pairs[pair]?.[1];
    const value = made && evaluate(made, together(values, work), setting);
    if (value === undefined) continue;
    work.take();
    result[key] = value;
  }
  return result;
}
