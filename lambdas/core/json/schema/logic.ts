// The keywords of JSON Schema that apply further schemas to the same value.
import { type Frame, isObject, type Judge, type Keyword, type Place } from './evaluation.ts';

/** With faults of its own, and nothing evaluated yet. */
function tried(judge: Judge, value: unknown, place: Place, frame: Frame): boolean {
  const evaluated = place.evaluated.fresh();
  const isValid = judge(value, { at: place.at, frame, evaluated });
  if (isValid) place.evaluated.add(evaluated, frame.steps);
  return isValid;
}

const schemasOf = (operand: unknown): readonly unknown[] => (Array.isArray(operand) ? operand : []);

/** Tries all: those that fit, and the faults of the others. */
function tryAll(judges: readonly Judge[], value: unknown, place: Place) {
  const frames = judges.map(() => place.frame.trial(false));
  const fitting = judges.filter((judge, index) =>
    tried(judge, value, place, frames[index] ?? place.frame),
  );
  return { fitting: fitting.length, faults: frames.flatMap(({ faults }) => faults) };
}

export const IN_PLACE: Readonly<Record<string, Keyword>> = {
  $ref: (operand, { compileAt }) => compileAt(String(operand)),

  not: (operand, { compile }) => {
    const judge = compile(operand);
    return (value, { at, frame, evaluated }) =>
      !judge(value, { at, frame: frame.trial(true), evaluated: evaluated.fresh() }) ||
      frame.report(at, 'matched "not" schema');
  },

  anyOf: (operand, { compile }) => {
    const judges = schemasOf(operand).map(compile);
    return (value, place) => {
      const { fitting, faults } = tryAll(judges, value, place);
      if (fitting === 0) place.frame.take(faults);
      return fitting > 0;
    };
  },

  allOf: (operand, { compile }) => {
    const judges = schemasOf(operand).map(compile);
    return (value, place) => {
      let isValid = true;
      for (const judge of judges) {
        isValid = judge(value, place) && isValid;
        if (place.frame.isFull) return false;
      }
      return isValid;
    };
  },

  oneOf: (operand, { compile }) => {
    const judges = schemasOf(operand).map(compile);
    return (value, place) => {
      const { fitting, faults } = tryAll(judges, value, place);
      if (fitting === 0) place.frame.take(faults);
      if (fitting <= 1) return fitting === 1;
      const message = `does not match exactly one subschema (${fitting} matches)`;
      return place.frame.report(place.at, message);
    };
  },

  if: (operand, { schema, compile }) => {
    const judge = compile(operand);
    const [then, otherwise] = [schema.then ?? true, schema.else ?? true].map(compile);
    return (value, place) => {
      const isValid = tried(judge, value, place, place.frame.trial(true));
      return (isValid ? then : otherwise)?.(value, place) ?? true;
    };
  },

  dependentSchemas: (operand, { compile }) => {
    const byName = Object.entries(Object(operand)).map(
      ([name, schema]) => [name, compile(schema)] as const,
    );
    return (value, place) => {
      if (!isObject(value)) return true;
      place.frame.steps.take(byName.length);
      const applying = byName.filter(([name]) => Object.hasOwn(value, name));
      return applying.map(([, judge]) => judge(value, place)).every((isValid) => isValid);
    };
  },
};
