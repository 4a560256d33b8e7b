// The keywords of JSON Schema that look at the items of arrays.
import { canonical } from './equality.ts';
import { inPart, type Judge, type Keyword, type Place } from './evaluation.ts';

type Items = readonly unknown[];

const onArrays =
  (judge: (value: Items, place: Place) => boolean): Judge =>
  (value, place) =>
    !Array.isArray(value) || judge(value, place);

const schemasOf = (operand: unknown): Items => (Array.isArray(operand) ? operand : []);

/** Judges the items from one on, but for those that are left out. */
function judgeItems(
  judge: Judge,
  value: Items,
  place: Place,
  isLeftOut: (index: number) => boolean,
): boolean {
  let isValid = true;
  for (const [index, item] of value.entries()) {
    place.frame.steps.take();
    if (isLeftOut(index)) continue;
    isValid = inPart(judge, item, place, index) && isValid;
    if (place.frame.isFull) return false;
  }
  place.evaluated.itemsBefore = value.length;
  return isValid;
}

export const ON_ARRAYS: Readonly<Record<string, Keyword>> = {
  maxItems: (operand) =>
    onArrays(
      ({ length }, { at, frame }) =>
        length <= Number(operand) ||
        frame.report(at, `array has too many items (${length} > ${operand})`),
    ),
  minItems: (operand) =>
    onArrays(
      ({ length }, { at, frame }) =>
        length >= Number(operand) ||
        frame.report(at, `array has too few items (${length} < ${operand})`),
    ),

  prefixItems: (operand, { compile }) => {
    const judges = schemasOf(operand).map(compile);
    return onArrays((value, place) => {
      let isValid = true;
      place.frame.steps.take(judges.length);
      for (const [index, judge] of judges.entries()) {
        if (index >= value.length) break;
        isValid = inPart(judge, value[index], place, index) && isValid;
        if (place.frame.isFull) return false;
      }
      const before = Math.min(judges.length, value.length);
      place.evaluated.itemsBefore = Math.max(place.evaluated.itemsBefore, before);
      return isValid;
    });
  },

  items: (operand, { schema, compile }) => {
    const judge = compile(operand);
    const first = schemasOf(schema.prefixItems).length;
    return onArrays((value, place) => judgeItems(judge, value, place, (index) => index < first));
  },

  contains: (operand, { schema, compile }) => {
    const judge = compile(operand);
    const [least, most] = [Number(schema.minContains ?? 1), Number(schema.maxContains ?? Infinity)];
    return onArrays((value, place) => {
      const { at, frame, evaluated } = place;
      let found = 0;
      for (const [index, item] of value.entries()) {
        frame.steps.take();
        const trial = { at, frame: frame.trial(true), evaluated: evaluated.fresh() };
        if (!inPart(judge, item, trial, index)) continue;
        evaluated.items.add(index);
        found++;
      }
      if (found < least) {
        return frame.report(
          at,
          `array must contain at least ${least} matching items, not ${found}`,
        );
      }
      if (found <= most) return true;
      return frame.report(at, `array may contain at most ${most} matching items, not ${found}`);
    });
  },

  unevaluatedItems: (operand, { compile }) => {
    const judge = compile(operand);
    return onArrays((value, place) => {
      const { items, itemsBefore } = place.evaluated;
      const isEvaluated = (index: number): boolean => index < itemsBefore || items.has(index);
      return judgeItems(judge, value, place, isEvaluated);
    });
  },

  uniqueItems: (operand) =>
    operand === true
      ? onArrays((value, { at, frame }) => {
          const seen = new Map<string, number>();
          for (const [index, item] of value.entries()) {
            const text = canonical(item, frame.steps);
            const before = seen.get(text);
            if (before !== undefined) {
              return frame.report(at, `duplicate items at indexes ${before} and ${index}`);
            }
            seen.set(text, index);
          }
          return true;
        })
      : undefined,
};
