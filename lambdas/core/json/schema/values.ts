// The keywords of JSON Schema that look at a value by itself.
import { Steps } from '../../steps.ts';
import { canonical, isMultipleOf } from './equality.ts';
import type { Judge, Keyword } from './evaluation.ts';
import { FORMATS } from './formats.ts';
import { readPattern } from './patterns.ts';

const CHARACTERS_PER_STEP = 4;
const MAX_MESSAGE_LENGTH = 500;
/** Of numbers with hundreds of digits. */
const DIVISION_STEPS = 50;
/** Reading an IPv6 address, or a regular expression, takes as long. */
const FORMAT_STEPS = 50;

const typeOf = (value: unknown): string =>
  value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;

function isOfType(value: unknown, type: unknown): boolean {
  return type === 'integer' ? Number.isInteger(value) : typeOf(value) === type;
}

/** @param test gives what is wrong */
const onNumbers =
  (test: (value: number, steps: Steps) => string | undefined): Judge =>
  (value, { at, frame }) => {
    const fault = typeof value === 'number' ? test(value, frame.steps) : undefined;
    return fault === undefined || frame.report(at, fault);
  };

const onTexts =
  (test: (value: string, steps: Steps) => string | undefined): Judge =>
  (value, { at, frame }) => {
    const fault = typeof value === 'string' ? test(value, frame.steps) : undefined;
    return fault === undefined || frame.report(at, fault);
  };

const bound =
  (isWithin: (value: number, bound: number) => boolean, relation: string): Keyword =>
  (operand) =>
    onNumbers((value) =>
      isWithin(value, Number(operand)) ? undefined : `${value} is ${relation} ${operand}`,
    );

/** In code points. */
function lengthOf(text: string, steps: Steps): number {
  steps.take(Math.floor(text.length / CHARACTERS_PER_STEP));
  let length = 0;
  for (const _ of text) length++;
  return length;
}

function oneOfValues(values: readonly unknown[], fault: string, shown = values[0]): Judge {
  const wanted = new Set(values.map((value) => canonical(value, new Steps(Infinity))));
  const message = `${fault} ${JSON.stringify(shown)}`.slice(0, MAX_MESSAGE_LENGTH);
  return (value, { at, frame }) =>
    wanted.has(canonical(value, frame.steps)) || frame.report(at, message);
}

export const ON_VALUES: Readonly<Record<string, Keyword>> = {
  type: (operand) => {
    const types = [operand].flat();
    return (value, { at, frame }) =>
      types.some((type) => isOfType(value, type)) ||
      frame.report(at, `type "${typeOf(value)}" is invalid. Expected "${types.join('", "')}"`);
  },

  const: (operand) => oneOfValues([operand], 'does not match'),
  enum: (operand) =>
    oneOfValues(Array.isArray(operand) ? operand : [], 'does not match any of', operand),

  multipleOf: (operand) =>
    onNumbers((value, steps) => {
      steps.take(DIVISION_STEPS);
      const isMultiple = isMultipleOf(value, Number(operand));
      return isMultiple ? undefined : `${value} is not a multiple of ${operand}`;
    }),
  maximum: bound((value, most) => value <= most, 'greater than'),
  minimum: bound((value, least) => value >= least, 'less than'),
  exclusiveMaximum: bound((value, limit) => value < limit, 'greater than or equal to'),
  exclusiveMinimum: bound((value, limit) => value > limit, 'less than or equal to'),

  maxLength: (operand) =>
    onTexts((text, steps) => {
      const length = lengthOf(text, steps);
      return length <= Number(operand) ? undefined : `string is too long (${length} > ${operand})`;
    }),
  minLength: (operand) =>
    onTexts((text, steps) => {
      const length = lengthOf(text, steps);
      return length >= Number(operand) ? undefined : `string is too short (${length} < ${operand})`;
    }),

  pattern: (operand) => {
    const pattern = readPattern(String(operand));
    // One that was stored when others were taken asserts nothing.
    if (typeof pattern === 'string') return undefined;
    return onTexts((text, steps) => {
      steps.take(pattern.stepsFor(text));
      return pattern.test(text) ? undefined : 'string does not match pattern';
    });
  },

  format: (operand) => {
    const test = FORMATS[String(operand)];
    return (
      test &&
      onTexts((text, steps) => {
        steps.take(FORMAT_STEPS + Math.floor(text.length / CHARACTERS_PER_STEP));
        return test(text) ? undefined : `string does not match format "${operand}"`;
      })
    );
  },
};
