// The keywords of JSON Schema that look at the members of objects.
import { inPart, isObject, type Judge, type Keyword, type Place } from './evaluation.ts';
import { type Pattern, readPattern } from './patterns.ts';

type Members = Readonly<Record<string, unknown>>;

const onObjects =
  (judge: (value: Members, place: Place) => boolean): Judge =>
  (value, place) =>
    !isObject(value) || judge(value, place);

const membersOf = (operand: unknown): [string, unknown][] => Object.entries(Object(operand));

/** Judges some members by a schema, and counts them as evaluated. */
function judgeMembers(
  judge: Judge,
  value: Members,
  names: Iterable<string>,
  place: Place,
): boolean {
  let isValid = true;
  for (const name of names) {
    place.evaluated.addName(name, place.frame.steps);
    isValid = inPart(judge, value[name], place, name) && isValid;
    if (place.frame.isFull) return false;
  }
  return isValid;
}

const sized =
  (isWithin: (count: number, bound: number) => boolean, fault: string): Keyword =>
  (operand) =>
    onObjects((value, { at, frame }) => {
      const count = Object.keys(value).length;
      frame.steps.take(2 * count);
      return (
        isWithin(count, Number(operand)) ||
        frame.report(at, `does not have at ${fault} ${operand} properties`)
      );
    });

/** Those that a schema names itself, and the patterns of its names; undefined where any name may match. */
function namedBy({ properties, patternProperties }: Members) {
  const patterns = membersOf(patternProperties).map(([source]) => readPattern(source));
  return {
    names: new Set(membersOf(properties).map(([name]) => name)),
    patterns: patterns.filter((pattern) => typeof pattern !== 'string'),
    isAnyName: patterns.some((pattern) => typeof pattern === 'string'),
  };
}

function matches(pattern: Pattern, name: string, { frame }: Place): boolean {
  frame.steps.take(pattern.stepsFor(name));
  return pattern.test(name);
}

export const ON_OBJECTS: Readonly<Record<string, Keyword>> = {
  required: (operand) => {
    const names: readonly string[] = Array.isArray(operand) ? operand : [];
    return onObjects((value, { at, frame }) => {
      frame.steps.take(names.length);
      const missing = names.filter((name) => !Object.hasOwn(value, name));
      for (const name of missing) frame.report({ around: at, segment: name }, 'is missing');
      return missing.length === 0;
    });
  },

  minProperties: sized((count, least) => count >= least, 'least'),
  maxProperties: sized((count, most) => count <= most, 'most'),

  propertyNames: (operand, { compile }) => {
    const judge = compile(operand);
    return onObjects((value, place) => {
      let isValid = true;
      place.frame.steps.take(2 * Object.keys(value).length);
      for (const name of Object.keys(value)) {
        isValid = inPart(judge, name, place, name) && isValid;
        if (place.frame.isFull) return false;
      }
      return isValid;
    });
  },

  dependentRequired: (operand) => {
    const byName = membersOf(operand).map(([name, list]): [string, readonly string[]] => [
      name,
      Array.isArray(list) ? list : [],
    ]);
    return onObjects((value, { at, frame }) => {
      let isValid = true;
      for (const [name, needed] of byName) {
        frame.steps.take();
        if (!Object.hasOwn(value, name)) continue;
        frame.steps.take(needed.length);
        for (const other of needed.filter((one) => !Object.hasOwn(value, one))) {
          isValid = frame.report(at, `has "${name}" but does not have "${other}"`);
        }
      }
      return isValid;
    });
  },

  properties: (operand, { compile }) => {
    const byName = membersOf(operand).map(([name, schema]) => [name, compile(schema)] as const);
    return onObjects((value, place) => {
      place.frame.steps.take(byName.length);
      let isValid = true;
      for (const [name, judge] of byName) {
        if (!Object.hasOwn(value, name)) continue;
        isValid = judgeMembers(judge, value, [name], place) && isValid;
        if (place.frame.isFull) return false;
      }
      return isValid;
    });
  },

  patternProperties: (operand, { compile }) => {
    const byPattern = membersOf(operand).flatMap(([source, schema]) => {
      const pattern = readPattern(source);
      return typeof pattern === 'string' ? [] : [{ pattern, judge: compile(schema) }];
    });
    return onObjects((value, place) => {
      let isValid = true;
      const names = Object.keys(value);
      for (const { pattern, judge } of byPattern) {
        const matching = names.filter((name) => matches(pattern, name, place));
        isValid = judgeMembers(judge, value, matching, place) && isValid;
        if (place.frame.isFull) return false;
      }
      return isValid;
    });
  },

  additionalProperties: (operand, { schema, compile }) => {
    const judge = compile(operand);
    const { names, patterns, isAnyName } = namedBy(schema);
    return onObjects((value, place) => {
      if (isAnyName) return true;
      place.frame.steps.take(2 * Object.keys(value).length);
      const others = Object.keys(value).filter(
        (name) => !names.has(name) && !patterns.some((pattern) => matches(pattern, name, place)),
      );
      return judgeMembers(judge, value, others, place);
    });
  },

  unevaluatedProperties: (operand, { schema, compile }) => {
    const judge = compile(operand);
    const { isAnyName } = namedBy(schema);
    return onObjects((value, place) => {
      if (isAnyName) return true;
      place.frame.steps.take(2 * Object.keys(value).length);
      const others = Object.keys(value).filter((name) => !place.evaluated.names.has(name));
      return judgeMembers(judge, value, others, place);
    });
  },
};
