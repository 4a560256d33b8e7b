// Checks data against JSON Schemas that the operator stored, within a budget of steps: interpreted, so that no code is
// made of them.
import type { Fault } from '../problem.ts';
import { type Steps, within } from '../steps.ts';
import { ON_ARRAYS } from './schema/arrays.ts';
import {
  type Compiling,
  Evaluated,
  Frame,
  isObject,
  type Judge,
  type Keyword,
  type Place,
} from './schema/evaluation.ts';
import { IN_PLACE } from './schema/logic.ts';
import { ON_OBJECTS } from './schema/objects.ts';
import { ON_VALUES } from './schema/values.ts';
import { type JsonSchema, segmentsOf } from './schema.ts';

/** More faults than this help nobody, and are not looked for. */
export const MAX_FAULTS = 50;
/** Every keyword that says something about data. */
export const KEYWORDS: Readonly<Record<string, Keyword>> = {
  ...ON_VALUES,
  ...IN_PLACE,
  ...ON_OBJECTS,
  ...ON_ARRAYS,
};
/** These look at what the others left. */
const LAST = ['unevaluatedProperties', 'unevaluatedItems'];
const IN_ORDER = [...Object.keys(KEYWORDS).filter((name) => !LAST.includes(name)), ...LAST];

/** Returns the faults of a value, with JSON Pointers into it, or `over` if it exceeds the budget. */
export type SchemaCheck = (value: unknown, steps: Steps) => Fault[] | 'over';

/** @param schema without faults: see schema.ts; what was stored without them may have them by now */
export function createSchemaCheck(schema: JsonSchema): SchemaCheck {
  const judge = compileSchema(schema);
  const isAsked = JSON.stringify(schema).includes('"unevaluated');
  return (value, steps) =>
    within(() => {
      const frame = new Frame(steps, MAX_FAULTS);
      judge(value, { at: undefined, frame, evaluated: new Evaluated(isAsked) });
      // Schemas that are alternatives may say the same.
      const byText = new Map(
        frame.faults.map((fault) => [`${fault.path} ${fault.message}`, fault]),
      );
      return [...byText.values()];
    }, 'over' as const);
}

function compileSchema(root: unknown): Judge {
  const compiled = new Map<unknown, Judge>();
  const compile = (schema: unknown): Judge => {
    if (schema === false) return refuse;
    if (!isObject(schema)) return () => true;
    const known = compiled.get(schema);
    if (known) return known;
    const compiling: Compiling = {
      schema,
      compile,
      compileAt(reference) {
        let judge: Judge | undefined;
        return (value, place) => {
          judge ??= compile(schemaAt(root, reference));
          return judge(value, place);
        };
      },
    };
    const parts = IN_ORDER.flatMap((name) => {
      const operand = Object.hasOwn(schema, name) ? schema[name] : undefined;
      return operand === undefined ? [] : (KEYWORDS[name]?.(operand, compiling) ?? []);
    });
    const judge: Judge = (value, place) => place.frame.within(() => judgeAll(parts, value, place));
    compiled.set(schema, judge);
    return judge;
  };
  return compile(root);
}

const refuse: Judge = (_, { at, frame }) =>
  frame.report(at, at === undefined ? 'is refused' : 'is not a known field');

/** What the parts evaluate counts for those after them, and outside only if all hold. */
function judgeAll(
  parts: readonly Judge[],
  value: unknown,
  { at, frame, evaluated }: Place,
): boolean {
  const own = { at, frame, evaluated: evaluated.fresh() };
  let isValid = true;
  for (const part of parts) {
    isValid = part(value, own) && isValid;
    if (frame.isFull) return false;
  }
  if (isValid) evaluated.add(own.evaluated, frame.steps);
  return isValid;
}

/** @param reference such as `#/$defs/a%20b` */
function schemaAt(root: unknown, reference: string): unknown {
  return segmentsOf(reference).reduce<unknown>((schema, segment) => {
    const isPart = typeof schema === 'object' && schema !== null && Object.hasOwn(schema, segment);
    return isPart ? Object(schema)[segment] : undefined;
  }, root);
}
