// Numbers that JSON can hold and JavaScript cannot: a transformation reads the data, and writes them with other digits.

import { walkJson } from '../json/walk.ts';
import { pointer } from '../problem.ts';

/** More of them help nobody. */
const MAX_PATHS = 5;
/** A double has so many digits at most: a number that was read with as many may have had more. */
const MOST_DIGITS = 17;

/** Where a JSON text has numbers that lose digits, as JSON Pointers. */
export function inexactNumbersIn(text: string): string[] {
  const paths: string[] = [];
  walkJson(text, {
    value(levels, from, to) {
      const token = text.slice(from, to);
      if (paths.length === MAX_PATHS || !/^-?\d/.test(token)) return;
      if (digitsOf(token) !== digitsOf(String(Number(token)))) {
        paths.push(pointer(levels.map(({ segment }) => segment)));
      }
    },
  });
  return paths;
}

/** The same of a value that was read already: numbers that may have lost digits. */
export function suspectNumbersIn(value: unknown): string[] {
  const text = JSON.stringify(value);
  const paths: string[] = [];
  walkJson(text, {
    value(levels, from, to) {
      const token = text.slice(from, to);
      if (paths.length === MAX_PATHS || !/^-?\d/.test(token)) return;
      const number = Number(token);
      const isUnsafe = Number.isInteger(number) && !Number.isSafeInteger(number);
      if (isUnsafe || (digitsOf(token).split('e')[0] ?? '').length >= MOST_DIGITS) {
        paths.push(pointer(levels.map(({ segment }) => segment)));
      }
    },
  });
  return paths;
}

/** A number’s digits without zeros at either end, and where its point is. */
function digitsOf(token: string): string {
  const [mantissa = '', exponent = '0'] = token.toLowerCase().replace('-', '').split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  // By `/0+$/` it would be tried at every zero.
  let end = digits.length;
  while (digits.charAt(end - 1) === '0') end--;
  const kept = digits.slice(0, end);
  if (kept === '') return '0';
  const point = Number(exponent) - fraction.length + (digits.length - kept.length);
  return `${kept}e${point}`;
}
