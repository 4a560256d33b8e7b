// The functions on numbers and truth values: https://docs.jsonata.org/numeric-functions,
// https://docs.jsonata.org/aggregation-functions, https://docs.jsonata.org/boolean-functions
import { TransformFailure } from '../failure.ts';
import { isTrue } from '../values.ts';
import type { Declared } from './signature.ts';

const NUMBER = { kinds: ['number'], isContext: true } as const;
const ANY = { isContext: true } as const;

const onNumber = (change: (value: number) => number): Declared => ({
  parameters: [NUMBER],
  run: ([value]: readonly [number?]) => (value === undefined ? undefined : change(value)),
});

const onNumbers = (change: (values: readonly number[]) => number | undefined): Declared => ({
  parameters: [{ kinds: ['array'], of: 'number' }],
  run: ([values]: readonly [(readonly number[])?]) => values && change(values),
});

const total = (values: readonly number[]): number => values.reduce((sum, one) => sum + one, 0);

const DECIMAL = /^-?(0|[1-9][0-9]*)(\.[0-9]+)?([Ee][-+]?[0-9]+)?$/;
const OTHER_BASE = /^0([xX][0-9A-Fa-f]+|[oO][0-7]+|[bB][01]+)$/;

export const ON_NUMBERS = {
  number: {
    parameters: [{ kinds: ['number', 'string', 'boolean'], isContext: true }],
    run: ([value]: readonly [(number | string | boolean)?], work) => {
      if (value === undefined || typeof value === 'number') return value;
      if (typeof value === 'string') work.takeText(value.length);
      const isNumeral = typeof value === 'boolean' || DECIMAL.test(value) || OTHER_BASE.test(value);
      const number = Number(value);
      if (isNumeral && Number.isFinite(number)) return number;
      throw new TransformFailure('$number is called with a text that is no number');
    },
  },
  abs: onNumber(Math.abs),
  floor: onNumber(Math.floor),
  ceil: onNumber(Math.ceil),
  round: {
    parameters: [NUMBER, { kinds: ['number'], isOptional: true }],
    run: ([value, digits = 0]: readonly [number?, number?]) =>
      value === undefined ? undefined : rounded(value, digits),
  },
  sum: onNumbers(total),
  max: onNumbers((values) =>
    values.length === 0 ? undefined : values.reduce((one, other) => Math.max(one, other)),
  ),
  min: onNumbers((values) =>
    values.length === 0 ? undefined : values.reduce((one, other) => Math.min(one, other)),
  ),
  average: onNumbers((values) => (values.length === 0 ? undefined : total(values) / values.length)),
  boolean: {
    parameters: [ANY],
    run: ([value]: readonly [unknown], work) =>
      isNothing(value) ? undefined : isTrue(value, work),
  },
  not: {
    parameters: [ANY],
    run: ([value]: readonly [unknown], work) =>
      value === undefined ? undefined : !isTrue(value, work),
  },
  exists: { parameters: [{}], run: ([value]: readonly [unknown]) => value !== undefined },
} as const satisfies Readonly<Record<string, Declared>>;

/** Also a list of nothing alone, which a filter of nothing leaves. */
const isNothing = (value: unknown): boolean =>
  Array.isArray(value) && value.length === 1 ? isNothing(value[0]) : value === undefined;

/** Halves go to the even neighbour. Shifted as text, since 1.005 * 100 is 100.49999999999999. */
function rounded(value: number, digits: number): number {
  const shifted = shiftedBy(value, digits);
  const down = Math.round(shifted);
  const isHalf = Math.abs(down - shifted) === 0.5;
  const even = isHalf && Math.abs(down % 2) === 1 ? down - 1 : down;
  const back = shiftedBy(even, -digits);
  return Object.is(back, -0) ? 0 : back;
}

function shiftedBy(value: number, digits: number): number {
  if (digits === 0) return value;
  const [mantissa = '', exponent = '0'] = String(value).split('e');
  return Number(`${mantissa}e${Number(exponent) + digits}`);
}
